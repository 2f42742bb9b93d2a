"""That docs/dashboard-api.md tells of the API as it is: every call, and examples that fit."""

import json
import re
import shlex
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import jsonschema_rs
import pytest

from backpack_dashboard.routes.api.application import api_application

PAGE = (Path(__file__).parents[2] / "docs/dashboard-api.md").read_text()
CALL = re.compile(r"^\| `(GET|POST|PATCH|PUT|DELETE) (/[^`]*)` \| `(\w+)` \|", re.MULTILINE)
BLOCK = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def described() -> Any:
    return api_application(None).openapi()  # type: ignore[arg-type]


def commands() -> list[list[str]]:
    lines = "".join(BLOCK.findall(PAGE)).replace("\\\n", " ").splitlines()
    return [words for line in lines if (words := shlex.split(line)) and words[0] == "curl"]


def test_every_call_is_told_with_its_scope(described: Any) -> None:
    there = {
        (method.upper(), path, call["security"][0]["token"][0])
        for path, methods in described["paths"].items()
        for method, call in methods.items()
    }

    assert set(CALL.findall(PAGE)) | {("GET", "/me", "read")} == there


@pytest.mark.parametrize("words", commands(), ids=" ".join)
def test_an_example_fits_what_the_api_says_of_itself(described: Any, words: list[str]) -> None:
    options = dict(pairwise(words))
    body = options.get("-d")
    method = options.get("-X", "POST" if body or "--data-binary" in options else "GET").lower()
    url = urlsplit(next(word for word in words if word.startswith("$DASHBOARD/api/v1/")))
    path = url.path.removeprefix("$DASHBOARD/api/v1")

    found = [one for one in described["paths"] if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", one), path)]
    assert found, path
    call = described["paths"][found[0]][method]
    assert "Authorization: Bearer $TOKEN" in words
    known = {one["name"] for one in call.get("parameters", ()) if one["in"] == "query"}
    assert {pair.partition("=")[0] for pair in url.query.split("&") if pair} <= known
    if body:
        wanted = call["requestBody"]["content"]["application/json"]["schema"]
        schema = {**wanted, "components": described["components"]}
        jsonschema_rs.validate(schema, json.loads(body))
