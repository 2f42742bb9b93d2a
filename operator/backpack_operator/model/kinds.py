"""The kinds of objects that the operator makes, and where the API server has them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from backpack_contract import admins
from backpack_contract import resources as names


@dataclass(frozen=True, slots=True, eq=False)
class Kind:
    """One namespaced kind; `watched` ones are seen through the informer. There is one of each,
    equal to itself: keys of children are hashed hundreds of times in a reconcile."""

    api_version: str
    kind: str
    plural: str
    watched: bool = True

    @property
    def group(self) -> str:
        """Empty for the core group."""
        group, slash, _ = self.api_version.partition("/")
        return group if slash else ""

    @property
    def version(self) -> str:
        return self.api_version.rpartition("/")[2]

    def path(self, namespace: str | None, name: str | None = None) -> str:
        """The URL path of one object, of a namespace's objects, or of all."""
        root = f"/apis/{self.api_version}" if self.group else f"/api/{self.version}"
        place = f"/namespaces/{namespace}" if namespace is not None else ""
        return f"{root}{place}/{self.plural}" + (f"/{name}" if name is not None else "")


BACKPACK = Kind(names.API_VERSION, names.KIND, names.PLURAL)
ADMIN = Kind(names.API_VERSION, admins.KIND, admins.PLURAL, watched=False)
DEPLOYMENT = Kind("apps/v1", "Deployment", "deployments")
SERVICE = Kind("v1", "Service", "services")
CONFIG_MAP = Kind("v1", "ConfigMap", "configmaps")
VOLUME_CLAIM = Kind("v1", "PersistentVolumeClaim", "persistentvolumeclaims")
SECRET = Kind("v1", "Secret", "secrets", watched=False)
NETWORK_POLICY = Kind("networking.k8s.io/v1", "NetworkPolicy", "networkpolicies")
DISRUPTION_BUDGET = Kind("policy/v1", "PodDisruptionBudget", "poddisruptionbudgets")
MIDDLEWARE = Kind("traefik.io/v1alpha1", "Middleware", "middlewares")
INGRESS_ROUTE = Kind("traefik.io/v1alpha1", "IngressRoute", "ingressroutes")
EVENT = Kind("events.k8s.io/v1", "Event", "events", watched=False)
POD = Kind("v1", "Pod", "pods", watched=False)
"""Read only where some of a Backpack are not ready: a fleet has thousands."""

CHILDREN = (
    SECRET,
    CONFIG_MAP,
    VOLUME_CLAIM,
    SERVICE,
    NETWORK_POLICY,
    DISRUPTION_BUDGET,
    DEPLOYMENT,
    MIDDLEWARE,
    INGRESS_ROUTE,
)
"""In the order in which they are applied."""

WATCHED = tuple(kind for kind in CHILDREN if kind.watched)
TRAEFIKS = frozenset({MIDDLEWARE, INGRESS_ROUTE})
"""They exist only where Traefik's definitions do."""
RETAINED = frozenset({SECRET, VOLUME_CLAIM})
"""Never owned by the Backpack: they may outlive it."""

_BY_NAME = {kind.kind: kind for kind in (BACKPACK, *CHILDREN, EVENT)}


def kind_of(body: Mapping[str, Any]) -> Kind:
    """The kind of an object of ours, by its `kind` field."""
    return _BY_NAME[body["kind"]]


@dataclass(frozen=True, slots=True)
class ObjectKey:
    """Names a child in the cluster."""

    kind: Kind
    namespace: str
    name: str

    @classmethod
    def of(cls, body: Mapping[str, Any]) -> "ObjectKey":
        metadata = body["metadata"]
        return cls(kind_of(body), metadata["namespace"], metadata["name"])

    def __str__(self) -> str:
        return f"{self.kind.kind} {self.name}"
