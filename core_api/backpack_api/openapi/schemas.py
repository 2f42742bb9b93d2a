"""The shapes of what the API takes and answers."""

from collections import defaultdict
from typing import Any

from backpack_api.domain.accounts import MAX_PASSWORD_LENGTH
from backpack_api.domain.json_text import JsonObject
from backpack_api.domain.rules import Rule
from backpack_api.openapi.parts import PROBLEM, ref
from backpack_api.problems import Problem, all_problems

MOMENT: JsonObject = {"type": "string", "format": "date-time"}
TEXT: JsonObject = {"type": "string"}
CURSOR: JsonObject = {"type": ["string", "null"], "description": "For the next page; null at the end."}
OPAQUE: JsonObject = {"type": "object", "additionalProperties": True}
RULE: JsonObject = {"enum": [rule.value for rule in Rule]}

SYSTEM_FIELDS: JsonObject = {
    "id": TEXT,
    "ownerId": {"type": ["string", "null"]},
    "version": {"type": "integer", "minimum": 1},
    "createdAt": MOMENT,
    "updatedAt": MOMENT,
}


def _object(properties: JsonObject, *optional: str) -> JsonObject:
    return {
        "type": "object",
        "properties": properties,
        "required": [name for name in properties if name not in optional],
        "additionalProperties": False,
    }


def schemas(password_min_length: int) -> JsonObject:
    """Every schema but those of collections, by name."""
    password = {"type": "string", "minLength": password_min_length, "maxLength": MAX_PASSWORD_LENGTH}
    given = {"type": "string", "maxLength": 4096}
    email = {"type": "string", "format": "email", "maxLength": 254}
    return {
        "Problem": {
            "type": "object",
            "description": "RFC 9457. `type` is a page that says what is meant.",
            "properties": {
                "type": {"enum": [f"/problems/{kind.slug}" for kind in all_problems()]},
                "title": TEXT,
                "status": {"type": "integer"},
                "detail": TEXT,
                "errors": {
                    "type": "array",
                    "items": _object({"path": TEXT, "message": TEXT}),
                    "description": "What is wrong where: a JSON pointer into the body, or a parameter.",
                },
            },
            "required": ["type", "title", "status", "detail"],
        },
        "User": _object(
            {"id": TEXT, "email": email, "profile": OPAQUE, "createdAt": MOMENT, "updatedAt": MOMENT}
        ),
        "Registration": _object({"email": email, "password": password, "profile": OPAQUE}, "profile"),
        "Login": _object({"email": given, "password": given, "token": {"type": "boolean"}}, "token"),
        "SignedIn": _object({"user": ref("User"), "token": TEXT}, "token"),
        "ProfilePatch": _object({"profile": OPAQUE}),
        "Confirmation": _object({"password": given}),
        "PasswordChange": _object({"current": given, "new": password}),
        "Session": _object(
            {
                "id": TEXT,
                "createdAt": MOMENT,
                "lastSeenAt": MOMENT,
                "userAgent": TEXT,
                "current": {"type": "boolean"},
            }
        ),
        "Rules": _object({"read": RULE, "create": RULE, "update": RULE, "delete": RULE}),
        "Collection": _object({"name": TEXT, "rules": ref("Rules")}),
        "NewCollection": _object({"name": {"type": "string", "pattern": "^[a-z][a-z0-9_-]{0,62}$"}}),
        "Document": {
            "type": "object",
            "properties": SYSTEM_FIELDS,
            "required": list(SYSTEM_FIELDS),
            "additionalProperties": True,
        },
        "File": _object(
            {
                "id": TEXT,
                "bucket": TEXT,
                "filename": TEXT,
                "contentType": TEXT,
                "size": {"type": "integer", "minimum": 0},
                "sha256": TEXT,
                "public": {"type": "boolean"},
                "ownerId": TEXT,
                "createdAt": MOMENT,
                "updatedAt": MOMENT,
            }
        ),
        "FilePatch": _object(
            {
                "filename": {"type": ["string", "null"]},
                "bucket": {"type": ["string", "null"]},
                "public": {"type": ["boolean", "null"]},
            },
            "filename",
            "bucket",
            "public",
        ),
        "Health": {"type": "object", "properties": {"status": TEXT}, "required": ["status"]},
    }


def problem_responses() -> JsonObject:
    """An answer for each status that problems have."""
    by_status: defaultdict[int, list[type[Problem]]] = defaultdict(list)
    for kind in all_problems():
        by_status[kind.status].append(kind)
    return {str(status): _response(kinds) for status, kinds in by_status.items()}


def _response(kinds: list[type[Problem]]) -> JsonObject:
    described: dict[str, Any] = {
        "description": ". Or: ".join(kind.title for kind in kinds),
        "content": {PROBLEM: {"schema": ref("Problem")}},
    }
    if kinds[0].status in (429, 503):
        described["headers"] = {
            "Retry-After": {"description": "Seconds to wait.", "schema": {"type": "string"}}
        }
    return described
