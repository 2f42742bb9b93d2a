"""An operator within the test's own process, whose life ends wherever the test wants.

Its parts are the real ones, and so is the API server. Only what tells it of changes is the
test's: before each round of reconciles it lists all there is. Its calls go one by one, so
that every moment between two of them can be meant.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from kubernetes.aio.client.configuration import Configuration
from kubernetes.aio.config import load_kube_config

from backpack_operator.admin_api import AdminApi
from backpack_operator.assembly import assemble
from backpack_operator.errors import OperatorError
from backpack_operator.kube.client import KubeClient
from backpack_operator.model.backpack import Key
from backpack_operator.model.kinds import BACKPACK, WATCHED, ObjectKey
from backpack_operator.reconcile.reconciler import Outcome
from backpack_operator.reconcile.resync import SELECTOR
from backpack_operator.settings import Settings
from support.control_plane import ControlPlane

_MOST_ROUNDS = 30


class Killed(BaseException):
    """As a SIGKILL is: no program catches it, and nothing is done after it."""


@dataclass(frozen=True)
class Call:
    """One call of the API server, counted from the one after `Life.count`."""

    number: int
    method: str
    path: str

    @property
    def writes(self) -> bool:
        return self.method != "GET"

    def __str__(self) -> str:
        return f"{self.number}: {self.method} {self.path}"


class Life(KubeClient):
    """The connection of one operator, which can die with it: once a call has been answered,
    before the operator hears the answer."""

    def __init__(self, config: Configuration) -> None:
        super().__init__(config, lambda *_: None)
        self.calls: list[Call] = []
        self._ends_after: int | None = None
        self._before: Callable[[Call], None] = lambda _: None
        self._over = False
        self._turn = asyncio.Lock()

    @property
    def over(self) -> bool:
        return self._over

    def count(self, ends_after: int | None = None, before: Callable[[Call], None] = lambda _: None) -> None:
        """Count from here. `ends_after`: the number of the last call; `before` is told of each
        call that is about to be made."""
        self.calls, self._ends_after, self._before = [], ends_after, before

    @property
    def writes(self) -> int:
        return sum(call.writes for call in self.calls)

    async def _request(self, method: str, path: str, **options: Any) -> dict[str, Any]:
        async with self._turn:
            if self._over:
                raise Killed
            call = Call(len(self.calls) + 1, method, path)
            self.calls.append(call)
            self._before(call)
            answer, refusal = None, None
            try:
                answer = await super()._request(method, path, **options)
            except OperatorError as error:
                refusal = error
            if call.number == self._ends_after:
                self._over = True
                raise Killed(call)
            if answer is None:
                assert refusal is not None
                raise refusal
            return answer


class _Taking(AdminApi):
    """The APIs of all backpacks, which take what they are brought."""

    async def put(self, url: str, token: str, text: str) -> None:
        """Taken."""


class MortalOperator:
    """Of one namespace. After `Killed` there is nothing to be done with it but `close`."""

    def __init__(self, life: Life, eyes: KubeClient, settings: Settings) -> None:
        self.life, self._eyes = life, eyes
        (self._namespace,) = settings.watch_namespaces
        self._admin = _Taking()
        self._parts = assemble(life, settings, self._admin)
        self.started = False

    async def start(self) -> None:
        """As the program does, until it has nothing left to do."""
        self.started = True
        await self._parts.memory.signing.load()
        await self._parts.memory.hostnames.load()
        await self._hear()
        self._parts.fleet.open()
        await self.work()
        await self._parts.resync.sweep()
        await self.work()

    async def work(self) -> None:
        """Reconcile what has changed, until nothing does any more."""
        for _ in range(_MOST_ROUNDS):
            await self._hear()
            if not await self._round():
                return
        raise AssertionError(f"it does not come to rest: {[str(call) for call in self.life.calls[-40:]]}")

    async def look(self) -> None:
        """Reconcile all Backpacks once more, and whatever comes of it."""
        for key in self._parts.memory.backpacks:
            self._parts.queue.add(key)
        await self.work()

    async def close(self) -> None:
        await self._parts.close()
        await self._admin.close()
        await self.life.close()

    async def _round(self) -> bool:
        """Whether there was something to do, or will be."""
        await self._delivered()
        queue, again = self._parts.queue, set()
        worked = bool(queue.depth)
        while queue.depth:
            key = await queue.get()
            assert key is not None
            try:
                if await self._reconcile(key) is Outcome.AGAIN:
                    again.add(key)
            except OperatorError:
                again.add(key)
            finally:
                queue.done(key)
        for key in again:
            queue.add(key)
        return worked

    async def _reconcile(self, key: Key) -> Outcome:
        outcome = await self._parts.reconciler.reconcile(key)
        await self._delivered()
        return outcome

    async def _delivered(self) -> None:
        """Let what runs beside the reconciles get on."""
        await asyncio.sleep(0)
        while self._parts.deliveries.waiting or self._parts.operations.waiting:  # noqa: ASYNC110
            await asyncio.sleep(0.001)

    async def _hear(self) -> None:
        """What the informer would have told by now."""
        memory, queue = self._parts.memory, self._parts.queue
        bodies = [
            {**body, "apiVersion": BACKPACK.api_version, "kind": BACKPACK.kind}
            for body in await self._eyes.list(BACKPACK, self._namespace, "")
        ]
        there = {Key(body["metadata"]["namespace"], body["metadata"]["name"]) for body in bodies}
        news = {key for key in memory.backpacks if key not in there}
        for gone in news:
            memory.backpacks.forget(gone)
        news |= {key for body in bodies if (key := memory.backpacks.seen(body)) is not None}
        for kind in WATCHED:
            children = [
                {**body, "apiVersion": kind.api_version, "kind": kind.kind}
                for body in await self._eyes.list(kind, self._namespace, SELECTOR)
            ]
            listed = {ObjectKey.of(body) for body in children}
            missing = [key for key in set(memory.children.keys(kind)) if key not in listed]
            news |= {key for gone in missing if (key := memory.children.forget(gone)) is not None}
            news |= {key for body in children if (key := memory.children.seen(body)) is not None}
        for key in news:
            queue.add(key)


class MortalOperators:
    """Makes them, one after the other, for one plane."""

    def __init__(self, plane: ControlPlane) -> None:
        self._plane = plane

    @asynccontextmanager
    async def one(self, settings: Settings) -> AsyncIterator[MortalOperator]:
        """An operator that has not started yet; gone at the end of the block."""
        config = Configuration()
        await load_kube_config(  # type: ignore[no-untyped-call]
            str(self._plane.kubeconfig), client_configuration=config
        )
        eyes = KubeClient(config, lambda *_: None)
        operator = MortalOperator(Life(config), eyes, settings)
        try:
            yield operator
        finally:
            await operator.close()
            await eyes.close()
