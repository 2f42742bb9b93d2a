"""Lines of our own programs' logs, which are JSON, as people read them."""

import json
from datetime import UTC, datetime
from typing import Any

_MESSAGE = {"time", "level", "message"}
_REQUEST = {"time", "method", "path", "status"}
_LEFT_OUT = {"backpack", "namespace", "logger", "requestId", "listener", "host", "bytes", "client"}
_LEFT_OUT |= {"forwardedFor", "userAgent"}
"""Fields that are the same in all lines of a backpack, or for which one looks with `--raw`."""


def as_written(text: str) -> str:
    """The line itself."""
    return text


def short(text: str) -> str:
    """Moment, level, and what happened, of a line that one of our programs wrote; any other as it is."""
    line = _ours(text)
    moment = _moment(line.pop("time", ""))
    if moment is None:
        return text
    level, message = str(line.pop("level", "")), str(line.pop("message", "request"))
    exception = str(line.pop("exception", ""))
    words = [message]
    if line.keys() >= _REQUEST - {"time"}:
        request = [str(line.pop(field)) for field in ("method", "path", "status")]
        words = [*([] if message == "request" else words), *request, _took(line)]
    words += [f"{field}={value}" for field, value in line.items() if field not in _LEFT_OUT and value != ""]
    first = " ".join(filter(None, [moment, f"{level:7}" if level else "", *words]))
    return "\n".join([_seen(first), *(f"  {_seen(one)}" for one in exception.splitlines())])


def _ours(text: str) -> dict[str, Any]:
    """The line's fields; empty where it isn't one of ours."""
    if not text.startswith("{"):
        return {}
    try:
        line = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    ours = isinstance(line, dict) and (line.keys() >= _MESSAGE or line.keys() >= _REQUEST)
    return line if ours else {}


def _moment(text: object) -> str | None:
    """In UTC; None where it is none."""
    try:
        moment = datetime.fromisoformat(str(text))
        return None if moment.tzinfo is None else f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S}"
    except (ValueError, OverflowError):
        return None


def _took(line: dict[str, Any]) -> str:
    """How long, as the API says it, or the web server."""
    if "ms" in line:
        return f"{line.pop('ms')} ms"
    seconds = line.pop("seconds", None)
    return f"{seconds * 1000:.0f} ms" if isinstance(seconds, int | float) else ""


def _seen(text: str) -> str:
    """JSON hides in `\\u001b` what would do something to a terminal: there it stays."""
    return "".join(one if one.isprintable() else one.encode("unicode_escape").decode() for one in text)
