"""Which rights an operator has used, by what it has asked the API server for."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from backpack_operator.rbac import Rule
from support.api_proxy import ApiProxy, Asked

_VERBS = {"POST": "create", "PUT": "update", "PATCH": "patch", "DELETE": "delete"}


@dataclass(frozen=True, order=True)
class Right:
    group: str
    resource: str
    verb: str

    def __str__(self) -> str:
        return f"{self.verb} {self.resource}" + (f" of {self.group}" if self.group else "")


def rights(rules: Iterable[Rule]) -> set[Right]:
    """Each of them by itself."""
    return {
        Right(rule.group, resource, verb)
        for rule in rules
        for resource in rule.resources
        for verb in rule.verbs
    }


class UsedRights:
    """Listens to a proxy, from now on; takes its `after`."""

    def __init__(self, proxy: ApiProxy) -> None:
        self._used: dict[str, set[Right]] = defaultdict(set)
        self._statuses = proxy.statuses
        proxy.after = self._take

    def of(self, namespace: str) -> set[Right]:
        return set(self._used[namespace])

    def _take(self, asked: Asked) -> None:
        parts = asked.path.strip("/").split("/")
        group, parts = ("", parts[2:]) if parts[0] == "api" else ("".join(parts[1:2]), parts[3:])
        if len(parts) < 3 or parts[0] != "namespaces":
            return  # The version, and what there is to be asked for: nobody needs rights for that.
        namespace, resource, *rest = parts[1:]
        subresource = "/".join([resource, *rest[1:]])
        if asked.method == "GET":
            verb = "get" if rest else "watch" if asked.watches else "list"
        else:
            verb = _VERBS[asked.method]
        self._used[namespace].add(Right(group, subresource, verb))
        if verb == "patch" and self._statuses[-1] == 201:
            # An apply of what is not there needs both.
            self._used[namespace].add(Right(group, subresource, "create"))
