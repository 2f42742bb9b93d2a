"""Which answer a request for a file's content gets: all of it, a part, or none
(RFC 9110, section 13.2.2, in its order)."""

from collections.abc import Mapping
from dataclasses import dataclass

from backpack_api.domain.file_headers import parse_http_date
from backpack_api.domain.files import StoredFile
from backpack_api.domain.preconditions import matches
from backpack_api.domain.ranges import ByteRange, wanted_range
from backpack_api.problems import PreconditionFailed

CONDITIONS = (
    "if-match",
    "if-modified-since",
    "if-none-match",
    "if-range",
    "if-unmodified-since",
    "range",
)
"""The headers, in lower case, that an answer depends on."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to answer: 304 with `not_modified`, 206 with a `part`, else 200."""

    with_body: bool
    not_modified: bool = False
    part: ByteRange | None = None


def check_if_match(file: StoredFile, header: str | None) -> None:
    """Raise `PreconditionFailed` where a change of this content is not wanted."""
    if header is not None and not matches(header, file.sha256, weak=False):
        raise PreconditionFailed("If-Match doesn't name the content that the file has now.")


def wanted(file: StoredFile, conditions: Mapping[str, str], *, with_body: bool) -> Wanted:
    """What a request is answered. `with_body`: it is a GET, as only those have ranges.

    Raises `PreconditionFailed` or `RangeNotSatisfiable`."""
    _check_unchanged(file, conditions)
    if _has_it_already(file, conditions):
        return Wanted(with_body=False, not_modified=True)
    if not with_body:
        return Wanted(with_body=False)
    validator = conditions.get("if-range")
    if validator is not None and parse_http_date(validator) == file.written_at:
        # No two contents of a file have one date, so that it names this one.
        validator = None
    part = wanted_range(conditions.get("range"), validator, size=file.size, etag=file.etag)
    return Wanted(with_body=True, part=part)


def _check_unchanged(file: StoredFile, conditions: Mapping[str, str]) -> None:
    if "if-match" in conditions:
        check_if_match(file, conditions["if-match"])
    elif "if-unmodified-since" in conditions:
        since = parse_http_date(conditions["if-unmodified-since"])
        if since is not None and file.written_at > since:
            raise PreconditionFailed("The file's content was written after If-Unmodified-Since.")


def _has_it_already(file: StoredFile, conditions: Mapping[str, str]) -> bool:
    if "if-none-match" in conditions:
        return matches(conditions["if-none-match"], file.sha256, weak=True)
    since = parse_http_date(conditions.get("if-modified-since", ""))
    return since is not None and file.written_at <= since
