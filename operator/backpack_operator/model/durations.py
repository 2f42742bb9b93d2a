"""Durations as the schema has them: `168h`, `90m`, `1h30m`."""

import re

_DURATION = re.compile(r"(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?", re.ASCII)


def whole_seconds(text: str) -> int:
    """The seconds of a duration in hours, minutes and seconds; `ValueError` if it is none."""
    match = _DURATION.fullmatch(text)
    if match is None or not text:
        raise ValueError(f"`{text}` is not a duration: write one such as 168h or 30m")
    hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return hours * 3600 + minutes * 60 + seconds
