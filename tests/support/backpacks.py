"""What the end-to-end tests do to backpacks: make them, name their parts, look inside their pods."""

import base64
import secrets

from support.kubectl import Kubectl, Object, backpack

COMPONENTS = ("api", "mongo", "redis", "web")


def unique(stem: str) -> str:
    """A name that no other run uses: hostnames are the whole cluster's."""
    return f"{stem}-{secrets.token_hex(3)}"


def create_ready(kubectl: Kubectl, name: str, **spec: object) -> Object:
    kubectl.apply(backpack(name, **spec))
    return kubectl.wait_ready(name)


def of_instance(name: str) -> str:
    return f"app.kubernetes.io/instance={name}"


def pod_of(kubectl: Kubectl, name: str, component: str) -> Object:
    """The one pod of a component that isn't being deleted."""
    pods = kubectl.list("pods", f"{of_instance(name)},app.kubernetes.io/component={component}")
    live = [pod for pod in pods if "deletionTimestamp" not in pod["metadata"]]
    assert len(live) == 1, [pod["metadata"]["name"] for pod in pods]
    return live[0]


def credentials(kubectl: Kubectl, name: str) -> dict[str, str]:
    secret = kubectl.get("secret", f"{name}-credentials")
    return {key: base64.b64decode(value).decode() for key, value in secret["data"].items()}
