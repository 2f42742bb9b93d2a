"""Dates in headers."""

from datetime import UTC, datetime

import pytest

from backpack_api.domain.file_headers import http_date, parse_http_date


def test_a_date_is_read_as_it_is_written() -> None:
    moment = datetime(1994, 11, 6, 8, 49, 37, tzinfo=UTC)
    assert http_date(moment) == "Sun, 06 Nov 1994 08:49:37 GMT"
    assert parse_http_date(http_date(moment)) == moment


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yesterday",
        "Sun, 31 Feb 1994 08:49:37 GMT",
        "Sun, 06 Nov 99999999999999999999 08:49:37 GMT",
        "Sun, 06 Nov 1994 08:49:37 +99999999999999",
        "Sun, 06 Nov 1994 99:49:37 GMT",
    ],
)
def test_what_is_no_date_is_none(text: str) -> None:
    assert parse_http_date(text) is None
