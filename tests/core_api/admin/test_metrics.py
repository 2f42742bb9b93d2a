"""What Prometheus reads from `/metrics`."""

from collections.abc import Callable

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from support.core_api import CoreApi, Person, new_person
from support.redis import Redis
from support.sockets import socket_of
from support.waiting import eventually

pytestmark = pytest.mark.timeout(120)

REQUESTS = "backpack_http_request_duration_seconds_count"


def scrape(api: CoreApi) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    """Every sample by name and labels."""
    answer = httpx.get(f"{api.admin}/metrics", timeout=20)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain")
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def value(api: CoreApi, name: str, **labels: str) -> float:
    return scrape(api).get((name, frozenset(labels.items())), 0)


@pytest.fixture
def person(admin_api: CoreApi) -> Person:
    return new_person(admin_api)


def test_requests_are_counted_by_route_method_and_status(admin_api: CoreApi, person: Person) -> None:
    path = person.client.post(person.make_collection(), json={}).headers["location"]
    route = {"route": "/db/{collection}/{id}", "method": "GET"}
    before = value(admin_api, REQUESTS, **route, status="200")
    for _ in range(3):
        assert person.client.get(path).status_code == 200
    assert person.client.get(f"{path}x").status_code == 404
    assert value(admin_api, REQUESTS, **route, status="200") == before + 3
    assert value(admin_api, REQUESTS, **route, status="404") >= 1


def test_what_clients_make_up_makes_no_labels(admin_api: CoreApi, person: Person) -> None:
    person.client.get("/made/up/by-a-client")
    person.client.request("BREW", "/auth/me")
    person.client.get("/db/made-up-collection")
    httpx.get(f"{admin_api.admin}/made-up-too")
    text = httpx.get(f"{admin_api.admin}/metrics").text
    assert "made" not in text
    assert "BREW" not in text
    assert value(admin_api, REQUESTS, route="none", method="GET", status="404") >= 1


def test_calls_of_the_stores_are_measured(admin_api: CoreApi, person: Person) -> None:
    before = {store: _calls(admin_api, store) for store in ("database", "cache")}
    person.client.post(person.make_collection(), json={})
    assert _calls(admin_api, "database") >= before["database"] + 2
    assert _calls(admin_api, "cache") >= before["cache"] + 1


def test_a_store_that_is_away_is_seen(start_admin_api: Callable[..., CoreApi], redis: Redis) -> None:
    api = start_admin_api(BACKPACK_REDIS_HOST="127.0.0.1:1")
    assert httpx.get(f"{api.public}/readyz", timeout=20).status_code == 503
    assert value(api, "backpack_store_errors_total", store="cache") >= 1


def test_the_other_format_is_served_too(admin_api: CoreApi) -> None:
    answer = httpx.get(f"{admin_api.admin}/metrics", headers={"Accept": "application/openmetrics-text"})
    assert answer.headers["content-type"].startswith("application/openmetrics-text")
    assert answer.text.endswith("# EOF\n")


def test_what_is_read_when_asked_for(admin_api: CoreApi) -> None:
    samples = scrape(admin_api)
    assert samples["backpack_passwords_waiting", frozenset()] == 0
    assert samples["process_resident_memory_bytes", frozenset()] > 10_000_000


def _calls(api: CoreApi, store: str) -> float:
    return value(api, "backpack_store_call_duration_seconds_count", store=store)


def test_sockets_events_and_uploads_are_shown(admin_api: CoreApi, person: Person) -> None:
    before = scrape(admin_api)
    with socket_of(admin_api, person):
        person.client.post(person.make_collection(), json={})
        eventually(
            lambda: (
                value(admin_api, "backpack_events_heard_total")
                > before["backpack_events_heard_total", frozenset()]
            ),
            within=5,
        )
        after = scrape(admin_api)
    published = ("backpack_events_published_total", frozenset[tuple[str, str]]())
    assert after[published] > before[published]
    assert after["backpack_sockets_open", frozenset()] == 1
    assert after["backpack_uploads_under_way", frozenset()] == 0
    upgrades = value(admin_api, REQUESTS, route="/realtime", method="GET", status="101")
    assert upgrades >= 1
