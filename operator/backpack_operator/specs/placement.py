"""Where the pods of a component run: as the Backpack asks, beside each other where they
share a volume, else spread over nodes."""

from typing import Any

from backpack_operator.model.backpack import Backpack
from backpack_operator.specs.labels import selector


def asked_placement(backpack: Backpack, component: str) -> dict[str, Any]:
    """The pod's nodeSelector and tolerations, and with what its image is pulled."""
    pod: dict[str, Any] = {}
    if backpack.image_pull_secrets:
        pod["imagePullSecrets"] = [{"name": name} for name in backpack.image_pull_secrets]
    placement = backpack.scheduling.get(component)
    if placement is not None and placement.node_selector:
        pod["nodeSelector"] = dict(placement.node_selector)
    if placement is not None and placement.tolerations:
        pod["tolerations"] = [dict(toleration) for toleration in placement.tolerations]
    return pod


def spread_over_nodes(backpack: Backpack, component: str) -> dict[str, Any]:
    """Prefer nodes that have fewest pods of the component; never leave one unplaced."""
    return {
        "topologySpreadConstraints": [
            {
                "maxSkew": 1,
                "topologyKey": "kubernetes.io/hostname",
                "whenUnsatisfiable": "ScheduleAnyway",
                "labelSelector": {"matchLabels": selector(backpack, component)},
            }
        ]
    }


def on_one_node(backpack: Backpack, component: str) -> dict[str, Any]:
    """All pods of the component on the node of the first, the extra one of a rollout
    included."""
    together = {
        "labelSelector": {"matchLabels": selector(backpack, component)},
        "topologyKey": "kubernetes.io/hostname",
    }
    return {"affinity": {"podAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [together]}}}
