"""What programs do with backpacks by the JSON API."""

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import httpx
import pytest

from backpack_dashboard.services.tokens import MOST_STREAMS
from support.dashboard import Dashboard, Visitor
from support.dashboard_program import ALL, Program, new_token, revoke
from support.waiting import eventually


@pytest.fixture(scope="module")
def adas(dashboard: Dashboard, ada: Visitor) -> Iterator[Program]:
    """A program of a developer's."""
    token = new_token(ada, *ALL)
    yield Program(dashboard, token)
    revoke(ada, token)


@pytest.fixture(scope="module")
def owners(dashboard: Dashboard, owner: Visitor) -> Iterator[Program]:
    token = new_token(owner, *ALL)
    yield Program(dashboard, token)
    revoke(owner, token)


def made(program: Program, name: str, **more: str) -> str:
    """The path of a new backpack."""
    answer = program.send("POST", "/backpacks", {"name": name, **more})
    assert answer.status_code == 201, answer.text
    assert answer.json()["name"] == name
    location = answer.headers["location"]
    assert location.startswith("/api/v1/backpacks/")
    return location.removeprefix("/api/v1")


def test_a_new_one_names_who_made_it_also_where_null_is_sent(adas: Program) -> None:
    answer = adas.send("POST", "/backpacks", {"name": "nulls", "spec": {"admins": None, "web": None}})

    assert answer.status_code == 201, answer.text
    assert answer.json()["admins"] == ["ada"]
    for admins in ([], {}, ["bob"]):
        refused = adas.send("POST", "/backpacks", {"name": "nobodys", "spec": {"admins": admins}})
        assert refused.status_code == 403


def become(program: Program, dashboard: Dashboard, place: str, ready: str, reason: str = "Starting") -> None:
    """What the operator does: the conditions of the present generation."""
    one = program.get(place)
    condition = {
        "type": "Ready",
        "status": ready,
        "reason": "Ready" if ready == "True" else reason,
        "message": f"As {ready} as can be.",
        "lastTransitionTime": "2026-01-01T00:00:00Z",
    }
    path = f"/apis/backpack.dev/v1alpha1/namespaces/{one['namespace']}/backpacks/{one['name']}/status"
    status = {"observedGeneration": one["generation"], "conditions": [condition]}
    dashboard.cluster.api.merge(path, {"status": status})


def happened(dashboard: Dashboard, one: Any, reason: str, message: str) -> Any:
    """An Event about this backpack."""
    body = {
        "metadata": {"generateName": f"{one['name']}-", "namespace": one["namespace"]},
        "type": "Normal",
        "reason": reason,
        "message": message,
        "lastTimestamp": "2026-01-01T00:00:00Z",
        "involvedObject": {
            "kind": "Backpack",
            "name": one["name"],
            "namespace": one["namespace"],
            "uid": one["uid"],
        },
    }
    return dashboard.cluster.api.request("POST", f"/api/v1/namespaces/{one['namespace']}/events", body)


def test_a_token_says_whose_it_is(dashboard: Dashboard, adas: Program) -> None:
    told = adas.get("/me")

    assert (told["name"], told["role"], told["email"]) == ("ada", "developer", "ada@example.com")
    assert told["scopes"] == ["read", *ALL]
    assert told["namespaces"] == [dashboard.namespace]
    assert isinstance(told["room"], int)
    assert told["expiresAt"].endswith("Z")


def test_a_backpack_is_made_found_and_deleted(dashboard: Dashboard, adas: Program) -> None:
    place = made(adas, "by-program", displayName="By a program")

    one = adas.get(place)
    assert place == f"/backpacks/{dashboard.namespace}/by-program"
    assert (one["displayName"], one["admins"], one["state"]) == ("By a program", ["ada"], "Waiting")
    assert one["url"] is None
    assert one in adas.get("/backpacks?name=by-program")["items"]
    assert adas.get("/backpacks?name=by-another") == {"items": []}
    assert adas.send("DELETE", place).status_code == 202
    eventually(lambda: adas.status("GET", place) == 404, within=20)


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({"name": "twice"}, 409, "name"),
        ({"name": "No Name"}, 422, "name"),
        ({"name": "fine", "displayName": "x" * 101}, 422, "displayName"),
        ({"name": "fine", "namespace": "kube-system"}, 403, None),
        ({"nam": "x"}, 422, "nam"),
        ([], 422, None),
    ],
)
def test_a_body_that_is_wrong_is_told(adas: Program, body: Any, status: int, field: str | None) -> None:
    if not adas.get("/backpacks?name=twice")["items"]:
        made(adas, "twice")

    answer = adas.send("POST", "/backpacks", body)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["detail"]
    if field:
        assert field in [one["path"] for one in answer.json()["errors"]]


