"""Who may speak with whom: nobody, and then exactly the pairs that are written here."""

from collections.abc import Iterable
from typing import Any

from backpack_contract import ports
from backpack_operator.model.backpack import Backpack
from backpack_operator.settings import Settings
from backpack_operator.specs.labels import owned, selector

Rule = dict[str, Any]


def network_policies(backpack: Backpack, settings: Settings) -> list[dict[str, Any]]:
    own = {component: _own(backpack, component) for component in ("api", "mongo", "redis", "web")}
    traefik = _others(settings.traefik_namespace, settings.traefik_pod_labels)
    watchers = [
        _others(settings.dashboards_namespace, settings.dashboard_pod_labels),
        _others(settings.namespace, settings.operator_pod_labels),
        _others(settings.monitoring_namespace, settings.monitoring_pod_labels),
    ]
    dns = _rule(
        "to",
        [_others(settings.dns_namespace, settings.dns_pod_labels)],
        *settings.dns_ports,
        protocols=("UDP", "TCP"),
    )
    return [
        _policy(backpack, None, [], []),
        _policy(
            backpack,
            "api",
            [
                _rule("from", [traefik, own["web"]], ports.API_PUBLIC),
                _rule("from", watchers, ports.API_ADMIN),
            ],
            [_rule("to", [own["mongo"]], ports.MONGO), _rule("to", [own["redis"]], ports.REDIS), dns],
        ),
        _policy(
            backpack,
            "web",
            [_rule("from", [traefik], ports.WEB)],
            [_rule("to", [own["api"]], ports.API_PUBLIC), dns],
        ),
        _policy(backpack, "mongo", [_rule("from", [own["api"]], ports.MONGO)], []),
        _policy(backpack, "redis", [_rule("from", [own["api"]], ports.REDIS)], []),
    ]


def _own(backpack: Backpack, component: str) -> dict[str, Any]:
    """Pods of the same backpack: without a namespaceSelector, only its namespace."""
    return {"podSelector": {"matchLabels": selector(backpack, component)}}


def _others(namespace: str, pods: dict[str, str]) -> dict[str, Any]:
    return {
        "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": namespace}},
        "podSelector": {"matchLabels": pods},
    }


def _rule(
    direction: str, peers: list[dict[str, Any]], *numbers: int, protocols: Iterable[str] = ("TCP",)
) -> Rule:
    allowed = [{"protocol": protocol, "port": number} for number in numbers for protocol in protocols]
    return {direction: peers, "ports": allowed}


def _policy(
    backpack: Backpack, component: str | None, ingress: list[Rule], egress: list[Rule]
) -> dict[str, Any]:
    """`component` None: all pods of the backpack. Both directions are always named, so
    that an empty list means nobody."""
    spec = {
        "podSelector": {"matchLabels": selector(backpack, component)},
        "policyTypes": ["Ingress", "Egress"],
        # Also where they are empty, so that a rule added by hand is taken out again.
        "ingress": ingress,
        "egress": egress,
    }
    metadata = owned(backpack, component or "isolation", component)
    return {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": metadata, "spec": spec}
