"""What can go wrong with a call: one exception for all of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

NOT_SIGNED_IN = "/problems/not-signed-in"


@dataclass(frozen=True, slots=True)
class Fault:
    """One value that breaks a rule."""

    path: str
    """A JSON pointer into what was sent, or a parameter's name."""
    message: str


class BackpackError(Exception):
    """Everything that can go wrong with a call.

    `status` is the answer's, 0 where there was none. `type` is the API's (`/problems/not-found`), or one of
    the SDK's own: `backpack:unreachable` (it may or may not have happened), `backpack:timeout`,
    `backpack:queue-full`, `backpack:closed`, `backpack:not-configured`.
    """

    def __init__(
        self,
        status: int,
        type: str,
        detail: str,
        errors: Sequence[Fault] = (),
        *,
        title: str | None = None,
        retry_after: float | None = None,
        created: Sequence[Any] = (),
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.type = type
        self.detail = detail
        """A sentence for people; programs look at `type` or `status`."""
        self.errors = list(errors)
        """Which values break which rules."""
        self.title = title or detail
        self.retry_after = retry_after
        """Seconds after which to come again, where the API said so."""
        self.created = list(created)
        """Of an array that was refused half way: the documents before the refused one, which are stored."""


def from_problem(problem: Mapping[str, Any], retry_after: float | None = None) -> BackpackError:
    """The error of a problem document (RFC 9457)."""
    status = problem.get("status", 0)
    detail = problem.get("detail") or problem.get("title") or f"The API answered with {status}."
    return BackpackError(
        status,
        problem.get("type", "about:blank"),
        detail,
        [Fault(fault["path"], fault["message"]) for fault in problem.get("errors", ())],
        title=problem.get("title"),
        retry_after=retry_after,
        created=problem.get("created", ()),
    )


def own_error(name: str, detail: str) -> BackpackError:
    """An error that no answer of the API is."""
    return BackpackError(0, f"backpack:{name}", detail)


def session_ended() -> BackpackError:
    """What everything gets whose session is over."""
    return BackpackError(401, NOT_SIGNED_IN, "The session has ended: log in again.")
