"""`PUT /admin/config`: the operator changes what is in force, without a restart."""

import json
from collections.abc import Callable
from dataclasses import asdict, replace
from typing import Any

import httpx
import pytest

from backpack_contract import admin_tokens
from backpack_contract.configuration import AdminKey, BackpackConfiguration
from support.admin_client import AdminHttp, AdminSigner
from support.core_api import CoreApi, assert_problem
from support.waiting import eventually

pytestmark = pytest.mark.timeout(120)

StartApi = Callable[..., CoreApi]


@pytest.fixture
def api(start_admin_api: StartApi) -> CoreApi:
    return start_admin_api({"generation": 3})


def put(api: CoreApi, signer: AdminSigner, body: BackpackConfiguration | dict[str, Any]) -> httpx.Response:
    text = body.to_json() if isinstance(body, BackpackConfiguration) else json.dumps(body)
    operator = AdminHttp(api, signer, admin_tokens.OPERATOR)
    return operator.call("PUT", "/admin/config", content=text)


def knows(api: CoreApi, signer: AdminSigner) -> bool:
    """Whether the API lets in who signs with this key."""
    status = AdminHttp(api, signer).call("GET", "/nothing-here").status_code
    assert status in (401, 404)
    return status == 404


def with_key(
    api: CoreApi, *signers: AdminSigner, generation: int, revision: int = 0
) -> BackpackConfiguration:
    keys = tuple(AdminKey(**signer.key) for signer in signers)
    return replace(api.configuration, admin_keys=keys, generation=generation, revision=revision)


def test_a_newer_one_is_in_force_at_once(api: CoreApi, signer: AdminSigner) -> None:
    other = AdminSigner("other")
    assert not knows(api, other)
    answer = put(api, signer, with_key(api, signer, other, generation=4))
    assert (answer.status_code, answer.json()) == (200, {"generation": 4, "revision": 0})
    assert knows(api, other)
    assert put(api, signer, with_key(api, other, generation=5)).status_code == 200
    assert not knows(api, signer)


def test_the_same_generation_again_is_taken(api: CoreApi, signer: AdminSigner) -> None:
    """The operator's own settings are part of it, and change no generation."""
    other = AdminSigner("other")
    for _ in range(2):
        assert put(api, signer, with_key(api, signer, other, generation=3)).status_code == 200
    assert knows(api, other)


def test_an_older_one_is_a_conflict_and_changes_nothing(api: CoreApi, signer: AdminSigner) -> None:
    other = AdminSigner("other")
    problem = assert_problem(put(api, signer, with_key(api, signer, other, generation=2)), 409, "revision")
    assert "3" in problem["detail"]
    assert not knows(api, other)


def test_all_replicas_take_it_and_those_that_start_later(
    start_admin_api: StartApi, signer: AdminSigner
) -> None:
    first = start_admin_api({"generation": 3})
    second = start_admin_api({"generation": 3}, database=first.database)
    other = AdminSigner("other")
    assert put(first, signer, with_key(first, signer, other, generation=4)).status_code == 200
    eventually(lambda: knows(second, other), within=30, every=0.05)

    third = start_admin_api({"generation": 3}, database=first.database)
    eventually(lambda: knows(third, other), within=30, every=0.05)

    newer = start_admin_api({"generation": 5}, database=first.database)
    assert not knows(newer, other), "a mounted file that is newer than what was sent counts"


def test_keys_that_change_without_a_generation_reach_a_replica_that_missed_the_news(
    start_admin_api: StartApi, signer: AdminSigner
) -> None:
    """By their revision, whichever of the mounted file and the database has the greater."""
    first = start_admin_api({"generation": 3, "revision": 7})
    other, third = AdminSigner("other"), AdminSigner("third")
    assert put(first, signer, with_key(first, other, generation=3, revision=8)).status_code == 200

    late = start_admin_api({"generation": 3, "revision": 7}, database=first.database)
    eventually(lambda: knows(late, other), within=30, every=0.05)
    assert not knows(late, signer)

    keys = (AdminKey(**third.key),)
    newer = start_admin_api({"generation": 3, "revision": 9, "admin_keys": keys}, database=first.database)
    assert put(newer, third, with_key(newer, third, generation=3, revision=9)).status_code == 200
    assert not knows(newer, other)


def test_of_a_resource_that_was_restored_the_revision_counts(
    start_admin_api: StartApi, signer: AdminSigner
) -> None:
    api, other = start_admin_api({"generation": 9, "revision": 20}), AdminSigner("other")
    problem = assert_problem(
        put(api, signer, with_key(api, signer, other, generation=4, revision=11)), 409, "revision"
    )
    assert problem["revision"] == 20
    assert put(api, signer, with_key(api, signer, other, generation=4, revision=21)).status_code == 200
    assert knows(api, other)


def test_one_that_was_killed_comes_back_with_it(api: CoreApi, signer: AdminSigner) -> None:
    other = AdminSigner("other")
    assert put(api, signer, with_key(api, other, generation=4)).status_code == 200
    api.kill()
    api.start()
    eventually(lambda: knows(api, other), within=30, every=0.05)
    assert not knows(api, signer)


@pytest.mark.parametrize("subject", ["ada", "Operator", "operator "])
def test_only_the_operator_may(api: CoreApi, signer: AdminSigner, subject: str) -> None:
    text = api.configuration.to_json()
    assert_problem(AdminHttp(api, signer, subject).call("PUT", "/admin/config", content=text), 403)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("uid", "6a7f0f0e-0000-4000-8000-000000000002"),
        ("name", "other"),
        ("namespace", "other"),
        ("generation", "4"),
        ("require_key", "yes"),
        ("registration", "maybe"),
        ("allowed_origins", "http://a.example"),
        ("quota_per_user", 0),
        ("session_ttl_seconds", -1),
        ("admin_keys[0].x", [{"kid": "a", "x": "AAAA"}]),
        ("admin_keys[0].kid", [{"x": "AAAA"}]),
        ("admin_keys[1].kid", [AdminSigner("a").key, AdminSigner("a").key]),
        ("collections[0].name", [{"name": "users"}]),
        ("collections[0].rules.read", [{"name": "tasks", "rules": {"read": "all"}}]),
        ("collections[0].indexes[0].keys[1]", [{"name": "tasks", "indexes": [{"keys": ["a", "-a"]}]}]),
        ("collections[0].schema.type", [{"name": "tasks", "schema": {"type": "nothing"}}]),
        ("collections[1].name", [{"name": "tasks"}, {"name": "tasks"}]),
    ],
)
def test_what_is_wrong_is_refused_by_its_key(
    admin_api: CoreApi, signer: AdminSigner, key: str, value: Any
) -> None:
    document = asdict(replace(admin_api.configuration, generation=9))
    document[key.partition("[")[0]] = value
    problem = assert_problem(put(admin_api, signer, document), 422)
    assert problem["errors"][0]["path"] == key


@pytest.mark.parametrize(("body", "status"), [("", 400), ("{", 400), ("[]", 422), ("x" * 2_100_000, 413)])
def test_what_is_no_configuration(admin_api: CoreApi, signer: AdminSigner, body: str, status: int) -> None:
    operator = AdminHttp(admin_api, signer, admin_tokens.OPERATOR)
    assert_problem(operator.call("PUT", "/admin/config", content=body), status)
