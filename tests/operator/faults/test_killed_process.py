"""kill -9 of the real program, once the API server has carried out one of its writes and
before it hears of that. All moments are walked in `test_killed_after_each_call.py`."""

import os
import signal
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from backpack_operator.model.kinds import BACKPACK, CONFIG_MAP, SECRET, VOLUME_CLAIM, Kind
from support.api_proxy import ApiProxy, Asked
from support.operated_cluster import CHILDREN_OF_ONE, Operated, OperatedCluster
from support.sampling import sample
from support.waiting import eventually


@pytest.fixture
def proxy(quiet: OperatedCluster) -> Iterator[ApiProxy]:
    with ApiProxy(quiet.plane) as result:
        yield result


@pytest.fixture
def operated(quiet: OperatedCluster, proxy: ApiProxy, tmp_path: Path) -> Iterator[Operated]:
    own, namespace, other = (quiet.namespace(prefix) for prefix in ("system", "apps", "other"))
    with quiet.operator(tmp_path, own, namespace, other, through=proxy) as operator:
        yield Operated(quiet, operator, namespace, other, own)


class Trap:
    """Has the operator killed after the so-many-th write since `set`; 0: never."""

    def __init__(self, operated: Operated, proxy: ApiProxy) -> None:
        self._operator, self._number, self.writes = operated.operator, 0, 0
        self._turn = threading.Lock()  # the proxy has threads of its own
        self.sprung = False
        proxy.after = self._after

    def set(self, number: int) -> None:
        with self._turn:
            self._number, self.writes, self.sprung = number, 0, False

    def disarm(self) -> None:
        """It springs no more; whether it has is then certain."""
        with self._turn:
            self._number = 0

    def _after(self, asked: Asked) -> None:
        with self._turn:
            self.writes += asked.writes and asked.by_reconciler
            if self._number and self.writes == self._number:
                self._number, self.sprung = 0, True
                os.kill(self._operator.process.pid, signal.SIGKILL)


@pytest.fixture
def trap(operated: Operated, proxy: ApiProxy) -> Trap:
    return Trap(operated, proxy)


@dataclass(frozen=True)
class Life:
    """Of one Backpack, whose volumes are deleted with it."""

    operated: Operated
    trap: Trap
    name: str

    def make(self, kill_after: int = 0) -> int:
        """How many writes it took, where the operator lived."""
        cluster, namespace = self.operated.cluster, self.operated.namespace
        self.trap.set(kill_after)
        cluster.backpack(namespace, self.name, deletionPolicy="Delete")
        before = self._revive(kill_after, self._is_made)
        cluster.wait_made(namespace, self.name, within=60)
        self.operated.operator.wait_settled()
        assert before.items() <= self._data().items()
        children = [key for key in cluster.children(namespace) if key.name.startswith(f"{self.name}-")]
        assert len(children) == CHILDREN_OF_ONE
        assert self._claim() is not None
        return self.trap.writes

    def end(self, kill_after: int = 0) -> int:
        """How many writes it took, where the operator lived."""
        self.trap.set(kill_after)
        self.operated.cluster.delete(BACKPACK, self.operated.namespace, self.name)
        self._revive(kill_after, self._is_gone)
        eventually(self._is_gone, within=60, what=f"{self.name} is gone with its data")
        return self.trap.writes

    def _revive(self, kill_after: int, done: Callable[[], bool]) -> dict[str, object]:
        """Start the operator again once it was killed; the data of that moment. One that gets
        done with fewer writes lives on: how many there are, timing decides."""
        operator, trap = self.operated.operator, self.trap
        if kill_after:
            eventually(lambda: trap.sprung or done(), within=60, what="it is killed, or done")
        trap.disarm()
        if trap.sprung:
            assert operator.process.wait() == -signal.SIGKILL
        data = self._data()
        if trap.sprung:
            operator.start()
        return data

    def _data(self) -> dict[str, object]:
        """What must not change: the passwords, and which volumes there are."""
        secret = self._find(SECRET, "credentials")
        claims = {part: self._find(VOLUME_CLAIM, part) for part in ("mongo", "redis", "files")}
        uids = {part: claim["metadata"]["uid"] for part, claim in claims.items() if claim is not None}
        return uids | ({"secret": secret["data"]} if secret is not None else {})

    def _is_made(self) -> bool:
        found = self.operated.cluster.find(BACKPACK, self.operated.namespace, self.name)
        conditions = found.get("status", {}).get("conditions", ()) if found is not None else ()
        return any(one["type"] == "RouteReady" and one["reason"] == "Routed" for one in conditions)

    def _is_gone(self) -> bool:
        claims = (self._find(VOLUME_CLAIM, part) for part in ("mongo", "redis", "files"))
        assert all("deletionTimestamp" in claim["metadata"] for claim in claims if claim is not None)
        assert self._find(SECRET, "credentials") is None
        assert self._claim() is None
        return self.operated.cluster.find(BACKPACK, self.operated.namespace, self.name) is None

    def _claim(self) -> Any:
        return self.operated.cluster.find(CONFIG_MAP, self.operated.own_namespace, f"hostname-{self.name}")

    def _find(self, kind: Kind, part: str) -> Any:
        return self.operated.cluster.find(kind, self.operated.namespace, f"{self.name}-{part}")


def test_some_moments(operated: Operated, trap: Trap) -> None:
    undisturbed = Life(operated, trap, "undisturbed")
    made, again = sample(range(1, undisturbed.make() + 1), 2)
    gone, _ = sample(range(1, undisturbed.end() + 1), 2)
    for at, then in zip(made, gone, strict=True):
        life = Life(operated, trap, f"b{at}-{then}")
        try:
            life.make(at)
            life.end(then)
        except AssertionError as error:
            error.add_note(f"killed after write {at}, then after {then}; {again}")
            raise


@pytest.mark.long
@pytest.mark.timeout(900)
def test_all_moments(operated: Operated, trap: Trap) -> None:
    undisturbed = Life(operated, trap, "undisturbed")
    made, gone = undisturbed.make(), undisturbed.end()
    for at in range(1, made + 1):
        then = (at - 1) % gone + 1
        life = Life(operated, trap, f"b{at}-{then}")
        life.make(at)
        life.end(then)
