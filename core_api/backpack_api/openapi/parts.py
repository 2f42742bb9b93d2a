"""What descriptions of operations are put together from."""

from collections.abc import Mapping, Sequence
from typing import Any

from backpack_api.domain.json_text import JsonObject

JSON = "application/json"
PROBLEM = "application/problem+json"

SIGNED_IN: list[JsonObject] = [{"token": []}, {"cookie": []}]
ANYONE: list[JsonObject] = [{}]
EITHER: list[JsonObject] = [{}, *SIGNED_IN]
"""With or without a session: what is answered may differ."""

_UNSAFE = (400, 408, 413, 422)
_ALWAYS = (401, 403, 429, 431, 503)


def ref(name: str) -> JsonObject:
    """A schema of `components`."""
    return {"$ref": f"#/components/schemas/{name}"}


def answer(description: str, schema: JsonObject | None = None, **headers: str) -> JsonObject:
    """An answer with a JSON body, or none; `headers` with what they say."""
    described: JsonObject = {"description": description}
    if schema is not None:
        described["content"] = {JSON: {"schema": schema}}
    if headers:
        described["headers"] = {
            name.replace("_", "-"): {"description": text, "schema": {"type": "string"}}
            for name, text in headers.items()
        }
    return described


def body(schema: JsonObject, *, media_type: str = JSON) -> JsonObject:
    return {"required": True, "content": {media_type: {"schema": schema}}}


def query(name: str, description: str, schema: Mapping[str, Any]) -> JsonObject:
    return {"name": name, "in": "query", "description": description, "schema": dict(schema)}


def header(name: str, description: str) -> JsonObject:
    return {"name": name, "in": "header", "description": description, "schema": {"type": "string"}}


def path(name: str, description: str) -> JsonObject:
    return {
        "name": name,
        "in": "path",
        "required": True,
        "description": description,
        "schema": {"type": "string", "minLength": 1},
    }


def operation(
    id_: str,
    tag: str,
    summary: str,
    answers: Mapping[int, JsonObject],
    *,
    security: Sequence[JsonObject] = SIGNED_IN,
    parameters: Sequence[JsonObject] = (),
    takes: JsonObject | None = None,
    problems: Sequence[int] = (),
    description: str = "",
) -> JsonObject:
    """One operation. `problems`: the statuses that it answers with besides those that
    every operation can."""
    refused = sorted({*_ALWAYS, *problems, *(_UNSAFE if takes else ())} - set(answers))
    described: JsonObject = {
        "operationId": id_,
        "tags": [tag],
        "summary": summary,
        "security": list(security),
        "parameters": list(parameters),
        "responses": {
            **{str(status): one for status, one in answers.items()},
            **{str(status): {"$ref": f"#/components/responses/{status}"} for status in refused},
        },
    }
    if description:
        described["description"] = description
    if takes is not None:
        described["requestBody"] = takes
    return described
