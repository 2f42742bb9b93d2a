"""What is told of pods that do not get on, and when they are looked at."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from backpack_operator.model.backpack import Backpack
from backpack_operator.model.conditions import Verdict
from backpack_operator.model.pod_trouble import Cause, PodTrouble
from backpack_operator.reconcile.gather import pods
from backpack_operator.reconcile.judge import judge

NOW = datetime(2026, 2, 2, 12, tzinfo=UTC)
IMAGE = "registry.test/core-api:1.2.3"
Make = Callable[..., Backpack]


def told(world: Any, backpack: Backpack, part: str, trouble: PodTrouble) -> dict[str, Verdict]:
    found = replace(world.found(backpack), pods={part: trouble})
    return {verdict.type: verdict for verdict in judge(found)}


@pytest.fixture
def starting(world: Any, make_backpack: Make) -> Any:
    """The world of a Backpack whose API has no ready pod."""
    world.settle(make_backpack())
    world.roll_out()
    world.roll_out("todo-api", availableReplicas=0)
    return world


@pytest.mark.parametrize(
    ("trouble", "reason", "words"),
    [
        (
            PodTrouble(Cause.UNSCHEDULABLE, "0/1 nodes are available: 1 Insufficient memory."),
            "Unschedulable",
            ["1 Insufficient memory. Let", "spec.scheduling.api", "spec.api.resources.requests"],
        ),
        (
            PodTrouble(Cause.UNSCHEDULABLE, "pod has unbound immediate PersistentVolumeClaims"),
            "Unschedulable",
            ["StorageClass", "kubectl describe pvc --namespace apps todo-files"],
        ),
        (
            PodTrouble(Cause.IMAGE, "no such host", IMAGE),
            "ImagePullFailed",
            [f"The image {IMAGE} of the API cannot be pulled: no such host. See", "spec.imagePullSecrets"],
        ),
        (
            PodTrouble(Cause.START, 'secret "x" not found', IMAGE),
            "ContainerNotStarted",
            ['secret "x" not found. Mend', "kubectl describe pods --namespace apps"],
        ),
        (
            PodTrouble(Cause.CRASHES, "exit code 3", IMAGE),
            "CrashLooping",
            ["(exit code 3)", "kubectl logs --previous --namespace apps", "component=api"],
        ),
        (PodTrouble(Cause.OUT_OF_MEMORY, "", IMAGE), "OutOfMemory", ["spec.api.resources.limits.memory"]),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_it_is_told_with_what_to_do(
    starting: Any, make_backpack: Make, trouble: PodTrouble, reason: str, words: list[str]
) -> None:
    verdicts = told(starting, make_backpack(), "api", trouble)
    for kind, status in (("Ready", False), ("ApiReady", False), ("Degraded", True)):
        assert (verdicts[kind].status, verdicts[kind].reason) == (status, reason)
        assert [word for word in words if word not in verdicts[kind].message] == []
    assert verdicts["WebReady"].status is True


def test_a_rollout_that_fails_beside_pods_that_serve_is_degraded_only(
    world: Any, make_backpack: Make
) -> None:
    todo = make_backpack(web={"replicas": 2})
    world.settle(todo)
    world.roll_out()
    world.roll_out("todo-web", updatedReplicas=1, availableReplicas=2)
    verdicts = told(world, todo, "web", PodTrouble(Cause.IMAGE, "no such host", "web:2"))
    assert verdicts["Ready"].status is True
    assert (verdicts["Degraded"].status, verdicts["Degraded"].reason) == (True, "ImagePullFailed")


def test_a_kubelet_that_only_says_it_waits_does_not_change_the_sentence(
    starting: Any, make_backpack: Make
) -> None:
    first = told(starting, make_backpack(), "api", PodTrouble(Cause.IMAGE, "no such host", IMAGE))["ApiReady"]
    condition = {"type": "ApiReady", "status": "False", "reason": first.reason, "message": first.message}
    before = make_backpack({"conditions": [{**condition, "lastTransitionTime": "2026-02-02T11:00:00Z"}]})
    again = told(starting, before, "api", PodTrouble(Cause.IMAGE, "", IMAGE))["ApiReady"]
    assert again == first


class Listed:
    """A client that remembers what it was asked for."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def list(self, _: Any, namespace: str, selector: str) -> list[Any]:
        self.asked.append(f"{namespace}: {selector}")
        return []


def progressing(status: str, seconds: int) -> dict[str, Any]:
    since = datetime.fromtimestamp(NOW.timestamp() - seconds, UTC).isoformat().replace("+00:00", "Z")
    condition = {"type": "Progressing", "status": status, "reason": "RollingOut", "message": ""}
    return {"conditions": [{**condition, "lastTransitionTime": since}]}


@pytest.mark.parametrize(
    ("status", "available", "looked"),
    [
        ({}, 0, False),
        (progressing("True", 4), 0, False),
        (progressing("True", 5), 0, True),
        (progressing("True", 5), 1, False),
        (progressing("False", 60), 0, False),
    ],
)
async def test_pods_are_listed_only_where_some_have_not_been_ready_for_a_while(
    world: Any, make_backpack: Make, status: dict[str, Any], available: int, looked: bool
) -> None:
    todo = make_backpack(status)
    world.settle(todo)
    world.roll_out()
    world.roll_out("todo-api", availableReplicas=available)
    client: Any = Listed()
    await pods(client, todo, world.observed(todo), NOW)
    selector = "app.kubernetes.io/instance=todo,app.kubernetes.io/managed-by=backpack-operator"
    assert client.asked == ([f"apps: {selector}"] if looked else [])


async def test_nor_are_those_of_a_backpack_that_has_none(world: Any, make_backpack: Make) -> None:
    todo = make_backpack(progressing("True", 60), suspend=True)
    world.settle(todo)
    client: Any = Listed()
    await pods(client, todo, world.observed(todo), NOW)
    assert client.asked == []
