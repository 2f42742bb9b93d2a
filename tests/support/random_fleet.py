"""A fleet to which things happen at random: Backpacks are created, edited and deleted,
their children are deleted and edited, and the operator is killed and started again. What
must hold at every moment is checked after each step, what must hold in the end by `rest`.
"""

import random
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from backpack_devcluster.errors import ApiRefused
from backpack_operator.model.kinds import (
    BACKPACK,
    CHILDREN,
    CONFIG_MAP,
    DEPLOYMENT,
    INGRESS_ROUTE,
    MIDDLEWARE,
    NETWORK_POLICY,
    RETAINED,
    SECRET,
    SERVICE,
    VOLUME_CLAIM,
    Kind,
)
from support.operated_cluster import Object, Operated, decoded

PROGRAMS = ("api", "mongo", "redis", "web")
DATA = frozenset({(SECRET, "credentials"), *((VOLUME_CLAIM, part) for part in ("mongo", "redis", "files"))})
ALWAYS = frozenset(
    {
        (CONFIG_MAP, "config"),
        (NETWORK_POLICY, "isolation"),
        *((kind, part) for kind in (SERVICE, NETWORK_POLICY, DEPLOYMENT) for part in PROGRAMS),
    }
)
ROUTES = frozenset(
    {(MIDDLEWARE, "redirect"), *((INGRESS_ROUTE, part) for part in ("site", "api", "redirect"))}
)
OWNER = "backpack.dev/uid"
HELD = "RetainedDataFound"
NEVER_CHANGED = ("mongo-password", "mongo-root-password", "redis-password", "publishable-key")

Place = tuple[str, str]
"""Namespace and name of a Backpack."""
Data = dict[str, str]


@dataclass(frozen=True)
class Promise:
    """What is retained: the credentials, and the UIDs of the volumes by name."""

    place: Place
    credentials: Data
    volumes: Data


