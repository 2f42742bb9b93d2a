"""Requests that are made from `/openapi.json`, right and wrong ones: none is answered with
a 500, and every answer is one that is described there."""

from dataclasses import dataclass

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from support.core_api import CoreApi, Person, new_person

EXAMPLES = 15
MANY_EXAMPLES = 300
CHECKED = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


@dataclass
class Described:
    """An API with something in it, and what it says of itself."""

    api: CoreApi
    ada: Person
    operations: dict[str, APIOperation]
    ids: dict[str, str]
    """The id of something that is there, by the path that takes it."""


@pytest.fixture(scope="module")
def described(api: CoreApi) -> Described:
    ada = new_person(api)
    notes = ada.make_collection("notes")
    document = ada.client.post(notes, json={"a": 1}).json()
    file = ada.client.post("/files", files={"file": ("a.txt", b"text", "text/plain")}).json()
    schema = schemathesis.openapi.from_url(f"{api.public}/openapi.json")
    operations = {}
    for result in schema.get_all_operations():
        operation = result.ok()
        operations[operation.label] = operation
    return Described(
        api,
        ada,
        operations,
        {f"{notes}/{{id}}": document["id"], "/files/{id}": file["id"], "/files/{id}/meta": file["id"]},
    )


OPERATIONS = [
    *("POST /auth/register", "POST /auth/login", "POST /auth/logout", "POST /auth/logout-all"),
    *("GET /auth/me", "PATCH /auth/me", "DELETE /auth/me", "POST /auth/password"),
    *("GET /auth/sessions", "DELETE /auth/sessions/{id}", "GET /collections", "POST /collections"),
    *("GET /db/notes", "POST /db/notes", "GET /db/notes/{id}", "PUT /db/notes/{id}"),
    *("PATCH /db/notes/{id}", "DELETE /db/notes/{id}"),
    *("GET /files", "POST /files", "GET /files/{id}", "GET /files/{id}/meta"),
    *("PUT /files/{id}", "PATCH /files/{id}", "DELETE /files/{id}"),
    *("GET /healthz", "GET /readyz", "GET /problems/{slug}", "GET /site/{path}", "GET /realtime"),
]

ANYTHING_GOES = {
    *("GET /files/{id}", "GET /files/{id}/meta", "GET /healthz", "GET /readyz"),
    *("GET /problems/{slug}", "GET /site/{path}", "GET /realtime"),
}
"""Operations that no request can be a wrong one of: any text is a path."""


def test_every_operation_is_tried(described: Described) -> None:
    assert {name for name in described.operations if "/db/" not in name or "/db/notes" in name} == set(
        OPERATIONS
    )


@pytest.mark.timeout(120)
@pytest.mark.parametrize("name", OPERATIONS)
def test_no_request_is_a_500_and_every_answer_is_as_described(described: Described, name: str) -> None:
    try_out(described, name, EXAMPLES)


@pytest.mark.long
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("name", OPERATIONS)
def test_nor_is_any_of_many(described: Described, name: str) -> None:
    try_out(described, name, MANY_EXAMPLES)


def try_out(described: Described, name: str, examples: int) -> None:
    operation = described.operations[name]
    # Somebody else where the calls may end the session.
    ending = name.startswith("POST /auth/logout")
    caller = new_person(described.api) if ending else described.ada
    mostly = st.sampled_from([True, True, True, False])

    modes = [GenerationMode.POSITIVE] + [GenerationMode.NEGATIVE] * (name not in ANYTHING_GOES)
    for mode in modes:
        cases = operation.as_strategy(generation_mode=mode)

        @settings(
            max_examples=examples, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
        )
        @given(cases, mostly, mostly)
        def answers_well(case: Case, is_there: bool, signed_in: bool) -> None:
            if is_there and operation.path in described.ids:
                case.path_parameters["id"] = described.ids[operation.path]
            # Who calls is decided here, and not by what is made up of it.
            case.cookies = {}
            case.headers.pop("Authorization", None)
            if signed_in:
                case.headers["Authorization"] = f"Bearer {caller.token}"
            case.call_and_validate(base_url=described.api.public, checks=CHECKED)

        answers_well()
