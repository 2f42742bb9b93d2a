"""The whole description."""

from collections.abc import Sequence

from backpack_api.domain.collections import Collection
from backpack_api.domain.json_text import JsonObject
from backpack_api.domain.sessions import cookie_name
from backpack_api.openapi import accounts, documents, files, service
from backpack_api.openapi.schemas import problem_responses, schemas
from backpack_contract.configuration import BackpackConfiguration
from backpack_contract.version import VERSION

_WITHOUT_KEY = frozenset({"/healthz", "/readyz", "/site/{path}"})


def openapi_document(configuration: BackpackConfiguration, collections: Sequence[Collection]) -> JsonObject:
    """What this backpack serves, with these collections (OpenAPI 3.1)."""
    described = schemas(configuration.password_min_length)
    paths = {**accounts.paths(), **files.paths(), **service.paths()}
    for collection in collections:
        paths |= documents.paths(collection)
        described |= documents.schemas(collection)
    if configuration.require_key:
        _ask_for_key(paths)
    tags = ["accounts", "collections", *(one.name for one in collections), "files", "service"]
    return {
        "openapi": "3.1.0",
        "info": {
            "title": configuration.name,
            "version": VERSION,
            "description": "Errors are `application/problem+json`; each `type` is a page.",
        },
        "servers": [{"url": "/"}],
        "tags": [{"name": name} for name in tags],
        "paths": paths,
        "components": {
            "schemas": described,
            "responses": problem_responses(),
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "Of a login with `token`.",
                },
                "cookie": {
                    "type": "apiKey",
                    "in": "cookie",
                    "name": cookie_name(secure=configuration.secure_cookies),
                },
                "key": {"type": "apiKey", "in": "header", "name": "X-Backpack-Key"},
            },
        },
    }


def _ask_for_key(paths: JsonObject) -> None:
    """Add the publishable key to what each call needs, but for those that never do."""
    for path, operations in paths.items():
        if path not in _WITHOUT_KEY:
            for operation in operations.values():
                operation["security"] = [{**one, "key": []} for one in operation["security"]]
