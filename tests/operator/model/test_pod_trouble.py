"""What is read off pods, as a kubelet and a scheduler of Kubernetes 1.36 describe them."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from backpack_operator.model.pod_trouble import Cause, PodTrouble, troubles

NOW = datetime(2026, 2, 2, 12, tzinfo=UTC)
PULL = (
    'failed to pull and unpack image "docker.io/library/mongo:8.0": failed to resolve reference '
    '"docker.io/library/mongo:8.0": dial tcp: lookup registry-1.docker.io: no such host'
)
NOT_FOUND = 'exec: "/nope": stat /nope: no such file or directory: unknown'


def waiting(reason: str, message: str = "") -> dict[str, Any]:
    return {"waiting": {"reason": reason, "message": message}}


def ended(code: int, reason: str = "Error", message: str = "") -> dict[str, Any]:
    return {"terminated": {"exitCode": code, "reason": reason, "message": message}}


def pod(name: str = "a", *, template: str = "t1", age: int = 60, component: str = "api", **state: Any) -> Any:
    """A pod with one container; `state`: of the container."""
    container = {"name": "c", "ready": False, "restartCount": 0, "state": {}, "lastState": {}, **state}
    labels = {"app.kubernetes.io/component": component, "pod-template-hash": template}
    created = (NOW - timedelta(seconds=age)).isoformat()
    return {
        "metadata": {"name": name, "labels": labels, "creationTimestamp": created},
        "spec": {"containers": [{"name": "c", "image": "registry.test/api:1"}]},
        "status": {"containerStatuses": [container]},
    }


def unplaced(seconds: int, reason: str = "Unschedulable") -> Any:
    since = (NOW - timedelta(seconds=seconds)).isoformat().replace("+00:00", "Z")
    condition = {"type": "PodScheduled", "status": "False", "reason": reason, "message": "0/1 nodes"}
    body = pod()
    body["status"] = {"conditions": [{**condition, "lastTransitionTime": since}]}
    return body


def trouble(*pods: Any) -> PodTrouble | None:
    return troubles(pods, NOW).get("api")


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ({"state": waiting("ContainerCreating")}, None),
        ({"state": waiting("ErrImagePull", PULL)}, (Cause.IMAGE, PULL)),
        (
            {
                "state": waiting(
                    "ImagePullBackOff", f'Back-off pulling image "mongo:8.0": ErrImagePull: {PULL}'
                )
            },
            (Cause.IMAGE, PULL),
        ),
        (
            {"state": waiting("ImagePullBackOff", 'Back-off pulling image "mongo:8.0"')},
            (Cause.IMAGE, ""),
        ),
        (
            {"state": waiting("ErrImageNeverPull", 'Container image "x" is not present')},
            (Cause.IMAGE, 'Container image "x" is not present'),
        ),
        (
            {"state": waiting("CreateContainerConfigError", 'secret "nope" not found')},
            (Cause.START, 'secret "nope" not found'),
        ),
        (
            {
                "state": waiting("CrashLoopBackOff", "back-off 10s"),
                "lastState": ended(128, "StartError", NOT_FOUND),
            },
            (Cause.START, NOT_FOUND),
        ),
        (
            {"state": waiting("CrashLoopBackOff", "back-off 10s"), "lastState": ended(3), "restartCount": 1},
            (Cause.CRASHES, "exit code 3"),
        ),
        (
            {"state": ended(3), "lastState": ended(3), "restartCount": 2},
            (Cause.CRASHES, "exit code 3"),
        ),
        ({"state": {"running": {}}, "lastState": ended(3), "restartCount": 1}, None),
        (
            {"state": {"running": {}}, "lastState": ended(137, "OOMKilled"), "restartCount": 2},
            (Cause.OUT_OF_MEMORY, ""),
        ),
        ({"state": {"running": {}}, "lastState": ended(3), "restartCount": 9, "ready": True}, None),
    ],
)
def test_a_container_says_what_is_wrong_and_the_same_at_every_moment(
    state: dict[str, Any], expected: tuple[Cause, str] | None
) -> None:
    found = trouble(pod(**state))
    assert (found and (found.cause, found.detail)) == expected
    assert found is None or found.image == "registry.test/api:1"


@pytest.mark.parametrize(("seconds", "told"), [(14, False), (15, True)])
def test_a_pod_may_lack_a_node_for_a_moment(seconds: int, told: bool) -> None:
    found = trouble(unplaced(seconds))
    assert found == (PodTrouble(Cause.UNSCHEDULABLE, "0/1 nodes") if told else None)


def test_a_pod_that_waits_for_what_it_was_made_to_wait_for_is_no_trouble() -> None:
    assert trouble(unplaced(60, "SchedulingGated")) is None


def test_only_the_pods_of_the_latest_template_count() -> None:
    old = pod("old", template="t1", age=60, state=waiting("ErrImagePull", PULL))
    assert trouble(old) is not None
    assert trouble(old, pod("new", template="t2", age=5, state=waiting("ContainerCreating"))) is None


def test_nor_do_pods_that_are_being_deleted() -> None:
    going = pod(state=waiting("ErrImagePull", PULL))
    going["metadata"]["deletionTimestamp"] = NOW.isoformat()
    assert trouble(going) is None


def test_each_component_has_its_own() -> None:
    pods = [
        pod("a", component="api", state=waiting("ContainerCreating")),
        pod("w", component="web", state=waiting("ErrImagePull", PULL)),
    ]
    assert {part: found.cause for part, found in troubles(pods, NOW).items()} == {"web": Cause.IMAGE}
