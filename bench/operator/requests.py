"""What the API server was asked to change, by its own count."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from backpack_devcluster.api import Api
from backpack_operator import rbac

_MUTATING = frozenset({"APPLY", "CREATE", "DELETE", "DELETECOLLECTION", "PATCH", "POST", "PUT", "UPDATE"})
_SAMPLE = re.compile(r"apiserver_request_total\{(?P<labels>[^}]*)\} (?P<value>\S+)")
_LABEL = re.compile(r'(\w+)="([^"]*)"')

OPERATORS = frozenset(
    (rule.group, resource.partition("/")[0])
    for rule in (*rbac.BACKPACK_RULES, *rbac.OWN_RULES)
    for resource in rule.resources
)
"""What the operator may write. The API server itself renews leases meanwhile."""


@dataclass(frozen=True, slots=True)
class Requests:
    """(group, resource) -> requests that change something, since the API server was started."""

    mutating: Mapping[tuple[str, str], int]

    @classmethod
    def read(cls, api: Api) -> "Requests":
        found: dict[tuple[str, str], int] = {}
        for sample in _SAMPLE.finditer(api.text("/metrics")):
            labels = dict(_LABEL.findall(sample["labels"]))
            if labels["verb"] in _MUTATING:
                kind = labels["group"], labels["resource"]
                found[kind] = found.get(kind, 0) + int(float(sample["value"]))
        return cls(found)

    def since(self, before: "Requests") -> int:
        """How many there were of what the operator may write."""
        return sum(self.mutating.get(kind, 0) - before.mutating.get(kind, 0) for kind in OPERATORS)
