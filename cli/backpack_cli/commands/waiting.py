"""Waiting for a backpack, and telling what happens meanwhile."""

import time
from collections.abc import Callable
from typing import Any, Literal

from rich.text import Text

from ..errors import CliError, Exit
from ..output import Output, state_of
from ..source import Source
from .hopeless import Hopeless

Json = dict[str, Any]


def wait(
    source: Source,
    out: Output,
    backpack: Json,
    until: Literal["ready", "gone"],
    seconds: int,
    *,
    clock: Callable[[], float] = time.monotonic,
) -> Json:
    """The backpack as it is at the end. Raises `CliError` where it isn't so in time, or never will be."""
    now = backpack
    hopeless = Hopeless()
    told: set[tuple[str, ...]] = set()
    for line in source.watch(backpack, until, seconds):
        match line:
            case {"type": "backpack", "backpack": changed}:
                now = changed
                _tell(out, told, ("state", now["state"], now["message"]), line, _state_line(now))
            case {"type": "event", "event": event}:
                _tell(out, told, ("event", event["id"], event["at"]), line, f"  {event['message']}")
            case {"type": "end", "reason": reason}:
                if reason == until:
                    return now
                raise _failure(reason, now, seconds)
        if until == "ready":
            hopeless.look(now, clock())
    raise CliError("The stream ended without a reason: try again.", Exit.UNREACHABLE)


def _tell(
    out: Output, told: set[tuple[str, ...]], key: tuple[str, ...], value: Json, line: str | Text
) -> None:
    """Once each: after a break the stream begins anew."""
    if key not in told:
        told.add(key)
        out.event(value, line)


def _state_line(backpack: Json) -> Text:
    message = f": {backpack['message']}" if backpack["message"] else ""
    return Text.assemble(state_of(backpack), message)


def _failure(reason: str, backpack: Json, seconds: int) -> CliError:
    name = backpack["name"]
    match reason:
        case "timeout":
            state = f"{backpack['state']}: {backpack['message']}"
            return CliError(f"{name} isn't there after {seconds} s. It is {state}", Exit.NOT_IN_TIME)
        case "gone":
            return CliError(f"{name} was deleted meanwhile, or isn't yours to see any more.", Exit.NOT_FOUND)
        case "signedOut":
            return CliError("Your token counts no longer: log in again.", Exit.NOT_ALLOWED)
    return CliError(f"{name}: {reason}", Exit.FAILED)
