"""What ends a command before it is done, and with which exit code."""

from collections.abc import Iterable
from enum import IntEnum
from typing import Any


class Exit(IntEnum):
    """The exit codes, as `docs/cli.md` lists them."""

    DONE = 0
    FAILED = 1
    """The server refused it, for a reason that it gives."""
    USAGE = 2
    """What was given can't be meant: Typer's own code for that too."""
    NOT_ALLOWED = 3
    """Not signed in, or not allowed."""
    NOT_FOUND = 4
    CONFLICT = 5
    """It is there already, or somebody has changed it meanwhile."""
    UNREACHABLE = 6
    """The dashboard, or the backpack, doesn't answer: a later try may do."""
    NOT_IN_TIME = 7
    """It was waited for, and didn't come."""
    INTERRUPTED = 130


class CliError(Exception):
    """A sentence for people, and the exit code. `problem`: what the API has answered."""

    def __init__(self, message: str, code: Exit = Exit.FAILED, problem: dict[str, Any] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.problem = problem or {}


class BrokeOff(CliError):
    """The connection was lost, or nobody was behind it: it may or may not have happened."""

    def __init__(self, message: str, problem: dict[str, Any] | None = None) -> None:
        super().__init__(message, Exit.UNREACHABLE, problem)


_CODES = {
    401: Exit.NOT_ALLOWED,
    403: Exit.NOT_ALLOWED,
    404: Exit.NOT_FOUND,
    409: Exit.CONFLICT,
    412: Exit.CONFLICT,
    429: Exit.UNREACHABLE,
    502: Exit.UNREACHABLE,
    503: Exit.UNREACHABLE,
    504: Exit.UNREACHABLE,
}
_AWAY = (502, 503, 504)
"""What an ingress answers too, while what is behind it restarts."""


def from_problem(status: int, problem: dict[str, Any]) -> CliError:
    """The error for an answer of the API (RFC 9457)."""
    away = ": try again" if status in _AWAY else ""
    answered = f"The dashboard answered with status {status}{away}."
    detail = problem.get("detail") or problem.get("title") or answered
    if away:
        return BrokeOff(detail, problem)
    return CliError(
        _with_faults(detail, problem.get("errors") or ()), _CODES.get(status, Exit.FAILED), problem
    )


def _with_faults(detail: str, faults: Iterable[dict[str, Any]]) -> str:
    """The sentence, and below it what each field adds to it."""
    lines = []
    for fault in faults:
        pointer, message = str(fault["path"]), str(fault["message"]).removeprefix("Value error, ")
        field = pointer.lstrip("/").replace("/", ".")
        sentence = f"{field}: {message}" if field else message
        if detail in (f"{pointer}: {message}", message):
            detail = sentence
        else:
            lines.append(f"  {sentence}")
    return "\n".join([detail, *lines])
