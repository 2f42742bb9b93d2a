"""Exactly the rights that the operator uses. The chart's roles are compared with
this, and the operator's tests run with nothing more."""

from dataclasses import dataclass

from backpack_operator.model import kinds

RETRY_MIDDLEWARE = "backpack-certificates"
"""The object whose changes have Traefik ask again for certificates."""

_KEEP = ("get", "list", "watch", "create", "patch", "delete")


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of a Role or ClusterRole."""

    group: str
    resources: tuple[str, ...]
    verbs: tuple[str, ...]
    names: tuple[str, ...] = ()
    """Only objects of these names; empty: all."""

    def to_dict(self) -> dict[str, list[str]]:
        rule = {"apiGroups": [self.group], "resources": list(self.resources), "verbs": list(self.verbs)}
        return rule | ({"resourceNames": list(self.names)} if self.names else {})


BACKPACK_RULES = (
    Rule(kinds.BACKPACK.group, ("backpacks",), ("get", "list", "watch", "patch")),
    Rule(kinds.BACKPACK.group, ("backpacks/status",), ("patch",)),
    # Owner references that block the owner's deletion ask for it.
    Rule(kinds.BACKPACK.group, ("backpacks/finalizers",), ("update",)),
    Rule("apps", ("deployments",), _KEEP),
    Rule("", ("services", "configmaps", "persistentvolumeclaims"), _KEEP),
    # By name only: nobody can have all Secrets listed through the operator.
    Rule("", ("secrets",), ("get", "create", "patch", "delete")),
    Rule("", ("pods",), ("list",)),
    Rule("networking.k8s.io", ("networkpolicies",), _KEEP),
    Rule("policy", ("poddisruptionbudgets",), _KEEP),
    Rule("traefik.io", ("ingressroutes", "middlewares"), _KEEP),
    Rule("events.k8s.io", ("events",), ("create",)),
    # Those that don't count there are told so.
    Rule(kinds.ADMIN.group, (kinds.ADMIN.plural,), ("list",)),
    Rule(kinds.ADMIN.group, (f"{kinds.ADMIN.plural}/status",), ("patch",)),
)
"""In the cluster, or in each watched namespace."""

CLUSTER_RULES = (Rule("apiextensions.k8s.io", ("customresourcedefinitions",), ("list", "watch")),)
"""Besides, where all namespaces are watched: kopf learns so of kinds that come later."""

OWN_RULES = (
    # The claims on hostnames.
    Rule("", ("configmaps",), ("get", "list", "create", "delete")),
    # The signing keys, and those of accounts, whose names nobody knows beforehand.
    Rule("", ("secrets",), ("get", "create", "patch")),
    Rule(kinds.ADMIN.group, (kinds.ADMIN.plural,), ("list", "patch")),
    Rule(kinds.ADMIN.group, (f"{kinds.ADMIN.plural}/status",), ("patch",)),
    Rule("traefik.io", ("middlewares",), ("patch",), names=(RETRY_MIDDLEWARE,)),
    Rule("traefik.io", ("middlewares",), ("create",)),
)
"""In the operator's own namespace."""