def test_a_body_is_bounded_and_must_be_json(adas: Program) -> None:
    large = adas.send("POST", "/backpacks", {"name": "x" * 2**20})
    assert (large.status_code, large.json()["title"]) == (413, "Too large")
    broken = adas.send("POST", "/backpacks", content=b'{"name": ')
    assert broken.status_code == 422
    assert broken.headers["content-type"] == "application/problem+json"


def test_the_spec_is_changed_as_far_as_it_is_ones_own_to_change(
    dashboard: Dashboard, adas: Program, owners: Program
) -> None:
    place = made(adas, "changing")

    denied = adas.send("PATCH", place, {"spec": {"displayName": "No", "api": {"replicas": 2}}})
    assert (denied.status_code, "`api.replicas`" in denied.text) == (403, True)
    changed = adas.send("PATCH", place, {"spec": {"displayName": "Another", "web": {"spa": True}}})
    assert changed.status_code == 200, changed.text
    assert changed.json()["spec"]["web"]["spa"] is True
    assert changed.json() == adas.get(place)
    scaled = owners.send("PATCH", place, {"spec": {"api": {"replicas": 2}}}).json()
    assert scaled["spec"]["api"]["replicas"] == 2
    refused = owners.send("PATCH", place, {"spec": {"api": {"replicas": -2}}})
    assert (refused.status_code, refused.json()["errors"][0]["path"]) == (422, "spec.api.replicas")
    late = adas.send(
        "PATCH", place, {"spec": {"displayName": "Late"}, "generation": scaled["generation"] - 1}
    )
    assert late.status_code == 409
    again = adas.send("PATCH", place, {"spec": {"displayName": None}, "generation": scaled["generation"]})
    assert again.json()["displayName"] == "changing"
    assert adas.send("PATCH", place, {"spec": {"suspend": True}}).json()["suspended"] is True
    assert adas.send("PATCH", place, {"spec": {"suspend": False}}).json()["suspended"] is False
    assert adas.status("POST", f"{place}/restart") == 202


def test_a_hostname_that_another_one_has_is_refused_beforehand(dashboard: Dashboard, owners: Program) -> None:
    dashboard.cluster.backpack(dashboard.namespace, "first-here", hostname="one-address")
    eventually(lambda: "first-here" in owners.send("GET", "/backpacks").text, within=10)

    wanted = {"name": "second-here", "spec": {"hostname": "one-address"}}
    refused = owners.send("POST", "/backpacks", wanted)
    assert (refused.status_code, "choose another hostname" in refused.text) == (409, True)
    assert "second-here" not in owners.send("GET", "/backpacks").text


def test_more_of_the_spec_is_given_as_far_as_it_is_ones_own_to_choose(
    dashboard: Dashboard, adas: Program, owners: Program
) -> None:
    storage = {"database": {"storage": {"size": "3Gi"}}}
    denied = adas.send("POST", "/backpacks", {"name": "chosen-one", "spec": storage})
    assert (denied.status_code, "`database.storage.size`" in denied.json()["detail"]) == (403, True)
    assert adas.send("POST", "/backpacks", {"name": "one", "spec": {"admins": ["bob"]}}).status_code == 403
    own = adas.send("POST", "/backpacks", {"name": "chosen-one", "spec": {"web": {"spa": True}}}).json()
    assert (own["spec"]["web"]["spa"], own["admins"]) == (True, ["ada"])

    given = owners.send(
        "POST", "/backpacks", {"name": "chosen-two", "spec": {**storage, "admins": ["ada", "bob"]}}
    ).json()
    assert given["spec"]["database"]["storage"]["size"] == "3Gi"
    assert given["admins"] == ["ada", "bob"]
    refused = owners.send("POST", "/backpacks", {"name": "no", "spec": {"database": {"engine": "oracle"}}})
    assert (refused.status_code, refused.json()["errors"][0]["path"]) == (422, "spec.database.engine")


