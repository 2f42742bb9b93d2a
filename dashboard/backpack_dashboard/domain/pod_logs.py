"""Pods of a backpack and the lines that they write, as people look at them."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from backpack_dashboard.domain.backpacks import Backpack

COMPONENTS = (("api", "API"), ("mongo", "Database"), ("redis", "Cache"), ("web", "Web server"))
MAX_TEXT = 4000
"""Characters of a line; what is longer is cut."""
_UNSEEN = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|[\x00-\x08\x0a-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""Colours of terminals, and characters that change how the others are read."""


@dataclass(frozen=True, slots=True)
class Replica:
    """The container of one pod; one that was started again is another."""

    namespace: str
    pod: str
    uid: str
    container: str
    restarts: int
    state: str
    """In words."""
    running: bool
    readable: bool
    """Whether it has written anything that is kept."""
    previous: bool
    """Whether what it wrote before its last restart is kept."""

    @property
    def key(self) -> tuple[str, str, int]:
        return (self.uid, self.container, self.restarts)

    @property
    def short(self) -> str:
        """What distinguishes it from the other replicas: `5d8f7c-x2b4q`."""
        return "-".join(self.pod.rsplit("-", 2)[-2:])


@dataclass(frozen=True, slots=True)
class Line:
    """`moment` is in UTC; None where the line has none that can be read."""

    pod: str
    moment: datetime | None
    text: str


def replicas_of(backpack: Backpack, pods: Iterable[Mapping[str, Any]]) -> tuple[Replica, ...]:
    """Those of the backpack, by their names. A pod that is older than it was another one's, of
    the same name."""
    own = (pod for pod in pods if pod["metadata"]["creationTimestamp"] >= backpack.created_at)
    return tuple(
        replica
        for pod in sorted(own, key=lambda pod: str(pod["metadata"]["name"]))
        for replica in _of_pod(pod)
    )


def _of_pod(pod: Mapping[str, Any]) -> list[Replica]:
    metadata, status = pod["metadata"], pod.get("status") or {}
    known = {one["name"]: one for one in status.get("containerStatuses") or ()}
    names = [one["name"] for one in pod["spec"]["containers"]]
    return [_replica(metadata, name, known.get(name), status.get("phase", "Pending")) for name in names]


def _replica(metadata: Mapping[str, Any], name: str, status: Mapping[str, Any] | None, phase: str) -> Replica:
    status = status or {}
    state: Mapping[str, Any] = status.get("state") or {}
    ended_before = "terminated" in (status.get("lastState") or {})
    restarts = int(status.get("restartCount", 0))
    words = _words(state, phase)
    if restarts:
        words += f", restarted {restarts}×"
    return Replica(
        namespace=metadata["namespace"],
        pod=metadata["name"],
        uid=metadata["uid"],
        container=name,
        restarts=restarts,
        state="Ending" if "deletionTimestamp" in metadata else words,
        running="running" in state,
        # While it waits to be started again, the API server answers with what it wrote last.
        readable="running" in state or "terminated" in state or ended_before,
        previous=ended_before,
    )


def _words(state: Mapping[str, Any], phase: str) -> str:
    if "running" in state:
        return "Running"
    if (ended := state.get("terminated")) is not None:
        return f"Ended: {ended.get('reason') or 'exit code'} ({ended.get('exitCode', '?')})"
    if (waiting := state.get("waiting")) is not None:
        return str(waiting.get("reason") or "Waiting")
    return phase


def why_none(backpack: Backpack) -> str:
    """Why there is no pod, as a sentence that says what to do."""
    if backpack.deleting:
        return "It is being deleted, and its pods have ended."
    if backpack.suspended:
        return "It is suspended, so no pod of it runs. Resume it to see what its pods write."
    return f"No pod of this component is there at the moment. {backpack.state.message}"


def line_of(pod: str, raw: bytes) -> Line:
    """A line as the API server sends it: the moment that it was written at, and its text."""
    first, _, rest = raw.decode(errors="replace").partition(" ")
    try:
        moment = datetime.fromisoformat(first).astimezone(UTC)
    except ValueError:
        moment, rest = None, f"{first} {rest}"
    text = _UNSEEN.sub("", rest)
    return Line(pod, moment, text if len(text) <= MAX_TEXT else f"{text[:MAX_TEXT]}…")


def in_order(lines: Sequence[Line]) -> list[Line]:
    """By the moments at which they were written; one without a moment stays behind the one
    before it."""
    moments: list[datetime] = []
    last = datetime.min.replace(tzinfo=UTC)
    for line in lines:
        last = line.moment or last
        moments.append(last)
    order = sorted(range(len(lines)), key=moments.__getitem__)
    return [lines[index] for index in order]