class RandomFleet:
    """`names`: how many names there are in each of the two namespaces; the hostname that a
    Backpack has by default is then wanted in the other one too."""

    def __init__(self, operated: Operated, seed: int, names: int) -> None:
        self.operated, self.cluster = operated, operated.cluster
        self.random = random.Random(seed)
        namespaces = (operated.namespace, operated.other_namespace)
        self.places: list[Place] = [(space, f"app-{n}") for space in namespaces for n in range(names)]
        self.running = True
        self.seen: dict[str, Data] = {}
        """By a Secret's UID, what it was first seen to hold."""
        self.promised: dict[str, Promise] = {}
        """By a Secret's UID, the data that outlives the Backpack it was made for."""
        self.doomed: set[str] = set()
        """The UIDs of Backpacks that were to go with all their data."""
        self.told: list[str] = []
        """What was done, for whoever reads of a failure."""
        self._actions: list[tuple[Callable[[], None], int]] = [
            (self.create, 10),
            (self.edit, 8),
            (self.delete, 6),
            (self.delete_child, 3),
            (self.edit_child, 2),
            (self.start_pods, 2),
            (self.kill_or_start, 3),
        ]

    def step(self) -> None:
        """One thing that happens; then nothing that must never be may be."""
        actions, weights = zip(*self._actions, strict=True)
        (action,) = self.random.choices(actions, weights)
        try:
            action()
        except ApiRefused as error:
            # What was chosen is gone or there already: in a cluster that happens.
            if error.status not in (404, 409):
                raise
        self.check_always()

    # What happens.

    def create(self) -> None:
        namespace, name = self.random.choice(self.places)
        spec: Object = {"deletionPolicy": self.random.choice(["Retain", "Delete"])}
        spec |= self.random.choice([{}, self._some_hostname(), {"suspend": True}, {"api": {"replicas": 2}}])
        secret = self.cluster.find(SECRET, namespace, f"{name}-credentials")
        if secret is not None and self.random.random() < 0.7:
            spec["adoptRetained"] = secret["metadata"]["annotations"][OWNER]
        self._tell("create", namespace, name, spec)
        self.cluster.backpack(namespace, name, **spec)

    def edit(self) -> None:
        if (backpack := self._some_backpack()) is None:
            return
        changes: list[Object] = [
            self._some_hostname(),
            {"hostname": None},
            {"suspend": self.random.random() < 0.5},
            {"deletionPolicy": self.random.choice(["Retain", "Delete"])},
            {"api": {"replicas": self.random.randint(1, 3)}},
            {"web": {"keepReleases": self.random.randint(1, 9)}},
            {"auth": {"registration": self.random.choice(["open", "closed"])}},
        ]
        change = self.random.choice(changes)
        namespace, name = _place(backpack)
        self._tell("edit", namespace, name, change)
        self.cluster.change(BACKPACK, namespace, name, spec=change)

    def delete(self) -> None:
        if (backpack := self._some_backpack()) is None:
            return
        place, spec, metadata = _place(backpack), backpack["spec"], backpack["metadata"]
        uids = {metadata["uid"], spec.get("adoptRetained")}
        secret = self.cluster.find(SECRET, place[0], f"{place[1]}-credentials")
        if secret is not None and secret["metadata"]["annotations"][OWNER] in uids:
            if spec["deletionPolicy"] == "Retain":
                self.promised[secret["metadata"]["uid"]] = self._promise(place, secret)
            else:
                self.promised.pop(secret["metadata"]["uid"], None)
        if spec["deletionPolicy"] == "Delete" and metadata.get("finalizers"):
            # Without the finalizer the operator has not yet read that it is to delete.
            self.doomed.add(metadata["uid"])
        self._tell("delete", *place, spec["deletionPolicy"], metadata.get("finalizers", []))
        self.cluster.delete(BACKPACK, *place)

    def delete_child(self) -> None:
        if (found := self._some_child()) is not None:
            kind, namespace, name = found
            self._tell("delete", kind.kind, namespace, name)
            self.cluster.delete(kind, namespace, name)

    def edit_child(self) -> None:
        """Fields of ours, and the label by which the informer goes."""
        if (found := self._some_child()) is not None:
            kind, namespace, name = found
            labels = {"app.kubernetes.io/managed-by": self.random.choice([None, "somebody"])}
            change: Object = {"metadata": {"labels": labels}}
            if kind == DEPLOYMENT:
                change["spec"] = {"replicas": 4}
            self._tell("edit", kind.kind, namespace, name, change)
            self.cluster.change(kind, namespace, name, **change)

    def start_pods(self) -> None:
        self.cluster.start_pods(self.random.choice(self.places)[0])

    def kill_or_start(self) -> None:
        if self.running:
            self._tell("kill -9 the operator")
            self.operated.operator.kill()
        else:
            self._tell("start the operator")
            self.operated.operator.start()
        self.running = not self.running

    # What must hold.

    def check_always(self) -> None:
        hosts: defaultdict[str, set[str]] = defaultdict(set)
        # One list is the cluster at one moment.
        for route in self.cluster.api.request("GET", INGRESS_ROUTE.path(None))["items"]:
            if route["metadata"]["namespace"] in self._namespaces:
                for rule in route["spec"]["routes"]:
                    hosts[rule["match"].partition(" || ")[0]].add(route["metadata"]["annotations"][OWNER])
        assert [host for host, owners in hosts.items() if len(owners) > 1] == [], "a host with two holders"
        for namespace in self._namespaces:
            for secret in self.cluster.list(SECRET, namespace):
                if secret["metadata"]["name"].endswith("-credentials"):
                    now = _credentials(secret)
                    before = self.seen.setdefault(secret["metadata"]["uid"], now)
                    assert before == now, f"the credentials of {secret['metadata']['name']} changed"
        assert "raceback" not in self.operated.operator.process.log_text()

    def check_rest(self) -> None:
        """That everything is as it should be; to be tried until it is."""
        self.check_always()
        backpacks = {
            _place(body): body for space in self._namespaces for body in self.cluster.list(BACKPACK, space)
        }
        assert [place for place, body in backpacks.items() if "deletionTimestamp" in body["metadata"]] == []
        holders = self._holders()
        self._check_hostnames(backpacks, holders)
        living = {body["metadata"]["uid"]: body for body in backpacks.values()}
        found: defaultdict[str, set[tuple[Kind, str]]] = defaultdict(set)
        for space in self._namespaces:
            for key, child in self.cluster.children(space).items():
                owner = child["metadata"]["annotations"][OWNER]
                name, _, part = key.name.rpartition("-")
                assert owner in living or key.kind in RETAINED, f"{key} of a Backpack that is gone"
                assert owner not in self.doomed, f"{key} was to be deleted"
                if owner in living:
                    assert _place(living[owner]) == (space, name), key
                    found[owner].add((key.kind, part))
        for uid, body in living.items():
            assert found[uid] == self._expected(body, holders), (_place(body), body.get("status"))
        for uid, promise in self.promised.items():
            secret = self.cluster.get(SECRET, promise.place[0], f"{promise.place[1]}-credentials")
            assert secret["metadata"]["uid"] == uid, f"the retained data of {promise.place} is another's"
            now = self._promise(promise.place, secret)
            assert now.credentials == promise.credentials
            # What was under way when the Backpack was deleted may have come besides.
            assert promise.volumes.items() <= now.volumes.items(), promise.place

    def _check_hostnames(self, backpacks: dict[Place, Object], holders: dict[str, str]) -> None:
        """Each hostname that is wanted has one holder, which wants it and is told so."""
        wanted: defaultdict[str, set[str]] = defaultdict(set)
        for body in backpacks.values():
            hostname = body["spec"].get("hostname") or body["metadata"]["name"]
            wanted[hostname].add(body["metadata"]["uid"])
            status = body.get("status", {})
            assert status.get("observedGeneration") == body["metadata"]["generation"], body
            (told,) = (item for item in status["conditions"] if item["type"] == "HostnameAccepted")
            accepted = holders.get(hostname) == body["metadata"]["uid"]
            assert told["status"] == str(accepted), (_place(body), told)
        assert sorted(set(wanted) - set(holders)) == [], "hostnames that nobody has"
        assert {name: holders[name] for name in set(holders) - set(wanted)} == {}, "claims that nobody wants"

    def _holders(self) -> dict[str, str]:
        """Hostname -> UID of who has it."""
        claims = self.cluster.list(CONFIG_MAP, self.operated.own_namespace, "backpack.dev/claim=hostname")
        return {claim["data"]["hostname"]: claim["data"]["uid"] for claim in claims}

    def _expected(self, body: Object, holders: dict[str, str]) -> set[tuple[Kind, str]]:
        """The children of a living Backpack, as its user would list them."""
        if any(item["reason"] == HELD for item in body["status"]["conditions"]):
            return set()
        hostname = body["spec"].get("hostname") or body["metadata"]["name"]
        accepted = holders.get(hostname) == body["metadata"]["uid"]
        budgets = {part for part in ("api", "web") if body["spec"][part]["replicas"] > 1}
        kinds = {kind.kind: kind for kind in CHILDREN}
        return {
            *DATA,
            *ALWAYS,
            *(ROUTES if accepted else ()),
            *((kinds["PodDisruptionBudget"], part) for part in budgets),
        }

    # Choosing.

    def _promise(self, place: Place, secret: Object) -> Promise:
        names = [f"{place[1]}-{part}" for kind, part in DATA if kind == VOLUME_CLAIM]
        claims = [self.cluster.find(VOLUME_CLAIM, place[0], name) for name in names]
        volumes = {
            claim["metadata"]["name"]: claim["metadata"]["uid"] for claim in claims if claim is not None
        }
        return Promise(place, _credentials(secret), volumes)

    @property
    def _namespaces(self) -> tuple[str, str]:
        return self.operated.namespace, self.operated.other_namespace

    def _some_backpack(self) -> Object | None:
        found = [
            body
            for space in self._namespaces
            for body in self.cluster.list(BACKPACK, space)
            if "deletionTimestamp" not in body["metadata"]
        ]
        return self.random.choice(sorted(found, key=_place)) if found else None

    def _some_child(self) -> tuple[Kind, str, str] | None:
        namespace = self.random.choice(self._namespaces)
        kind = self.random.choice([SERVICE, DEPLOYMENT, CONFIG_MAP, NETWORK_POLICY, INGRESS_ROUTE])
        names = [
            body["metadata"]["name"]
            for body in self.cluster.list(kind, namespace)
            if OWNER in body["metadata"].get("annotations", {})
        ]
        return (kind, namespace, self.random.choice(sorted(names))) if names else None

    def _some_hostname(self) -> Object:
        return {"hostname": f"shared-{self.random.randint(0, 3)}"}

    def _tell(self, *what: Any) -> None:
        self.told.append(" ".join(str(part) for part in what))


def _place(body: Object) -> Place:
    return body["metadata"]["namespace"], body["metadata"]["name"]


def _credentials(secret: Object) -> Data:
    values = decoded(secret)
    return {key: values[key] for key in NEVER_CHANGED if key in values}