def test_a_program_sees_a_backpack_become_ready(dashboard: Dashboard, adas: Program) -> None:
    place = made(adas, "waited-for")
    with adas.lines(f"{place}/watch") as lines:
        first = next(lines)
        assert (first["type"], first["backpack"]["state"]) == ("backpack", "Waiting")

        become(adas, dashboard, place, "False")
        second = next(lines)
        assert (second["backpack"]["state"], second["backpack"]["ready"]) == ("Starting", False)
        assert second["backpack"]["conditions"][0]["message"] == "As False as can be."

        event = happened(dashboard, first["backpack"], "Pulling", "An <image> comes.")
        told = next(lines)
        assert told["type"] == "event"
        assert (told["event"]["reason"], told["event"]["message"]) == ("Pulling", "An <image> comes.")
        assert told["event"]["id"] == event["metadata"]["uid"]

        become(adas, dashboard, place, "True")
        third, last = list(lines)
        assert third["backpack"]["ready"] is True
        assert last == {"type": "end", "reason": "ready"}
    assert adas.get(f"{place}/events")["items"][0]["reason"] == "Pulling"
    with adas.lines(f"{place}/watch") as lines:
        assert list(lines)[-1] == {"type": "end", "reason": "ready"}
    with adas.lines(f"{place}/watch?until=gone") as lines:
        next(lines)
        assert adas.send("DELETE", place).status_code == 202
        assert list(lines)[-1] == {"type": "end", "reason": "gone"}


def test_waiting_ends_when_it_isnt_theirs_any_more_and_with_the_time(
    dashboard: Dashboard, adas: Program
) -> None:
    place = made(adas, "given-away")
    with adas.lines(f"{place}/watch?timeout=1") as lines:
        assert list(lines)[-1] == {"type": "end", "reason": "timeout"}
    with adas.lines(f"{place}/watch") as lines:
        next(lines)
        path = f"/apis/backpack.dev/v1alpha1/namespaces/{dashboard.namespace}/backpacks/given-away"
        dashboard.cluster.api.merge(path, {"spec": {"admins": ["bob"]}})
        assert list(lines)[-1] == {"type": "end", "reason": "gone"}
    assert adas.status("GET", f"{place}/watch") == 404
    assert adas.status("GET", f"{place}/watch?until=never") == 404


def test_a_revoked_token_ends_what_it_follows(dashboard: Dashboard, ada: Visitor, adas: Program) -> None:
    place, token = made(adas, "followed"), new_token(ada)
    with Program(dashboard, token).lines(f"{place}/watch") as lines:
        next(lines)
        revoke(ada, token)
        assert list(lines)[-1] == {"type": "end", "reason": "signedOut"}


def test_an_account_has_only_so_many_streams(adas: Program) -> None:
    place = made(adas, "much-watched")
    with ExitStack() as stack:
        for _ in range(MOST_STREAMS):
            next(stack.enter_context(adas.lines(f"{place}/watch")))
        refused = adas.send("GET", f"{place}/watch")
        assert (refused.status_code, "End one first" in refused.json()["detail"]) == (429, True)
        assert adas.status("GET", place) == 200
    eventually(lambda: adas.status("GET", f"{place}/watch?timeout=1") == 200, within=20)


def test_the_api_describes_itself(dashboard: Dashboard) -> None:
    described = httpx.get(f"{dashboard.url}/api/v1/openapi.json").json()

    assert described["servers"] == [{"url": "/api/v1"}]
    assert described["components"]["securitySchemes"]["token"]["scheme"] == "bearer"
    for path, methods in described["paths"].items():
        for method, call in methods.items():
            assert call["description"], (method, path)
            assert len(call["security"][0]["token"]) == 1, (method, path)
            assert "401" in call["responses"]
    assert described["components"]["schemas"]["Problem"]["properties"]["detail"]
