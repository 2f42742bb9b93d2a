"""Moments as the API writes them: RFC 3339, UTC, milliseconds."""

import re
from datetime import UTC, datetime

_RFC3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)", re.ASCII)


def in_milliseconds(moment: datetime) -> datetime:
    """The moment as the database can keep it: UTC, cut to the millisecond."""
    moment = moment.astimezone(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def rfc3339(moment: datetime) -> str:
    """`2026-01-31T23:59:59.123Z`. The moment must be in UTC."""
    return moment.isoformat(timespec="milliseconds")[:23] + "Z"


def parse_moment(text: str) -> datetime:
    """The moment of an RFC 3339 text, cut to the millisecond. Raises `ValueError`."""
    if _RFC3339.fullmatch(text) is None:
        raise ValueError("not RFC 3339")
    try:
        return in_milliseconds(datetime.fromisoformat(text.upper()))
    except OverflowError as error:
        raise ValueError("beyond the calendar") from error
