"""Filters of the templates: numbers and moments as people read them."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from markupsafe import Markup, escape

from backpack_dashboard.domain.volumes import asked

_UNITS = ("B", "KiB", "MiB", "GiB", "TiB")


def size(count: int | float) -> str:
    """Bytes as `1.5 MiB`."""
    value, unit = float(count), 0
    while value >= 1024 and unit < len(_UNITS) - 1:
        value, unit = value / 1024, unit + 1
    text = f"{value:.0f}" if unit == 0 or value >= 100 else f"{value:.1f}"
    return f"{text} {_UNITS[unit]}"


def moment(value: str | datetime) -> Markup:
    """A `<time>` that the page's script turns into `3 min ago` and keeps so."""
    if isinstance(value, datetime):
        value = value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    shown = value.replace("T", " ").partition(".")[0].removesuffix("Z")
    return Markup('<time datetime="{}" title="{} UTC">{}</time>').format(value, shown, shown)


_BROWSERS = (
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = ("Windows", "Android", "iPhone", "iPad", "Mac OS X", "CrOS", "Linux")


def agent(text: str) -> str:
    """What a program says of itself as `Firefox on Linux`; all of it where that isn't known."""
    browser = next((name for mark, name in _BROWSERS if mark in text), None)
    system = next((name for name in _SYSTEMS if name in text), None)
    if browser is None:
        return text or "A program"
    return f"{browser} on {system.replace('Mac OS X', 'macOS')}" if system else browser


def code(text: str) -> Markup:
    """Sentences of the API have names in backticks: those as `<code>`."""
    parts = str(text).split("`")
    if len(parts) % 2 == 0:
        return escape(text)
    marked = (
        Markup("<code>{}</code>").format(part) if number % 2 else escape(part)
        for number, part in enumerate(parts)
    )
    return Markup("").join(marked)


FILTERS: dict[str, Callable[..., Any]] = {
    "agent": agent,
    "size": size,
    "moment": moment,
    "code": code,
    "volumes": asked,
}
