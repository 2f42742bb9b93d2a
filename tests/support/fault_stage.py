"""Where operators are killed: two namespaces of one walk's own, on an API server on which
nobody else writes. The test plays the provisioner, the kubelet and the garbage collector."""

from dataclasses import dataclass, field
from typing import Any

from backpack_operator.model.kinds import (
    BACKPACK,
    CONFIG_MAP,
    DEPLOYMENT,
    EVENT,
    SECRET,
    VOLUME_CLAIM,
    WATCHED,
    Kind,
)
from backpack_operator.settings import Settings
from support.operated_cluster import SETTINGS, Object, OperatedCluster

NAME = "todo"
VOLUMES = ("mongo", "redis", "files")
DATA = frozenset({f"Secret {NAME}-credentials", *(f"PersistentVolumeClaim {NAME}-{p}" for p in VOLUMES)})
"""What outlives a Backpack under the policy Retain."""


@dataclass
class Kept:
    """What must never be made anew once it is there."""

    secret: Object | None
    claims: dict[str, str]
    """Name -> UID."""


@dataclass
class FaultStage:
    """One Backpack `todo` is made, changed and deleted here."""

    cluster: OperatedCluster
    namespace: str = field(init=False)
    own: str = field(init=False)

    def __post_init__(self) -> None:
        self.namespace, self.own = self.cluster.namespace("apps"), self.cluster.namespace("system")

    def settings(self, **changed: Any) -> Settings:
        given: dict[str, Any] = {key.lower(): value for key, value in SETTINGS.items()}
        given |= {"namespace": self.own, "watch_namespaces": (self.namespace,), "workers": 1}
        return Settings(**{**given, **changed})

    def create(self, **spec: Any) -> Object:
        return self.cluster.backpack(self.namespace, NAME, **spec)

    def change(self, **spec: Any) -> Object:
        return self.cluster.change(BACKPACK, self.namespace, NAME, spec=spec)

    def delete(self) -> None:
        self.cluster.delete(BACKPACK, self.namespace, NAME)

    def backpack(self) -> Object | None:
        return self.cluster.find(BACKPACK, self.namespace, NAME)

    def reasons(self) -> dict[str, str]:
        """Of each condition."""
        body = self.backpack()
        assert body is not None
        return {item["type"]: item["reason"] for item in body["status"]["conditions"]}

    def serve(self) -> None:
        """Every volume is bound, and every pod of every Deployment is ready."""
        for claim in self.cluster.list(VOLUME_CLAIM, self.namespace):
            size = claim["spec"]["resources"]["requests"]
            self._put_status(VOLUME_CLAIM, claim, {"phase": "Bound", "capacity": size})
        for body in self.cluster.list(DEPLOYMENT, self.namespace):
            replicas = body["spec"]["replicas"]
            counts = dict.fromkeys(
                ("replicas", "updatedReplicas", "readyReplicas", "availableReplicas"), replicas
            )
            generation = body["metadata"]["generation"]
            self._put_status(DEPLOYMENT, body, {"observedGeneration": generation, **counts})

    def collect(self) -> None:
        """What was owned by a Backpack that is gone, and volumes that no pod uses, go."""
        living = {body["metadata"]["uid"] for body in self.cluster.list(BACKPACK, self.namespace)}
        for kind in WATCHED:
            for body in self.cluster.list(kind, self.namespace):
                name = body["metadata"]["name"]
                owners = [owner["uid"] for owner in body["metadata"].get("ownerReferences", ())]
                if owners and living.isdisjoint(owners):
                    self.cluster.delete(kind, self.namespace, name)
                elif kind == VOLUME_CLAIM and "deletionTimestamp" in body["metadata"]:
                    self.cluster.change(kind, self.namespace, name, metadata={"finalizers": None})

    def objects(self) -> dict[str, Object]:
        """All there is in the namespace, but for the Backpack and Events, whoever made it."""
        return {
            f"{kind.kind} {item['metadata']['name']}": item
            for kind in (SECRET, *WATCHED)
            for item in self.cluster.list(kind, self.namespace)
        }

    def claimed(self) -> dict[str, str]:
        """Hostname -> the UID of the Backpack that has claimed it."""
        claims = self.cluster.list(CONFIG_MAP, self.own, "backpack.dev/claim=hostname")
        return {claim["data"]["hostname"]: claim["data"]["uid"] for claim in claims}

    def events(self) -> list[str]:
        return [item["reason"] for item in self.cluster.list(EVENT, self.namespace)]

    def kept(self) -> Kept:
        secret = self.cluster.find(SECRET, self.namespace, f"{NAME}-credentials")
        claims = self.cluster.list(VOLUME_CLAIM, self.namespace)
        return Kept(secret, {item["metadata"]["name"]: item["metadata"]["uid"] for item in claims})

    def assert_kept(self, before: Kept) -> None:
        """No password is another, and no volume is a second one."""
        after = self.kept()
        if before.secret is not None:
            assert after.secret is not None, "the Secret is gone"
            changed = [
                key for key, text in before.secret["data"].items() if after.secret["data"][key] != text
            ]
            assert changed == [], f"these credentials were changed: {changed}"
        assert before.claims.items() <= after.claims.items(), "a volume was made anew"
        assert set(after.claims) <= {f"{NAME}-{part}" for part in VOLUMES}

    def _put_status(self, kind: Kind, body: Object, status: Object) -> None:
        if not status.items() <= (body.get("status") or {}).items():
            path = f"{kind.path(self.namespace, body['metadata']['name'])}/status"
            self.cluster.api.merge(path, {"status": status})
