"""Cursors of sorted lists: opaque to clients, and checked when they come back.

A cursor holds what the last document of a page sorts by, so that it outlives the
document, and a print of the filter and the order that it belongs to.
"""

import base64
import binascii
import hashlib
from typing import Any

import orjson

from backpack_api.domain.documents import faults_of
from backpack_api.domain.filters import Filter
from backpack_api.domain.moments import parse_moment
from backpack_api.domain.sorting import EMPTY, Position, Sort, SortKey
from backpack_api.problems import InvalidValue

_VERSION = 2
MAX_LENGTH = 8 * 1024
"""In characters: a cursor is sent in a URL."""


def encode_position(position: Position, filter_: Filter) -> str:
    """The cursor of the page that begins after this position. Raises `InvalidValue` at
    `sort` where it would be too long."""
    values = [[] if value is EMPTY else [value] for value in position.values]
    text = orjson.dumps([_VERSION, _print(position.sort, filter_), values])
    cursor = base64.urlsafe_b64encode(text).rstrip(b"=").decode()
    if len(cursor) > MAX_LENGTH:
        raise InvalidValue.at("sort", "meets values that are too long to page by; sort by shorter ones")
    return cursor


def decode_position(cursor: str, sort: Sort, filter_: Filter) -> Position:
    """The position that the page begins after. Raises `InvalidValue` at `cursor`."""
    match _content(cursor):
        case [int(version), str(print_), list(values)] if version == _VERSION:
            if print_ != _print(sort, filter_):
                raise InvalidValue.at("cursor", "belongs to a list with another `filter` or `sort`")
            if len(values) == len(sort.keys) and all(map(_can_be, sort.keys, values)):
                return Position(sort, tuple(value[0] if value else EMPTY for value in values))
        case _:
            pass
    raise InvalidValue.at("cursor", "is not a `nextCursor` of this list")


def _content(cursor: str) -> Any:
    if len(cursor) > MAX_LENGTH or not cursor.isascii():
        return None
    try:
        text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        return orjson.loads(text)
    except (binascii.Error, orjson.JSONDecodeError):
        return None


def _print(sort: Sort, filter_: Filter) -> str:
    text = orjson.dumps([sort.text, filter_.source], option=orjson.OPT_SORT_KEYS)
    return base64.urlsafe_b64encode(hashlib.blake2b(text, digest_size=9).digest()).decode()


def _can_be(key: SortKey, value: Any) -> bool:
    """Whether documents can sort so: `[]` for an empty array, else `[value]`."""
    if not isinstance(value, list) or len(value) > 1 or any(faults_of(value)):
        return False
    if not key.path.is_system:
        return True
    (one,) = value or [False]
    match key.path.text:
        case "id":
            return isinstance(one, str)
        case "ownerId":
            return one is None or isinstance(one, str)
        case "version":
            return type(one) is int and abs(one) < 2**63
        case _:
            return isinstance(one, str) and _is_moment(one)


def _is_moment(text: str) -> bool:
    try:
        parse_moment(text)
    except ValueError:
        return False
    return True
