"""Moments as lines of logs have them. As texts they can't be compared: `…:00Z` is before `…:00.5Z`, and a
node may write them in a zone of its own."""

import re
from datetime import datetime
from email.utils import parsedate_to_datetime

_PATTERN = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)")
_SECOND = 10**9


def nanoseconds(moment: str | None) -> int | None:
    """Since 1970, of a moment of RFC 3339; None where it is none."""
    parts = _PATTERN.fullmatch(moment or "")
    if parts is None:
        return None
    second, fraction, zone = parts.groups()
    try:
        whole = datetime.fromisoformat(second + zone.replace("Z", "+00:00"))
    except ValueError:
        return None
    return int(whole.timestamp()) * _SECOND + int((fraction or "").ljust(9, "0"))


def of_date(header: str | None) -> int | None:
    """Since 1970, of a `Date` of HTTP, which has whole seconds; None where it is none."""
    try:
        return int(parsedate_to_datetime(header or "").timestamp()) * _SECOND
    except ValueError:
        return None
