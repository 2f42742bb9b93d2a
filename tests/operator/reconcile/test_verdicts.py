"""What is told of suspension, configuration, certificates, volumes and collections."""

from collections.abc import Callable
from typing import Any

import pytest

from backpack_operator.errors import Refused
from backpack_operator.model.backpack import Backpack
from backpack_operator.model.child import observe
from backpack_operator.model.conditions import Verdict
from backpack_operator.model.delivery import Report
from backpack_operator.model.kinds import VOLUME_CLAIM, ObjectKey
from backpack_operator.model.status import Status
from backpack_operator.reconcile.events import news
from backpack_operator.reconcile.judge import judge, status
from backpack_operator.reconcile.verdicts.refusals import Refusal

NOW = "2026-02-02T00:00:00Z"
Make = Callable[..., Backpack]


def told(
    world: Any, backpack: Backpack, *refusals: Refusal, report: Report | None = None
) -> dict[str, Verdict]:
    return {verdict.type: verdict for verdict in judge(world.found(backpack, *refusals, report=report))}


def written(world: Any, backpack: Backpack, report: Report | None = None) -> Status:
    found = world.found(backpack, report=report)
    return status(found, judge(found), NOW)


def reason(verdict: Verdict) -> tuple[bool | None, str]:
    return verdict.status, verdict.reason


@pytest.fixture
def serving(world: Any, make_backpack: Make) -> Any:
    """The world of a Backpack that serves."""
    world.settle(make_backpack())
    world.bind()
    world.roll_out()
    return world


def test_a_suspended_backpack_says_so_and_keeps_its_routes(world: Any, make_backpack: Make) -> None:
    resting = make_backpack({"version": "1.0.0"}, suspend=True)
    world.settle(resting)
    world.roll_out()
    verdicts = told(world, resting)
    for kind in ("Ready", "DatabaseReady", "CacheReady", "ApiReady", "WebReady", "Configured"):
        assert reason(verdicts[kind]) == (False, "Suspended"), kind
    assert reason(verdicts["RouteReady"]) == (True, "Routed")
    assert reason(verdicts["Progressing"]) == (False, "Settled")
    assert reason(verdicts["Degraded"]) == (False, "AsExpected")
    state = written(world, resting)
    assert (state.replicas, state.version, state.url) == (0, "1.0.0", "https://todo.example.com")
    assert [item.warning for item in news(resting, judge(world.found(resting)))] == []


def test_the_scale_subresource_is_told_of_the_apis_pods(world: Any, make_backpack: Make) -> None:
    todo = make_backpack(api={"replicas": 3})
    world.settle(todo)
    world.roll_out("todo-api", replicas=2)
    state = written(world, todo)
    assert state.replicas == 2
    assert state.selector == (
        "app.kubernetes.io/component=api,app.kubernetes.io/instance=todo,"
        "app.kubernetes.io/managed-by=backpack-operator"
    )


def test_a_configuration_is_brought_once_a_pod_is_ready_and_until_it_is_taken(
    world: Any, make_backpack: Make
) -> None:
    todo = make_backpack()
    world.settle(todo)
    assert world.due(todo) is None
    assert reason(told(world, todo)["Configured"]) == (False, "Waiting")
    world.roll_out()
    due = world.due(todo)
    assert (due.url, due.audience) == ("http://todo-api.apps.svc.cluster.local:9000", todo.uid)
    assert reason(told(world, todo, report=Report(due.digest))["Configured"]) == (False, "Sending")
    assert written(world, todo, Report(due.digest)).configuration is None
    taken = Report(due.digest, taken=True)
    assert reason(told(world, todo, report=taken)["Configured"]) == (True, "Taken")
    assert written(world, todo, taken).configuration == due.digest
    assert world.due(make_backpack({"configuration": due.digest})) is None
    assert world.due(make_backpack({"configuration": due.digest}, generation=4)) is not None
    assert world.due(make_backpack(suspend=True)) is None


@pytest.mark.parametrize(
    ("why", "words"),
    [
        ("ApiUnreachable", "NetworkPolicies"),
        ("ApiUnavailable", "tried again by itself"),
        ("KeyNotTrusted", "kubectl rollout restart --namespace apps deployment/todo-api"),
        ("NewerInForce", "restored from a backup"),
        ("ConfigurationRefused", "Correct the field"),
    ],
)
def test_an_api_that_does_not_take_its_configuration_serves_on_and_is_told_of(
    serving: Any, make_backpack: Make, why: str, words: str
) -> None:
    todo = make_backpack()
    verdicts = told(serving, todo, report=Report("other", reason=why, detail="422, collections[0].schema"))
    assert reason(verdicts["Configured"]) == (False, why)
    assert reason(verdicts["Degraded"]) == (True, why)
    assert words in verdicts["Configured"].message
    assert "422, collections[0].schema" in verdicts["Configured"].message or why == "KeyNotTrusted"
    assert verdicts["Ready"].status is True


