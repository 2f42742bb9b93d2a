"""`/db/{collection}`, with the paths and schemas of each collection that exists."""

from typing import Any

from backpack_api.domain.collections import Collection
from backpack_api.domain.json_text import JsonObject, pointer_token
from backpack_api.domain.listing import DEFAULT_LIMIT, MAX_LIMIT
from backpack_api.domain.rules import Rule
from backpack_api.openapi.parts import (
    EITHER,
    SIGNED_IN,
    answer,
    body,
    header,
    operation,
    path,
    query,
    ref,
)
from backpack_api.openapi.schemas import CURSOR, OPAQUE, SYSTEM_FIELDS

MAX_BULK = 1000
_OWN_WORDS = frozenset({"$id", "$anchor", "$dynamicRef", "$dynamicAnchor", "$vocabulary"})
_VALUES = frozenset({"const", "enum", "default", "examples"})
"""What stands below these is no schema, whatever it looks like."""

_LIST = [
    query("filter", 'JSON, such as `{"done": false}` or `{"age": {"$gte": 18}}`.', {"type": "string"}),
    query("sort", "Fields with commas between them, `-` before one: descending.", {"type": "string"}),
    query(
        "limit",
        "How many at most.",
        {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT},
    ),
    query("cursor", "`nextCursor` of the page before.", {"type": "string"}),
    query("fields", "Fields with commas between them, besides the system's own.", {"type": "string"}),
    query("total", "Also count.", {"type": "boolean", "default": False}),
]
_IF_MATCH = header("If-Match", "Only if the document has this ETag.")
_IF_NONE_MATCH = header("If-None-Match", "Only if the document has another ETag.")
_RETRY_KEY = header("Idempotency-Key", "The same key within 24 hours: the same answer, and nothing twice.")


def paths(collection: Collection) -> JsonObject:
    """The two paths of a collection."""
    name, rules = collection.name, collection.rules
    stored = _stored_name(collection)
    page = {
        "type": "object",
        "properties": {
            "items": {"type": "array", "items": ref(stored)},
            "nextCursor": CURSOR,
            "total": {"type": "integer", "minimum": 0},
        },
        "required": ["items", "nextCursor"],
    }
    one = {200: answer("The document.", ref(stored), ETag="Its version.")}
    own = _written(collection)
    id_ = path("id", "Of a document.")
    created = {"oneOf": [ref(stored), {"type": "array", "items": ref(stored)}]}
    return {
        f"/db/{name}": {
            "get": operation(
                f"list:{name}",
                name,
                f"List documents of {name}",
                {200: answer("A page.", page)},
                security=_security(rules.read),
                parameters=_LIST,
                problems=(404, 422),
            ),
            "post": operation(
                f"create:{name}",
                name,
                f"Create one document of {name}, or many",
                {201: answer("As stored.", created, Location="The document.", ETag="Its version.")},
                security=_security(rules.create),
                parameters=[_RETRY_KEY],
                takes=body({"oneOf": [own, {"type": "array", "items": own, "maxItems": MAX_BULK}]}),
                problems=(404, 409),
            ),
        },
        f"/db/{name}/{{id}}": {
            "get": operation(
                f"get:{name}",
                name,
                f"Get a document of {name}",
                {**one, 304: answer("It has the ETag that was named.")},
                security=_security(rules.read),
                parameters=[id_, _IF_NONE_MATCH],
                problems=(404, 412),
            ),
            "put": operation(
                f"replace:{name}",
                name,
                f"Replace a document of {name}",
                one,
                security=_security(rules.update),
                parameters=[id_, _IF_MATCH],
                takes=body(own),
                problems=(404, 409, 412),
            ),
            "patch": operation(
                f"patch:{name}",
                name,
                f"Merge a patch (RFC 7396) into a document of {name}",
                one,
                security=_security(rules.update),
                parameters=[id_, _IF_MATCH],
                takes=body(OPAQUE),
                problems=(404, 409, 412),
            ),
            "delete": operation(
                f"delete:{name}",
                name,
                f"Delete a document of {name}",
                {200: answer("The document that was removed.", ref(stored))},
                security=_security(rules.delete),
                parameters=[id_, _IF_MATCH],
                problems=(404, 412),
            ),
        },
    }


def schemas(collection: Collection) -> JsonObject:
    """What `paths` refers to of this collection."""
    moved = moved_schema(collection)
    if moved is None:
        return {}
    properties = {
        key: {"$ref": f"{_place_of(collection)}/properties/{pointer_token(key)}"}
        for key in moved.get("properties", {})
        if key not in SYSTEM_FIELDS
    }
    # Its types, and not what it requires: `fields` leaves some of them out.
    stored = {
        "allOf": [ref("Document"), {"properties": properties}],
        "description": "A document that is older than the schema may differ from it.",
    }
    return {_own_name(collection): moved, _stored_name(collection): stored}


def moved_schema(collection: Collection) -> JsonObject | None:
    """The collection's schema, its references leading to where it is put here; None where
    there is none, or one that can't be moved."""
    if collection.schema is None:
        return None
    try:
        moved: JsonObject = _moved(collection.schema, _place_of(collection))
    except _CannotBeMoved:
        return None
    return moved


class _CannotBeMoved(Exception):
    """The schema refers to itself by words that mean something only where it is whole."""


def _moved(schema: Any, place: str) -> Any:
    if isinstance(schema, list):
        return [_moved(item, place) for item in schema]
    if not isinstance(schema, dict):
        return schema
    moved: JsonObject = {}
    for key, value in schema.items():
        if key in _OWN_WORDS:
            raise _CannotBeMoved
        if key == "$ref" and isinstance(value, str):
            if value != "#" and not value.startswith("#/"):
                raise _CannotBeMoved
            moved[key] = place + value[1:]
        elif key in _VALUES:
            moved[key] = value
        elif key != "$schema":
            moved[key] = _moved(value, place)
    return moved


def _own_name(collection: Collection) -> str:
    return f"own.{collection.name}"


def _place_of(collection: Collection) -> str:
    return f"#/components/schemas/{_own_name(collection)}"


def _stored_name(collection: Collection) -> str:
    return "Document" if moved_schema(collection) is None else f"stored.{collection.name}"


def _written(collection: Collection) -> JsonObject:
    if moved_schema(collection) is None:
        return OPAQUE
    return {"allOf": [{"type": "object"}, ref(_own_name(collection))]}


def _security(rule: Rule) -> list[JsonObject]:
    return EITHER if rule is Rule.PUBLIC else SIGNED_IN
