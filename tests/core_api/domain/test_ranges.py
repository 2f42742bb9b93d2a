"""Which bytes a `Range` asks for."""

import pytest

from backpack_api.domain.ranges import ByteRange, wanted_range
from backpack_api.problems import RangeNotSatisfiable

ETAG = '"abc"'


@pytest.mark.parametrize(
    ("header", "wanted"),
    [
        (None, None),
        ("bytes=0-0", ByteRange(0, 0)),
        ("bytes=2-4", ByteRange(2, 4)),
        ("Bytes = 2-4 ", ByteRange(2, 4)),
        ("bytes=2-", ByteRange(2, 9)),
        ("bytes=2-999999999999999999", ByteRange(2, 9)),
        ("bytes=-3", ByteRange(7, 9)),
        ("bytes=-300", ByteRange(0, 9)),
        # Not a range, or several: the whole.
        ("bytes=4-2", None),
        ("bytes=-", None),
        ("bytes=a-b", None),
        ("bytes=0-1,3-4", None),
        ("lines=0-1", None),
        ("bytes=2-9999999999999999999999", ByteRange(2, 9)),
        (f"bytes={'9' * 5000}-", None),
        ("", None),
    ],
)
def test_a_range_of_ten_bytes(header: str | None, wanted: ByteRange | None) -> None:
    assert wanted_range(header, None, size=10, etag=ETAG) == wanted


@pytest.mark.parametrize(
    ("header", "size"),
    [
        ("bytes=10-", 10),
        ("bytes=9999999999999999999999-", 10),
        ("bytes=10-20", 10),
        ("bytes=-0", 10),
        ("bytes=0-", 0),
    ],
)
def test_a_range_after_the_end_is_refused(header: str, size: int) -> None:
    with pytest.raises(RangeNotSatisfiable) as refused:
        wanted_range(header, None, size=size, etag=ETAG)
    assert refused.value.headers["Content-Range"] == f"bytes */{size}"


@pytest.mark.parametrize("if_range", ['"other"', 'W/"abc"', "Wed, 21 Oct 2015 07:28:00 GMT"])
def test_a_range_of_another_version_is_the_whole(if_range: str) -> None:
    assert wanted_range("bytes=99-", if_range, size=10, etag=ETAG) is None


def test_a_range_of_this_version_is_a_part() -> None:
    range_ = wanted_range("bytes=2-4", ETAG, size=10, etag=ETAG)
    assert range_ is not None
    assert (range_.length, range_.content_range(10)) == (3, "bytes 2-4/10")
