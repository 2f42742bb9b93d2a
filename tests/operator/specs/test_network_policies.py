"""Who may speak with whom, read off the policies by a small evaluation of them."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from backpack_operator.model.backpack import Backpack
from backpack_operator.settings import Settings
from backpack_operator.specs.labels import labels
from backpack_operator.specs.network_policies import network_policies


@dataclass(frozen=True)
class Pod:
    namespace: str
    labels: dict[str, str] = field(hash=False)


def allowed(policies: list[dict[str, Any]], source: Pod, target: Pod, port: int, protocol: str) -> bool:
    """Source: the Kubernetes documentation of NetworkPolicy: a pod that a policy selects
    takes only what some policy allows, and both ends must allow it."""
    wanted = (port, protocol)
    return any(
        _matches(rule, "to", target, source.namespace, wanted) for rule in _rules(policies, source, "egress")
    ) and any(
        _matches(rule, "from", source, target.namespace, wanted)
        for rule in _rules(policies, target, "ingress")
    )


EVERYTHING: dict[str, Any] = {}
"""The rule of a pod that no policy selects."""


def _rules(policies: list[dict[str, Any]], pod: Pod, side: str) -> list[dict[str, Any]]:
    selecting = [policy["spec"] for policy in policies if _selects(policy, pod)]
    return [rule for spec in selecting for rule in spec[side]] if selecting else [EVERYTHING]


def _matches(rule: dict[str, Any], key: str, peer: Pod, home: str, wanted: tuple[int, str]) -> bool:
    if rule is EVERYTHING:
        return True
    ports = {(item["port"], item["protocol"]) for item in rule["ports"]}
    return wanted in ports and any(_is(peer, selector, home) for selector in rule[key])


def _selects(policy: dict[str, Any], pod: Pod) -> bool:
    wanted: dict[str, str] = policy["spec"]["podSelector"]["matchLabels"]
    return bool(policy["metadata"]["namespace"] == pod.namespace and wanted.items() <= pod.labels.items())


def _is(pod: Pod, peer: dict[str, Any], home: str) -> bool:
    namespace = peer.get("namespaceSelector", {}).get("matchLabels", {})
    place = namespace.get("kubernetes.io/metadata.name", home)
    return bool(place == pod.namespace and peer["podSelector"]["matchLabels"].items() <= pod.labels.items())


@pytest.fixture
def pods(plain: Backpack) -> dict[str, Pod]:
    other = Backpack.parse(
        {"metadata": {"name": "other", "namespace": "apps", "uid": "u", "resourceVersion": "1"}}
    )
    app = "app.kubernetes.io/name"
    component = "app.kubernetes.io/component"
    result = {part: Pod("apps", labels(plain, part)) for part in ("api", "mongo", "redis", "web")}
    result |= {f"other-{part}": Pod("apps", labels(other, part)) for part in ("api", "mongo", "redis", "web")}
    result["same-name"] = Pod("elsewhere", labels(plain, "api"))
    result["traefik"] = Pod("traefik", {app: "traefik"})
    result["false-traefik"] = Pod("apps", {app: "traefik"})
    result["operator"] = Pod("backpack-system", {app: "backpack", component: "operator"})
    result["dashboard"] = Pod("backpack-system", {app: "backpack", component: "dashboard"})
    result["prometheus"] = Pod("monitoring", {app: "prometheus"})
    result["dns"] = Pod("kube-system", {"k8s-app": "kube-dns"})
    result["internet"] = Pod("internet", {})
    return result


ALLOWED = {
    ("traefik", "api", 8000, "TCP"),
    ("traefik", "web", 8080, "TCP"),
    ("web", "api", 8000, "TCP"),
    ("api", "mongo", 27017, "TCP"),
    ("api", "redis", 6379, "TCP"),
    ("operator", "api", 9000, "TCP"),
    ("dashboard", "api", 9000, "TCP"),
    ("prometheus", "api", 9000, "TCP"),
    *((pod, "dns", 53, protocol) for pod in ("api", "web") for protocol in ("UDP", "TCP")),
}


def test_exactly_these_pairs_may_speak(plain: Backpack, settings: Settings, pods: dict[str, Pod]) -> None:
    policies = network_policies(plain, settings)
    ours = {"api", "mongo", "redis", "web"}
    found = {
        (source, target, port, protocol)
        for source, from_pod in pods.items()
        for target, to_pod in pods.items()
        if source != target and (source in ours or target in ours)
        for port in (53, 5353, 6379, 8000, 8080, 9000, 27017, 443)
        for protocol in ("TCP", "UDP")
        if allowed(policies, from_pod, to_pod, port, protocol)
    }
    assert found == ALLOWED


def test_a_helm_release_of_the_same_name_is_not_isolated(plain: Backpack, settings: Settings) -> None:
    release = {"app.kubernetes.io/name": "backpack", "app.kubernetes.io/instance": "todo"}
    stranger = Pod("apps", {**release, "app.kubernetes.io/managed-by": "Helm"})
    assert not any(_selects(policy, stranger) for policy in network_policies(plain, settings))
