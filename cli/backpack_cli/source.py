"""What knows of backpacks: a dashboard, or a cluster's own API."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from .errors import CliError, Exit

Json = dict[str, Any]
Component = Literal["api", "web", "database", "cache", "mongo", "redis"]
"""As people say it: `status` has the first four, the pods' labels have the last two."""

LABELS: dict[str, str] = {"database": "mongo", "cache": "redis"}
"""What the pods' labels say instead."""

MOST_LINES = 10_000
"""That can be asked for at once, of each pod."""


@dataclass(frozen=True, slots=True)
class LogRequest:
    """Which lines of which pods."""

    component: str
    pod: str
    tail: int
    previous: bool
    follow: bool


class Source(Protocol):
    """Backpacks have the shape that `docs/dashboard-api.md` describes. All of it raises `CliError`."""

    def backpacks(self, namespace: str | None = None) -> list[Json]:
        """All that one may see, or those of one namespace, by name."""

    def create(self, name: str, spec: Json, namespace: str | None) -> Json:
        """A new one; None: in the namespace that is offered."""

    def change(self, backpack: Json, spec: Json) -> Json:
        """It after a merge patch of its spec."""

    def delete(self, backpack: Json) -> None:
        """Begin to delete it."""

    def watch(self, backpack: Json, until: Literal["ready", "gone"], seconds: int) -> Iterator[Json]:
        """Lines as the dashboard's API has them, to the one of type `end`; at least one in 15 s."""

    def logs(self, backpack: Json, request: LogRequest) -> Iterator[Json]:
        """Lines as the dashboard's API has them, to the one of type `end`.

        After one of type `again` lines come a second time, and some from before the command, which weren't
        asked for. Its `since` is when the command began, in nanoseconds since 1970 by the clock over there.
        """


def find(source: Source, name: str) -> Json:
    """The backpack that NAME, or NAMESPACE/NAME, means."""
    namespace, _, own = name.rpartition("/")
    found = [
        one
        for one in source.backpacks(namespace or None)
        if one["name"] == own and (not namespace or one["namespace"] == namespace)
    ]
    if not found:
        raise CliError(f"There is no backpack {name} that you may see: backpack list", Exit.NOT_FOUND)
    if len(found) > 1:
        known = ", ".join(f"{one['namespace']}/{own}" for one in found)
        raise CliError(f"There are several of this name, say which: {known}", Exit.USAGE)
    return found[0]
