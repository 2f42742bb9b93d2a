"""What a reconcile sees: live objects, made from what is wanted."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from backpack_contract.configuration import AdminKey
from backpack_operator.model.backpack import Backpack
from backpack_operator.model.certificates import Certificate, Flaw
from backpack_operator.model.child import Child, observe
from backpack_operator.model.credentials import FreshPasswords
from backpack_operator.model.delivery import Delivery, Report
from backpack_operator.model.kinds import ObjectKey
from backpack_operator.reconcile.decide import Plan, decide
from backpack_operator.reconcile.deliver import due
from backpack_operator.reconcile.observed import Holder, Observed
from backpack_operator.reconcile.verdicts.found import Found, Wave
from backpack_operator.reconcile.verdicts.refusals import Refusal
from backpack_operator.settings import Settings

FRESH = FreshPasswords(
    mongo="fresh-mongo",
    mongo_root="fresh-root",
    redis="fresh-redis",
    publishable="bp_pk_fresh",
    mongo_spare="fresh-spare",
)
NOW = datetime(2026, 2, 2, tzinfo=UTC)
ADMIN_KEY = AdminKey(kid="the-key", x="Kol_SrjOIaNK_nZOJUAmzAYXRNz4fHQJ7mGpcHvB-K0")


class World:
    """A cluster in a dict: `decide` looks at it, `settle` makes it as the plan says."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.objects: dict[str, dict[str, Any]] = {}
        self.holder: Holder | None = None
        self.certificate: Certificate | Flaw | None = None
        self.may_upgrade = False
        self.wave = Wave()
        self._version = 1000

    def observed(self, backpack: Backpack) -> Observed:
        ours = Holder(backpack.hostname, backpack.uid, backpack.namespace, backpack.name)
        children: dict[ObjectKey, Child] = {
            ObjectKey.of(body): observe(body) for body in self.objects.values()
        }
        return Observed(children, self.holder or ours, (ADMIN_KEY,), self.certificate, self.may_upgrade)

    def decide(self, backpack: Backpack) -> Plan:
        return decide(backpack, self.observed(backpack), self.settings, FRESH)

    def found(
        self,
        backpack: Backpack,
        *refusals: Refusal,
        report: Report | None = None,
        now: datetime = NOW,
        **more: Any,
    ) -> Found:
        """What a reconcile would judge by now."""
        plan, observed = self.decide(backpack), self.observed(backpack)
        return Found(backpack, plan, observed, self.settings, now, refusals, report, self.wave, **more)

    def due(self, backpack: Backpack) -> Delivery | None:
        """The configuration that the API would be brought now."""
        return due(backpack, self.decide(backpack), self.observed(backpack), self.settings)

    def put(self, body: Mapping[str, Any]) -> None:
        self._version += 1
        version = str(self._version)
        metadata = {"uid": f"uid-{version}", **body["metadata"], "resourceVersion": version}
        self.objects[f"{body['kind']}/{metadata['name']}"] = {**body, "metadata": metadata}

    def settle(self, backpack: Backpack) -> Plan:
        """What `apply` and `remove` would do."""
        plan = self.decide(backpack)
        for wanted in plan.apply:
            self.put(wanted.body)
        for key, _ in plan.remove:
            del self.objects[f"{key.kind.kind}/{key.name}"]
        return plan

    def bind(self) -> None:
        """Every claim gets its volume."""
        for body in self.objects.values():
            if body["kind"] == "PersistentVolumeClaim":
                size = body["spec"]["resources"]["requests"]["storage"]
                body["status"] = {"phase": "Bound", "capacity": {"storage": size}}

    def roll_out(self, *names: str, **counts: int) -> None:
        """The Deployments of these names (or all) have their pods."""
        for body in self.objects.values():
            if body["kind"] == "Deployment" and (not names or body["metadata"]["name"] in names):
                replicas = body["spec"]["replicas"]
                state = dict.fromkeys(("replicas", "updatedReplicas", "availableReplicas"), replicas)
                body["status"] = {"observedGeneration": 1, **state, **counts}


@pytest.fixture
def world(settings: Settings) -> World:
    return World(settings)


@pytest.fixture
def parts() -> Callable[[Plan], set[str]]:
    """What a plan applies, as `Kind name`."""
    return lambda plan: {str(wanted.key) for wanted in plan.apply}
