"""`<backpack>-api` and `<backpack>-web`, the PodDisruptionBudgets: where there are several
pods, a drain of nodes takes one at a time, unless all of them must stand on one node."""

from typing import Any

from backpack_operator.model.backpack import Backpack
from backpack_operator.model.spec import READ_WRITE_ONCE
from backpack_operator.specs.labels import owned, selector


def budgeted(backpack: Backpack) -> list[str]:
    """The components that have a budget. With a single pod it would only keep its node
    from being drained."""
    replicas = {"api": backpack.api.replicas, "web": backpack.web.replicas}
    return [component for component, count in replicas.items() if count > 1]


def disruption_budgets(backpack: Backpack) -> list[dict[str, Any]]:
    return [
        {
            "apiVersion": "policy/v1",
            "kind": "PodDisruptionBudget",
            "metadata": owned(backpack, component, component),
            "spec": {
                "maxUnavailable": _max_unavailable(backpack, component),
                "selector": {"matchLabels": selector(backpack, component)},
                # A pod that does not serve must not keep its node from being drained.
                "unhealthyPodEvictionPolicy": "AlwaysAllow",
            },
        }
        for component in budgeted(backpack)
    ]


def _max_unavailable(backpack: Backpack, component: str) -> int | str:
    # Beside a volume of one node, the first pod that a drain takes has nowhere to go until
    # the last one has gone, too: one at a time, the drain would never end.
    if component == "api" and backpack.files.storage.access_mode == READ_WRITE_ONCE:
        return "100%"
    return 1
