"""What is told about each state, by reason; and that the sentences say what to do."""

from collections.abc import Callable
from typing import Any

import pytest

from backpack_operator.errors import NotFound, Refused
from backpack_operator.model.backpack import Backpack
from backpack_operator.model.conditions import Verdict
from backpack_operator.model.kinds import DEPLOYMENT, INGRESS_ROUTE, ObjectKey
from backpack_operator.reconcile.events import event_body, news
from backpack_operator.reconcile.judge import judge, status
from backpack_operator.reconcile.observed import Holder
from backpack_operator.reconcile.verdicts.refusals import Refusal

NOW = "2026-02-02T00:00:00Z"
Make = Callable[..., Backpack]


@pytest.fixture
def todo(make_backpack: Make) -> Backpack:
    return make_backpack()


def told(world: Any, backpack: Backpack, *refusals: Refusal) -> dict[str, Verdict]:
    return {verdict.type: verdict for verdict in judge(world.found(backpack, *refusals))}


def reasons(verdicts: dict[str, Verdict]) -> dict[str, tuple[bool | None, str]]:
    return {kind: (verdict.status, verdict.reason) for kind, verdict in verdicts.items()}


def test_a_backpack_that_serves(world: Any, todo: Backpack) -> None:
    world.settle(todo)
    world.bind()
    world.roll_out()
    assert reasons(told(world, todo)) == {
        "Ready": (True, "Available"),
        "HostnameAccepted": (True, "Accepted"),
        "DatabaseReady": (True, "Available"),
        "CacheReady": (True, "Available"),
        "ApiReady": (True, "Available"),
        "WebReady": (True, "Available"),
        "RouteReady": (True, "Routed"),
        "Configured": (False, "Waiting"),
        "Progressing": (False, "Settled"),
        "UpToDate": (True, "Current"),
        "Degraded": (False, "AsExpected"),
    }


@pytest.mark.parametrize(
    ("missing", "condition"),
    [("mongo", "DatabaseReady"), ("redis", "CacheReady"), ("api", "ApiReady"), ("web", "WebReady")],
)
def test_ready_fails_with_any_of_its_parts(world: Any, todo: Backpack, missing: str, condition: str) -> None:
    world.settle(todo)
    world.roll_out()
    world.roll_out(f"todo-{missing}", availableReplicas=0)
    verdicts = reasons(told(world, todo))
    assert verdicts[condition] == verdicts["Ready"] == (False, "Starting")
    assert verdicts["Progressing"] == (True, "RollingOut")


def test_a_rollout_that_still_serves_is_ready_and_progressing(world: Any, make_backpack: Make) -> None:
    todo = make_backpack(api={"replicas": 3})
    world.settle(todo)
    world.roll_out()
    world.roll_out("todo-api", updatedReplicas=1, availableReplicas=2)
    verdicts = told(world, todo)
    assert verdicts["Ready"].status is True
    assert verdicts["ApiReady"].message == "2 of 3 pods of the API are ready."
    assert reasons(verdicts)["Progressing"] == (True, "RollingOut")


def test_a_taken_hostname_comes_first(world: Any, todo: Backpack) -> None:
    world.holder = Holder("todo", "another", "shop", "older")
    world.settle(todo)
    verdicts = told(world, todo)
    assert reasons(verdicts)["Ready"] == (False, "HostnameTaken")
    assert "belongs to the Backpack shop/older" in verdicts["HostnameAccepted"].message
    state = status(world.found(todo), list(verdicts.values()), NOW)
    assert (state.url, state.api_url) == (None, None)


def test_what_the_deployment_says_is_told(world: Any, todo: Backpack) -> None:
    world.settle(todo)
    world.roll_out()
    state = world.objects["Deployment/todo-api"]["status"]
    state["availableReplicas"] = 0
    state["conditions"] = [{"type": "Progressing", "status": "False", "message": "has timed out."}]
    verdicts = told(world, todo)
    for kind, verdict in (("Ready", False), ("ApiReady", False), ("Degraded", True)):
        assert reasons(verdicts)[kind] == (verdict, "RolloutStuck")
    assert "has timed out. See: kubectl describe pods --namespace apps" in verdicts["Degraded"].message
    state["conditions"] = [{"type": "ReplicaFailure", "status": "True", "message": "exceeded quota"}]
    assert "exceeded quota" in told(world, todo)["Degraded"].message


