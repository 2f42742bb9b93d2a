"""Pods and lines as the API server answers them, and as people read them."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager
from datetime import UTC, datetime
from typing import Any, cast

import pytest

from backpack_dashboard.domain.backpacks import Backpack
from backpack_dashboard.domain.pod_logs import MAX_TEXT, Line, Replica, in_order, line_of, replicas_of
from backpack_dashboard.errors import ClusterUnavailable
from backpack_dashboard.services import pod_logs
from backpack_dashboard.services.pod_logs import LATER_TAIL, Found, PodLogs, Wanted
from backpack_dashboard.stores.pods import PodStore


def backpack(created: str) -> Backpack:
    metadata = {"namespace": "apps", "name": "todo", "uid": "1", "creationTimestamp": created}
    return Backpack.parse({"metadata": metadata})


def pod(created: str = "2026-01-01T10:00:00Z", **status: Any) -> dict[str, Any]:
    return {
        "metadata": {"namespace": "apps", "name": "todo-api-5d-x", "uid": "2", "creationTimestamp": created},
        "spec": {"containers": [{"name": "api"}]},
        "status": {"phase": "Pending", **status},
    }


def test_a_pod_of_before_is_another_backpacks_of_the_same_name() -> None:
    assert replicas_of(backpack("2026-01-01T10:00:01Z"), [pod()]) == ()
    assert len(replicas_of(backpack("2026-01-01T10:00:00Z"), [pod()])) == 1


@pytest.mark.parametrize(
    ("container", "words", "readable", "previous"),
    [
        (None, "Pending", False, False),
        ({"state": {"waiting": {"reason": "ImagePullBackOff"}}}, "ImagePullBackOff", False, False),
        ({"state": {"running": {}}}, "Running", True, False),
        ({"state": {"terminated": {"reason": "Error", "exitCode": 1}}}, "Ended: Error (1)", True, False),
        (
            {
                "state": {"waiting": {"reason": "CrashLoopBackOff"}},
                "lastState": {"terminated": {}},
                "restartCount": 2,
            },
            "CrashLoopBackOff, restarted 2×",
            True,
            True,
        ),
    ],
)
def test_how_a_container_is_is_said_and_what_can_be_read_of_it(
    container: dict[str, Any] | None, words: str, readable: bool, previous: bool
) -> None:
    statuses = [] if container is None else [{"name": "api", **container}]
    (found,) = replicas_of(backpack("2026-01-01T09:00:00Z"), [pod(containerStatuses=statuses)])

    assert (found.short, found.state, found.readable, found.previous) == ("5d-x", words, readable, previous)


@pytest.mark.parametrize(
    ("raw", "moment", "text"),
    [
        (b"2026-01-01T10:00:00.5Z hello", datetime(2026, 1, 1, 10, 0, 0, 500_000, UTC), "hello"),
        (b"2026-01-01T12:00:00.000000001+02:00 a  b", datetime(2026, 1, 1, 10, tzinfo=UTC), "a  b"),
        (
            b"2026-01-01T10:00:00Z \x1b[1;31mred\x1b[0m\x07 \xff",
            datetime(2026, 1, 1, 10, tzinfo=UTC),
            "red \ufffd",
        ),
        ("2026-01-01T10:00:00Z a\u202eb\tc".encode(), datetime(2026, 1, 1, 10, tzinfo=UTC), "ab\tc"),
        (b"2026-01-01T10:00:00Z", datetime(2026, 1, 1, 10, tzinfo=UTC), ""),
        (b"unable to retrieve container logs", None, "unable to retrieve container logs"),
    ],
)
def test_a_line_is_its_moment_and_a_text_that_shows_all_it_has(
    raw: bytes, moment: datetime | None, text: str
) -> None:
    found = line_of("todo-api-5d-x", raw)

    assert (found.moment, found.text) == (moment, text)


def test_a_long_line_is_cut() -> None:
    assert line_of("p", b"2026-01-01T10:00:00Z " + b"x" * 9000).text == "x" * MAX_TEXT + "…"


def test_lines_of_several_pods_are_in_the_order_of_time() -> None:
    raw = (b"2026-01-01T10:00:02Z c", b"no moment", b"2026-01-01T10:00:01Z b", b"2026-01-01T12:00:00+02:00 a")
    lines = in_order([line_of("p", one) for one in raw])

    assert [line.text for line in lines] == ["a", "b", "c", "no moment"]


class Pods:
    """What stands for the cluster: two pods that write nothing, on nodes that may be away."""

    def __init__(self) -> None:
        bodies = [pod(containerStatuses=[{"name": "api", "state": {"running": {}}}]) for _ in range(2)]
        for number, body in enumerate(bodies):
            body["metadata"] = {**body["metadata"], "name": f"todo-api-5d-{number}", "uid": str(number)}
        self.found = replicas_of(TODO, bodies)
        self.away = False
        self.open: list[str] = []
        self.most = 0
        self.tails: dict[str, int] = {}

    async def replicas(self, *_: object) -> tuple[Replica, ...]:
        return self.found

    @asynccontextmanager
    async def lines(
        self, replica: Replica, tail: int, *_: object, **__: object
    ) -> AsyncIterator[AsyncIterator[Line]]:
        self.tails[replica.pod] = tail
        if self.away:
            raise ClusterUnavailable
        self.open.append(replica.pod)
        self.most = max(self.most, len(self.open))

        async def none() -> AsyncIterator[Line]:
            await asyncio.Event().wait()
            yield line_of(replica.pod, b"")

        try:
            yield none()
        finally:
            self.open.remove(replica.pod)


TODO = backpack("2026-01-01T09:00:00Z")


async def until(comes: AsyncGenerator[Found | list[Line]], trouble: str) -> None:
    async with asyncio.timeout(30):
        async for one in comes:
            if isinstance(one, Found) and trouble in one.trouble and bool(one.trouble) == bool(trouble):
                return


@pytest.fixture
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pod_logs, "LOOK_SECONDS", 0.02)


@pytest.mark.usefixtures("often")
async def test_streams_are_bounded_and_who_waits_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pod_logs, "MAX_STREAMS", 1)
    pods = Pods()
    async with aclosing(PodLogs(cast("PodStore", pods)).follow(lambda: TODO, Wanted("api"))) as comes:
        await until(comes, "Very many logs are looked at")
        assert pods.most == 1
        # There is room again: this one goes on by itself.
        monkeypatch.setattr(pod_logs, "MAX_STREAMS", 2)
        await until(comes, "")
        assert sorted(pods.open) == ["todo-api-5d-0", "todo-api-5d-1"]
    assert pods.open == []


@pytest.mark.usefixtures("often")
async def test_a_node_that_doesnt_answer_is_told_and_asked_again() -> None:
    pods = Pods()
    pods.away = True
    async with aclosing(PodLogs(cast("PodStore", pods)).follow(lambda: TODO, Wanted("api"))) as comes:
        await until(comes, "Its node, or the cluster, doesn't answer")
        pods.away = False
        await until(comes, "")


@pytest.mark.usefixtures("often")
async def test_of_a_pod_that_comes_later_all_is_new_however_little_was_asked_for() -> None:
    pods = Pods()
    both = pods.found
    pods.found = both[:1]
    wanted = Wanted("api", tail=0)
    async with aclosing(PodLogs(cast("PodStore", pods)).follow(lambda: TODO, wanted)) as comes:
        for there in (both[:1], both, both[:1]):
            pods.found = there
            # Told of before anything of it is read.
            await until(comes, "")
    assert pods.tails == {"todo-api-5d-0": 0, "todo-api-5d-1": LATER_TAIL}
