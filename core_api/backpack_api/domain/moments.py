"""Moments as the API writes them: RFC 3339, UTC, milliseconds."""

from datetime import UTC, datetime


def in_milliseconds(moment: datetime) -> datetime:
    """The moment as the database can keep it: UTC, cut to the millisecond."""
    moment = moment.astimezone(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def rfc3339(moment: datetime) -> str:
    """`2026-01-31T23:59:59.123Z`. The moment must be in UTC."""
    return moment.isoformat(timespec="milliseconds")[:23] + "Z"
