"""JSON text in and out, strictly: what RFC 8259 calls JSON and nothing more."""

from typing import Any

import orjson

from backpack_api.problems import InvalidValue, MalformedRequest

JsonObject = dict[str, Any]


def parse_json(text: bytes) -> Any:
    """The value of a JSON text in UTF-8.

    Raises `MalformedRequest` for anything else: NaN, lone surrogates, numbers
    beyond a double, trailing commas. Integers beyond 64 bits become doubles, as
    they are in JavaScript."""
    if not text:
        raise MalformedRequest("The body is empty; it must be JSON.")
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        if "depth limit" in error.msg:
            raise InvalidValue.at("", "is nested too deeply") from error
        raise MalformedRequest(f"The body is not valid JSON: {error}.") from error


def pointer_token(key: str) -> str:
    """A key as a reference token of a JSON Pointer (RFC 6901), cut to a readable length."""
    return key[:80].replace("~", "~0").replace("/", "~1")


def to_json(value: Any) -> bytes:
    """Compact JSON in UTF-8."""
    return orjson.dumps(value)
