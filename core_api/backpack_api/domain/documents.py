"""What a document is, and which ones are acceptable.

The limits don't depend on the engine below: a document that one backpack takes,
every backpack takes (except for what an engine is known to lack).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from backpack_api.domain.json_text import JsonObject, pointer_token, to_json
from backpack_api.domain.moments import rfc3339
from backpack_api.problems import Fault, InvalidValue, TooLarge

SYSTEM_FIELDS = frozenset({"id", "ownerId", "version", "createdAt", "updatedAt"})
"""Written only by the API; what a client sends for them is ignored."""

MAX_BYTES = 1024 * 1024
"""Of the document's own fields as compact JSON in UTF-8."""
MAX_PATCH_BYTES = 4 * MAX_BYTES
"""Of a merge patch as compact JSON: it can name every key of the largest document to
remove it, and bring another one."""
MAX_DEPTH = 32
"""Levels of objects and arrays; the document itself is the first."""
MAX_KEY_LENGTH = 256
MAX_FAULTS = 20
"""More faults of one document than this are not listed."""

_INT64 = range(-(2**63), 2**63)


@dataclass(frozen=True, slots=True)
class Document:
    """A stored document."""

    id: str
    owner_id: str | None
    """None: written without a session, where a rule lets anyone create."""
    version: int
    created_at: datetime
    updated_at: datetime
    data: JsonObject
    """The client's own fields; none of `SYSTEM_FIELDS`."""

    def to_json_object(self) -> JsonObject:
        """The document as the API answers it."""
        return {
            "id": self.id,
            "ownerId": self.owner_id,
            "version": self.version,
            "createdAt": rfc3339(self.created_at),
            "updatedAt": rfc3339(self.updated_at),
            **self.data,
        }


def own_fields(value: Any, path: str = "") -> JsonObject:
    """The fields that a client may write, from the JSON value it sent.

    Raises `InvalidValue` unless the value is an object."""
    if not isinstance(value, dict):
        raise InvalidValue.at(path, "must be a JSON object")
    if SYSTEM_FIELDS.isdisjoint(value):
        return value
    return {key: item for key, item in value.items() if key not in SYSTEM_FIELDS}


def check_document(data: JsonObject, *, nested_arrays: bool = True, path: str = "") -> JsonObject:
    """The document as it can be stored, or `InvalidValue` or `TooLarge`.

    `nested_arrays`: whether the engine can keep an array directly within an
    array. `path` is the document's own place in the body, for the faults."""
    # Before anything is looked at one by one: an oversized document costs next to nothing.
    _check_size(data, path)
    faults = list(_first(faults_of(data, nested_arrays=nested_arrays, path=path), MAX_FAULTS))
    if faults:
        first = faults[0]
        raise InvalidValue(f"{first.path or 'the document'}: {first.message}", errors=faults)
    data = storable(data)
    _check_size(data, path)
    return data


def _check_size(data: JsonObject, path: str) -> None:
    size = _size(data, path)
    if size > MAX_BYTES:
        where = f"{path}: " if path else ""
        raise TooLarge(f"{where}a document is at most {MAX_BYTES} bytes of JSON; this one has {size}.")


def check_patch(value: Any, path: str = "") -> None:
    """Raise `InvalidValue` where a merge patch is nested deeper than a document may be,
    `TooLarge` where it is larger than any document needs."""
    size = _size(value, path)
    if size > MAX_PATCH_BYTES:
        raise TooLarge(f"A merge patch is at most {MAX_PATCH_BYTES} bytes of JSON; this one has {size}.")
    for fault in faults_of(value, path=path, keys=False):
        raise InvalidValue.at(fault.path, fault.message)


def faults_of(
    value: Any, *, nested_arrays: bool = True, path: str = "", keys: bool = True
) -> Iterator[Fault]:
    """What is wrong with a document, in the order of its text. Not recursive, as the
    text may be nested a thousand levels deep; and lazy, as it may have millions of
    values, of which only the first faults are told."""
    levels = [(path, isinstance(value, list), _members(value))]
    while levels:
        where, in_array, members = levels[-1]
        for token, item in members:
            if keys and not in_array and (message := _key_fault(token)):
                yield Fault(f"{where}/{pointer_token(token)}", message)
            if not isinstance(item, dict | list):
                continue
            here = f"{where}/{pointer_token(str(token))}"
            if in_array and isinstance(item, list) and not nested_arrays:
                yield Fault(here, "is an array within an array, which this backpack's engine can't keep")
            if len(levels) == MAX_DEPTH:
                yield Fault(here, f"is nested deeper than {MAX_DEPTH} levels")
                continue
            levels.append((here, isinstance(item, list), _members(item)))
            break
        else:
            levels.pop()


def _members(container: Any) -> Iterator[tuple[Any, Any]]:
    if isinstance(container, dict):
        return iter(container.items())
    return enumerate(container) if isinstance(container, list) else iter(())


def _key_fault(key: str) -> str | None:
    if not key:
        return "a key must not be empty"
    if len(key) > MAX_KEY_LENGTH:
        return f"a key has at most {MAX_KEY_LENGTH} characters"
    if key[0] == "$":
        return "a key must not begin with `$`"
    if "." in key:
        return "a key must not contain `.`"
    if "\0" in key:
        return "a key must not contain a NUL character"
    return None


def storable(value: Any) -> Any:
    """The same value with numbers as every engine keeps them: integers beyond 64 bits
    as the doubles that they are in JavaScript, and no negative zero. Recursive: the
    depth was checked."""
    if isinstance(value, dict):
        return {key: storable(item) for key, item in value.items()}
    if isinstance(value, list):
        return [storable(item) for item in value]
    if type(value) is int and value not in _INT64:
        return float(value)
    return 0.0 if type(value) is float and value == 0 else value


def _size(value: Any, path: str) -> int:
    """In bytes of compact JSON. Raises `InvalidValue` where the writer finds no end to
    the levels, which is far beyond `MAX_DEPTH`."""
    try:
        return len(to_json(value))
    except TypeError:
        raise InvalidValue.at(path, f"is nested deeper than {MAX_DEPTH} levels") from None


def _first(faults: Iterator[Fault], count: int) -> Iterator[Fault]:
    for _, fault in zip(range(count), faults, strict=False):
        yield fault