@pytest.mark.parametrize(
    ("replicas", "mode", "risky"),
    [(1, "ReadWriteOnce", False), (2, "ReadWriteOnce", True), (2, "ReadWriteMany", False)],
)
def test_several_pods_on_a_volume_of_one_node_are_told_of(
    world: Any, make_backpack: Make, replicas: int, mode: str, risky: bool
) -> None:
    todo = make_backpack(api={"replicas": replicas}, files={"storage": {"accessMode": mode}})
    verdicts = told(world, todo)
    assert ("MultiAttachRisk" in verdicts) is risky
    if risky:
        assert "files.storage.accessMode: ReadWriteMany" in verdicts["MultiAttachRisk"].message


def growth_refused(world: Any, words: str) -> Refusal:
    body = world.objects["PersistentVolumeClaim/todo-files"]
    body["spec"]["storageClassName"] = "slow"
    key = ObjectKey(VOLUME_CLAIM, "apps", "todo-files")
    return Refusal(key, Refused(403, "Forbidden", words), observe(body))


def test_a_volume_that_cannot_grow_serves_on(serving: Any, make_backpack: Make) -> None:
    todo = make_backpack(files={"storage": {"size": "5Gi"}})
    words = (
        "only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must"
    )
    verdicts = told(serving, todo, growth_refused(serving, words))
    assert verdicts["Ready"].status is True
    assert reason(verdicts["Degraded"]) == (True, "VolumeCannotGrow")
    assert "StorageClass `slow`" in verdicts["Degraded"].message
    assert "allowVolumeExpansion: true" in verdicts["Degraded"].message


def test_a_quota_that_forbids_growth_is_quoted(serving: Any, make_backpack: Make) -> None:
    verdicts = told(serving, make_backpack(), growth_refused(serving, "exceeded quota: small"))
    assert verdicts["Ready"].status is True
    assert reason(verdicts["Degraded"]) == (True, "QuotaExceeded")
    assert "exceeded quota: small" in verdicts["Degraded"].message


def test_what_a_driver_says_of_a_resize_is_told(serving: Any, make_backpack: Make) -> None:
    condition = {"type": "ControllerResizeError", "status": "True", "message": "no space on the array"}
    serving.objects["PersistentVolumeClaim/todo-mongo"]["status"]["conditions"] = [condition]
    verdicts = told(serving, make_backpack())
    assert verdicts["Ready"].status is True
    assert reason(verdicts["Degraded"]) == (True, "VolumeResizeFailed")
    assert "no space on the array" in verdicts["Degraded"].message


def test_collections_that_are_no_longer_declared_are_told_of_until_the_next_change(
    world: Any, make_backpack: Make
) -> None:
    first = written(world, make_backpack(collections=[{"name": "tasks"}, {"name": "notes"}]))
    assert [one.name for one in first.collections] == ["tasks", "notes"]
    assert "CollectionsReleased" not in {item.type for item in first.conditions}

    fewer = make_backpack(first.to_dict(), collections=[{"name": "tasks"}], generation=4)
    released = told(world, fewer)["CollectionsReleased"]
    assert reason(released) == (True, "NoLongerDeclared")
    assert "`notes` is no longer declared: its documents" in released.message
    assert [item.reason for item in news(fewer, [released])] == ["NoLongerDeclared"]
    second = written(world, fewer)

    same = make_backpack(second.to_dict(), collections=[{"name": "tasks"}], generation=5)
    assert told(world, same)["CollectionsReleased"] == released
    assert list(news(same, [released])) == []
    third = written(world, same)

    none = make_backpack(third.to_dict(), generation=6)
    emptied = told(world, none)["CollectionsReleased"]
    assert "`tasks`" in emptied.message
    assert "`notes`" not in emptied.message
    assert [item.message for item in news(none, [emptied])] == [emptied.message]

    more = make_backpack(third.to_dict(), collections=[{"name": "tasks"}, {"name": "new"}], generation=6)
    assert "CollectionsReleased" not in told(world, more)


def test_the_digest_is_of_the_whole_configuration(world: Any, make_backpack: Make) -> None:
    def digest(**fields: Any) -> str:
        found: str = world.decide(make_backpack(**fields)).document.digest
        return found

    assert digest() == digest()
    assert digest(generation=9) != digest()
    assert digest(api={"requireKey": True}) != digest()
