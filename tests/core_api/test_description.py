"""`/openapi.json`, `/docs` and `/problems`."""

import re
from collections.abc import Callable, Iterator

import httpx
import pytest
from jsonschema_rs import Draft202012Validator
from playwright.sync_api import Page, Playwright, sync_playwright

from backpack_api.domain.actors import ADMINISTRATOR
from backpack_api.problems import all_problems
from support.browser import open_page
from support.core_api import CoreApi, Person, assert_problem, new_person

pytestmark = pytest.mark.timeout(90)

SCHEMA = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "properties": {
        "title": {"$ref": "#/$defs/text"},
        "tags": {"type": "array", "items": {"$ref": "#/$defs/text"}},
    },
    "required": ["title"],
    "additionalProperties": False,
    "$defs": {"text": {"type": "string", "maxLength": 50}},
}


def test_every_path_of_the_public_api_is_described(anyone: httpx.Client) -> None:
    document = anyone.get("/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    for path in (
        *("/auth/register", "/auth/login", "/auth/logout", "/auth/logout-all", "/auth/me", "/auth/password"),
        *("/auth/sessions", "/auth/sessions/{id}", "/collections", "/files", "/files/{id}"),
        *("/files/{id}/meta", "/site/{path}", "/realtime", "/healthz", "/readyz", "/problems/{slug}"),
    ):
        assert path in document["paths"]


def test_what_is_described_is_served_and_what_is_not_is_a_405(ada: Person) -> None:
    ada.make_collection("described")
    document = ada.client.get("/openapi.json").json()
    methods = {"get", "put", "post", "patch", "delete"}
    for path, operations in document["paths"].items():
        if path == "/realtime":
            continue
        asked = re.sub(r"\{[^}]*\}", "x", path)
        for method in methods - set(operations):
            answer = ada.client.request(method, asked)
            assert_problem(answer, 405)
        allowed = {name.strip().lower() for name in answer.headers["allow"].split(",")}
        assert allowed - {"head"} == set(operations), path


def test_a_new_collection_is_described_at_once_on_every_replica(start_api: Callable[..., CoreApi]) -> None:
    first = start_api()
    second = start_api(database=first.database)
    url = f"{second.public}/openapi.json"
    etag = httpx.get(url).headers["etag"]
    assert httpx.get(url, headers={"If-None-Match": etag}).status_code == 304
    new_person(first).make_collection("tasks")
    answer = httpx.get(url, headers={"If-None-Match": etag})
    assert answer.status_code == 200
    assert {"/db/tasks", "/db/tasks/{id}"} <= set(answer.json()["paths"])
    assert answer.headers["etag"] != etag


async def test_a_collections_schema_is_part_of_it_and_its_references_lead_somewhere(
    api: CoreApi, ada: Person
) -> None:
    async with api.runtime() as runtime:
        await runtime.collections.create("with-schema", ADMINISTRATOR, schema=SCHEMA)
    document = ada.client.get("/openapi.json").json()
    asked = document["paths"]["/db/with-schema"]["post"]["requestBody"]["content"]["application/json"]
    validator = Draft202012Validator({**asked["schema"], "components": document["components"]})
    for body, right in (
        ({"title": "Pack"}, True),
        ([{"title": "Pack", "tags": ["a"]}], True),
        ({"title": "x" * 51}, False),
        ({"tags": []}, False),
        ([{"title": "Pack", "other": 1}], False),
    ):
        assert validator.is_valid(body) is right
        answer = ada.client.post("/db/with-schema", json=body)
        assert answer.status_code == (201 if right else 422), answer.text
        if right:
            answered = document["paths"]["/db/with-schema"]["post"]["responses"]["201"]["content"]
            shape = {**answered["application/json"]["schema"], "components": document["components"]}
            Draft202012Validator(shape).validate(answer.json())


def test_with_require_key_the_description_says_so(start_api: Callable[..., CoreApi]) -> None:
    api = start_api(configuration={"require_key": True}, BACKPACK_PUBLISHABLE_KEY="bp_pk_x")
    paths = httpx.get(f"{api.public}/openapi.json?key=bp_pk_x").json()["paths"]
    assert paths["/auth/login"]["post"]["security"] == [{"key": []}]
    assert paths["/auth/me"]["get"]["security"] == [{"token": [], "key": []}, {"cookie": [], "key": []}]
    assert paths["/healthz"]["get"]["security"] == [{}]


@pytest.mark.parametrize("slug", [kind.slug for kind in all_problems()])
def test_each_type_of_problem_is_a_page(anyone: httpx.Client, slug: str) -> None:
    (kind,) = [one for one in all_problems() if one.slug == slug]
    page = anyone.get(f"/problems/{slug}")
    assert page.status_code == 200
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "unsafe" not in page.headers["content-security-policy"]
    assert str(kind.status) in page.text
    assert len(re.sub(r"<[^>]+>", "", page.text.partition("<h1>")[2])) > 60, "it says what is meant"
    assert f'href="/problems/{slug}"' in anyone.get("/problems").text


def test_an_unknown_type_of_problem_is_not_found(anyone: httpx.Client) -> None:
    assert_problem(anyone.get("/problems/no-such-type"), 404)
    assert_problem(anyone.get("/docs/no-such-file"), 404)
    assert_problem(anyone.get("/docs/..%2fdocs.py"), 404)


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as running:
        yield running


def watched(page: Page) -> tuple[list[str], list[str]]:
    """What the page asks for, and what it complains about."""
    asked: list[str] = []
    complaints: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    return asked, complaints


def test_the_api_can_be_tried_in_a_browser_with_nothing_from_elsewhere(
    playwright: Playwright, start_api: Callable[..., CoreApi]
) -> None:
    api = start_api(configuration={"require_key": True}, BACKPACK_PUBLISHABLE_KEY="bp_pk_x")
    with open_page(playwright) as page:
        asked, complaints = watched(page)
        answer = page.goto(f"{api.public}/docs?key=bp_pk_x")
        assert answer is not None
        policy = answer.headers["content-security-policy"]
        assert "unsafe" not in policy
        page.locator("#operations-service-alive").click()
        page.get_by_role("button", name="Try it out").click()
        page.get_by_role("button", name="Execute").click()
        page.get_by_text('"status": "ok"').first.wait_for()
        assert complaints == []
        assert all(url.startswith((api.public, "data:")) for url in asked)
        assert "<script>" not in answer.text()
