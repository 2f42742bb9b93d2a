"""What the four Deployments have in common; each has a module of its own."""

from typing import Any

from backpack_contract.resources import RESTARTED_ANNOTATION, RUN_AS
from backpack_operator.model.backpack import Backpack
from backpack_operator.specs.labels import labels, owned, selector
from backpack_operator.specs.placement import asked_placement
from backpack_operator.specs.pod_security import pod_security

PROGRESS_DEADLINE = 180
"""Seconds after which a rollout that does not get on makes the Backpack Degraded;
long enough for a first pull of the images."""

RECREATE = {"type": "Recreate"}
"""For what owns its volume alone: the old pod is gone before the new one starts."""

SURGE = {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}}
"""For equal replicas: one more is ready before one goes."""


def deployment(
    backpack: Backpack,
    component: str,
    pod: dict[str, Any],
    *,
    replicas: int,
    strategy: dict[str, Any],
    annotations: dict[str, str] | None = None,
    user: int = RUN_AS,
) -> dict[str, Any]:
    """`pod`: the rest of the pod's spec; `annotations`: of the pod, where a change
    must restart it."""
    metadata: dict[str, Any] = {"labels": labels(backpack, component)}
    restarted = {RESTARTED_ANNOTATION: backpack.restarted_at} if backpack.restarted_at else {}
    if annotations or restarted:
        metadata["annotations"] = {**(annotations or {}), **restarted}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": owned(backpack, component, component),
        "spec": {
            "replicas": replicas,
            "revisionHistoryLimit": 2,
            "progressDeadlineSeconds": PROGRESS_DEADLINE,
            "strategy": strategy,
            "selector": {"matchLabels": selector(backpack, component)},
            "template": {
                "metadata": metadata,
                "spec": {**pod_security(user), **asked_placement(backpack, component), **pod},
            },
        },
    }


def secret_variable(name: str, secret: str, key: str) -> dict[str, Any]:
    """An environment variable that is read from a key of a Secret."""
    return {"name": name, "valueFrom": {"secretKeyRef": {"name": secret, "key": key}}}


def tcp_probes(port: str, *, startup_seconds: int) -> dict[str, Any]:
    """For programs whose own protocol needs a password: the port answers or not.
    Liveness is gentle, since a restart costs a database more than a slow answer."""
    check = {"tcpSocket": {"port": port}}
    return {
        "startupProbe": {**check, "periodSeconds": 1, "failureThreshold": startup_seconds},
        "readinessProbe": {**check, "periodSeconds": 5, "timeoutSeconds": 3},
        "livenessProbe": {**check, "periodSeconds": 20, "timeoutSeconds": 10, "failureThreshold": 6},
    }


def http_probes(port: str, *, ready: str, alive: str, startup_seconds: int) -> dict[str, Any]:
    """`ready` and `alive`: paths. Startup asks for `alive`, so that a database which
    is still starting never has its API restarted."""
    return {
        "startupProbe": {
            "httpGet": {"path": alive, "port": port},
            "periodSeconds": 1,
            "timeoutSeconds": 3,
            "failureThreshold": startup_seconds,
        },
        "readinessProbe": {
            "httpGet": {"path": ready, "port": port},
            "periodSeconds": 3,
            "timeoutSeconds": 3,
            "failureThreshold": 3,
        },
        "livenessProbe": {
            "httpGet": {"path": alive, "port": port},
            "periodSeconds": 20,
            "timeoutSeconds": 5,
            "failureThreshold": 3,
        },
    }


DRAIN = {"preStop": {"sleep": {"seconds": 2}}}
"""A pod that ends keeps serving until Traefik and nginx have heard of it."""
