"""What is sent by mistake or on purpose is told to be wrong: none of it ends in a defect."""

import json
from typing import Any

import httpx
import pytest

from backpack_dashboard.domain.json_text import MAX_LEVELS, JsonFault, parse_object
from backpack_dashboard.domain.nesting import MOST_LEVELS
from backpack_dashboard.domain.yaml_text import read
from backpack_dashboard.errors import Invalid
from support.dashboard import Dashboard, Visitor
from support.dashboard_program import Program, new_token, revoke


@pytest.mark.parametrize(
    "text",
    [
        '!!bool "x"',
        '!!int ""',
        '!!float ""',
        '!!timestamp "x"',
        '!!timestamp "0001-01-01T00:00:00+23:00"',
        r'text: "\uD800"',
        "[" * 70 + "]" * 70,
        "[" * 5000 + "]" * 5000,
    ],
)
def test_yaml_that_says_nothing_is_refused(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        read(text, "text")
    assert "text" in refused.value.fields


@pytest.mark.parametrize("levels", [MAX_LEVELS + 1, 800, 20_000])
def test_json_that_is_too_deep_is_refused(levels: int) -> None:
    with pytest.raises(JsonFault, match="at most 32 levels"):
        parse_object('{"a":' * levels + "1" + "}" * levels)


def test_as_deep_as_a_document_may_be_is_taken() -> None:
    assert parse_object('{"a":' * MAX_LEVELS + "1" + "}" * MAX_LEVELS)


def nested(levels: int) -> Any:
    value: Any = "x"
    for _ in range(levels):
        value = {"a": value}
    return value


@pytest.mark.parametrize(
    "body",
    [
        {"name": "A\ud800"},
        {"name": "a", "spec": {"displayName": "\ud800"}},
        {"name": "a", "spec": {"\udfff": 1}},
        {"name": "deep", "spec": nested(MOST_LEVELS)},
        {"name": "deep", "spec": nested(900)},
    ],
    ids=["name", "value", "key", "deep", "deeper"],
)
def test_a_program_is_told_what_cannot_be_taken(dashboard: Dashboard, ada: Visitor, body: Any) -> None:
    token = new_token(ada, "write")
    program = Program(dashboard, token, **{"Content-Type": "application/json"})

    answer = program.send("POST", "/backpacks", content=json.dumps(body))
    assert answer.status_code == 422, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    revoke(ada, token)


def test_a_page_whose_address_is_no_ascii_is_gone_to(ada: Visitor) -> None:
    answer = ada.get("/sign-in?next=/€")

    assert answer.status_code == 303
    assert answer.headers["location"] == "/%E2%82%AC"


def test_a_form_with_half_a_character_is_refused(dashboard: Dashboard, ada: Visitor) -> None:
    head = {**ada.headers, "Content-Type": "multipart/form-data; boundary=b; charset=unicode_escape"}
    part = b'--b\r\nContent-Disposition: form-data; name="name"\r\n\r\nA\\ud800\r\n--b--\r\n'
    answer: httpx.Response = ada.client.post("/new", content=part, headers=head)

    assert answer.status_code == 422
    assert "unhandled error" not in dashboard.log_text()