def test_a_refusal_is_quoted_where_it_belongs(world: Any, todo: Backpack) -> None:
    key = ObjectKey(DEPLOYMENT, "apps", "todo-api")
    verdicts = told(world, todo, Refusal(key, Refused(422, "Invalid", "too many cooks")))
    assert reasons(verdicts)["ApiReady"] == (False, "ApplyRefused")
    assert reasons(verdicts)["Degraded"] == (True, "ApplyRefused")
    assert "refused Deployment todo-api: too many cooks" in verdicts["Degraded"].message


def test_a_cluster_without_traefik_is_told(world: Any, todo: Backpack) -> None:
    key = ObjectKey(INGRESS_ROUTE, "apps", "todo-site")
    verdicts = told(world, todo, Refusal(key, NotFound(404, "NotFound", "no such resource")))
    assert reasons(verdicts)["RouteReady"] == (False, "TraefikMissing")
    assert "install Traefik 3" in verdicts["RouteReady"].message


def test_the_first_thing_to_mend_is_what_ready_tells(world: Any, todo: Backpack) -> None:
    world.put(
        {"kind": "ConfigMap", "apiVersion": "v1", "metadata": {"name": "todo-config", "namespace": "apps"}}
    )
    verdicts = reasons(told(world, todo))
    assert verdicts["Ready"] == verdicts["ApiReady"] == (False, "NameConflict")
    assert verdicts["DatabaseReady"] == (False, "Waiting")


def test_a_growing_volume_is_told(world: Any, make_backpack: Make) -> None:
    todo = make_backpack(files={"storage": {"size": "2Gi"}})
    world.settle(todo)
    world.bind()
    world.roll_out()
    world.objects["PersistentVolumeClaim/todo-files"]["status"]["capacity"] = {"storage": "1Gi"}
    assert reasons(told(world, todo))["Progressing"] == (True, "Growing")


def test_the_version_is_told_once_it_is_rolled_out(world: Any, make_backpack: Make) -> None:
    def version(backpack: Backpack) -> str | None:
        return status(world.found(backpack), list(told(world, backpack).values()), NOW).version

    todo = make_backpack({"version": "1.0.0"})
    world.settle(todo)
    assert version(todo) == "1.0.0"
    world.roll_out("todo-api", updatedReplicas=0)
    assert version(todo) == "1.0.0"
    world.roll_out("todo-api")
    assert version(todo) == "1.2.3"


def test_events_tell_of_changes_of_reason_once(make_backpack: Make) -> None:
    starting = [Verdict("Ready", False, "Starting", "m"), Verdict("Degraded", False, "AsExpected", "m")]
    serving = [Verdict("Ready", True, "Available", "m"), Verdict("Degraded", False, "AsExpected", "m")]
    stuck = [Verdict("Ready", False, "RolloutStuck", "m"), Verdict("Degraded", True, "RolloutStuck", "m")]

    def state(verdicts: list[Verdict]) -> dict[str, Any]:
        return {
            "conditions": [
                {
                    "type": verdict.type,
                    "status": verdict.text,
                    "reason": verdict.reason,
                    "message": verdict.message,
                    "lastTransitionTime": NOW,
                }
                for verdict in verdicts
            ]
        }

    def reported(former: list[Verdict] | None, now: list[Verdict]) -> list[tuple[str, str, bool]]:
        backpack = make_backpack(state(former) if former else None)
        return [(item.type, item.reason, item.warning) for item in news(backpack, now)]

    assert reported(None, starting) == []
    assert reported(starting, serving) == [("Ready", "Available", False)]
    assert reported(serving, serving) == []
    assert reported(serving, stuck) == [("Ready", "RolloutStuck", True), ("Degraded", "RolloutStuck", True)]
    assert reported(stuck, serving) == [("Ready", "Available", False), ("Degraded", "AsExpected", False)]


def test_two_operators_name_one_event_alike(make_backpack: Make) -> None:
    todo = make_backpack()
    verdicts = [Verdict("Ready", False, "HostnameTaken", "m" * 2000)]
    bodies = [
        event_body(todo, item, moment)
        for moment in ("2026-02-02T00:00:00.000001Z", "2026-02-02T00:00:00.000002Z")
        for item in news(todo, verdicts)
    ]
    assert len({body["metadata"]["name"] for body in bodies}) == 1
    assert len(bodies[0]["note"]) == 1024
    assert bodies[0]["type"] == "Warning"
