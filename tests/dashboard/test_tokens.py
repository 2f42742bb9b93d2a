"""Personal access tokens on the page Account."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from backpack_contract.admins import API_TOKEN_PREFIX, secret_name
from backpack_dashboard.domain.sessions import digest
from backpack_dashboard.domain.tokens import MAX_TOKENS, READ, ApiToken
from redis import Redis as RedisClient
from support.dashboard import Dashboard, Visitor
from support.dashboard_program import Program, new_token, revoke, token_id
from support.redis import PASSWORD, Redis


def test_only_a_hash_is_kept_and_nothing_is_logged(dashboard: Dashboard, ada: Visitor) -> None:
    token = new_token(ada, "write")
    secret = token.split("_", 3)[3]
    assert Program(dashboard, token).get("/me")["scopes"] == ["read", "write"]

    path = f"/api/v1/namespaces/{dashboard.own}/secrets/{secret_name('ada')}"
    assert secret not in str(dashboard.cluster.api.request("GET", path))
    page = ada.get("/account/tokens").text
    assert secret not in page
    assert "used <time" in page
    assert "a &lt;b&gt;test&lt;/b&gt;" in page
    assert Program(dashboard, token).status("DELETE", "/backpacks/nowhere/nothing") == 404
    lines = [json.loads(line) for line in dashboard.log.read_text().splitlines()]
    done = [one for one in lines if one.get("token") == token_id(token) and one.get("method") == "DELETE"]
    assert [(one["admin"], one["path"]) for one in done] == [("ada", "/api/v1/backpacks/nowhere/nothing")]
    assert secret not in dashboard.log.read_text()
    revoke(ada, token)
    assert token_id(token) not in ada.get("/account/tokens").text


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"name": "", "days": "7"}, "what it is for"),
        ({"name": "x" * 61, "days": "7"}, "what it is for"),
        ({"name": "x", "scope": "everything", "days": "7"}, "those that are offered"),
        ({"name": "x", "days": "36500"}, "one of the lifetimes"),
    ],
)
def test_a_form_that_is_wrong_says_so(ada: Visitor, form: dict[str, str], words: str) -> None:
    answer = ada.post("/account/tokens", form)

    assert answer.status_code == 422
    assert words in answer.text
    assert "bpt_" not in answer.text


def test_an_account_has_only_so_many(dashboard: Dashboard, bob: Visitor) -> None:
    path = f"/api/v1/namespaces/{dashboard.own}/secrets/{secret_name('bob')}"
    now = datetime.now(UTC)
    many = [
        ApiToken(f"{number:012x}", "one of many", digest("nobody knows"), (READ,), now, now)
        for number in range(MAX_TOKENS)
    ]
    keys = {f"{API_TOKEN_PREFIX}{one.id}": one.to_json() for one in many}
    dashboard.cluster.api.merge(path, {"stringData": keys})

    refused = bob.post("/account/tokens", {"name": "one more", "days": "7"})
    assert refused.status_code == 422
    assert "Revoke one first" in refused.text
    dashboard.cluster.api.merge(path, {"data": dict.fromkeys(keys)})
    assert "one of many" not in bob.get("/account/tokens").text


def test_nobody_revokes_a_token_of_somebody_else(dashboard: Dashboard, ada: Visitor, bob: Visitor) -> None:
    token = new_token(ada)

    assert bob.send("DELETE", f"/account/tokens/{token_id(token)}").status_code == 200
    assert Program(dashboard, token).status() == 200
    revoke(ada, token)


@pytest.fixture
def behind_a_proxy(dashboard: Dashboard, redis: Redis, tmp_path: Path) -> Iterator[Dashboard]:
    """A replica that is told of addresses."""
    process = Dashboard(
        tmp_path,
        dashboard.cluster,
        redis,
        own=dashboard.own,
        namespace=dashboard.namespace,
        TRUSTED_PROXIES="127.0.0.1/32",
    )
    process.start()
    yield process
    process.stop()


def test_made_up_tokens_leave_nothing_in_redis(dashboard: Dashboard, redis: Redis, ada: Visitor) -> None:
    token = new_token(ada)
    host, _, port = redis.host.partition(":")

    def keys() -> int:
        with RedisClient(host=host, port=int(port), password=PASSWORD, db=5) as client:
            return len(list(client.scan_iter("throttle:*")))

    before = keys()
    for number in range(10):
        assert Program(dashboard, f"{token[:-6]}{number:06}").status() == 401
    assert keys() == before
    assert Program(dashboard, token).status() == 200
    revoke(ada, token)


def test_who_guesses_is_slowed_down_by_address(behind_a_proxy: Dashboard, ada: Visitor) -> None:
    token = new_token(ada)
    with httpx.Client(base_url=behind_a_proxy.url, headers={"X-Forwarded-For": "203.0.113.7"}) as guesser:
        for number in range(60):
            guess = f"{token[:-6]}{number:06}"
            answer = guesser.get("/api/v1/me", headers={"Authorization": f"Bearer {guess}"})
            if answer.status_code == 429:
                break
            assert answer.status_code == 401
        assert answer.status_code == 429
        assert int(answer.headers["retry-after"]) >= 1
        assert answer.headers["content-type"] == "application/problem+json"

    other = Program(behind_a_proxy, token, **{"X-Forwarded-For": "203.0.113.8"})
    assert other.status() == 200
    revoke(ada, token)
