"""Parts of a content: `Range` and `If-Range` (RFC 9110, section 14)."""

import re
from dataclasses import dataclass

from backpack_api.problems import RangeNotSatisfiable

_ONE_RANGE = re.compile(r"bytes[ \t]*=[ \t]*(\d{0,400})-(\d{0,400})[ \t]*", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ByteRange:
    """Bytes `first` to `last`, both included, of a content that has them."""

    first: int
    last: int

    @property
    def length(self) -> int:
        return self.last - self.first + 1

    def content_range(self, size: int) -> str:
        """The `Content-Range` of the answer."""
        return f"bytes {self.first}-{self.last}/{size}"


def wanted_range(header: str | None, if_range: str | None, *, size: int, etag: str) -> ByteRange | None:
    """The part that is asked for, None for the whole. Several parts at once, and what
    is no range, are answered with the whole, as RFC 9110 allows; so is a range of
    another version, which `If-Range` tells. `etag` is a strong one with its quotes.
    Raises `RangeNotSatisfiable`."""
    if header is None or (if_range is not None and if_range.strip() != etag):
        return None
    match = _ONE_RANGE.fullmatch(header.strip())
    if match is None or not (match[1] or match[2]):
        return None
    if match[1]:
        first, last = int(match[1]), min(int(match[2] or size - 1), size - 1)
        if match[2] and int(match[2]) < first:
            return None
    else:
        first, last = max(0, size - int(match[2])), size - 1
    if first > last:
        raise RangeNotSatisfiable(size)
    return ByteRange(first, last)
