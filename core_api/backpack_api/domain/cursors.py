"""Cursors of lists: opaque to clients, and checked when they come back."""

import base64
import binascii

import orjson

from backpack_api.problems import InvalidValue

_VERSION = 1
_MAX_LENGTH = 512


def encode_cursor(after: str) -> str:
    """The cursor of the page that begins after this id."""
    return base64.urlsafe_b64encode(orjson.dumps([_VERSION, after])).rstrip(b"=").decode()


def decode_cursor(cursor: str) -> str:
    """The id that the page begins after. Raises `InvalidValue`."""
    if len(cursor) <= _MAX_LENGTH and cursor.isascii():
        try:
            text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
            value = orjson.loads(text)
        except (binascii.Error, orjson.JSONDecodeError):
            value = None
        match value:
            case [int(version), str(after)] if version == _VERSION and after:
                return after
            case _:
                pass
    raise InvalidValue.at("cursor", "is not a `nextCursor` of this API")
