"""A fleet of Backpacks in a dict, and the wave over it: what a reconcile writes is written
here by its rules, only for those that the wave has woken."""

from collections.abc import Iterator
from typing import Any

from backpack_operator.model.backpack import Key
from backpack_operator.model.runtime import Runtime
from backpack_operator.reconcile.waves.fleet import Fleet
from backpack_operator.settings import Settings

ENGINE = "ferretdb"
PARTS = ("DatabaseReady", "CacheReady", "ApiReady", "WebReady")


class SimulatedFleet:
    """Every change comes with a new object, as the informer would tell it."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.bodies: dict[str, dict[str, Any]] = {}
        self.woken: list[str] = []
        self.begun: list[str] = []
        """Those whose turn has come, in order."""
        self.fleet = self._fleet()
        self.fleet.open()

    def _fleet(self) -> Fleet:
        return Fleet(self.settings, lambda key, _seconds: self.woken.append(key.name))

    @property
    def target(self) -> dict[str, Any]:
        return Runtime.of(self.settings, ENGINE).to_dict()

    def restart(self, **settings: Any) -> None:
        """A new operator, perhaps with other settings, which finds what is in the cluster and
        looks at everything once."""
        self.settings = self.settings.model_copy(update=settings)
        self.fleet, self.woken = self._fleet(), []
        for name in self.bodies:
            self._tell(name)
        self.fleet.open()
        self.woken += self.bodies
        self.reconcile()

    def create(self, *names: str, serves: bool = True, first: bool = False) -> None:
        """Backpacks that are up to date."""
        for name in names:
            metadata = {"namespace": "apps", "name": name, "labels": {}}
            if first:
                metadata["labels"] = {"backpack.dev/upgrade-first": "true"}
            self.bodies[name] = {"metadata": metadata, "spec": {}}
            self._status(name, runtime=self.target, engine=ENGINE)
            self._condition(name, "UpToDate", "True", "Current")
            for part in PARTS:
                self._condition(name, part, str(serves), "Whatever")

    def spec(self, name: str, **fields: Any) -> None:
        """A change of the spec, and the reconcile that follows: who is suspended takes what
        the settings say."""
        body = self.bodies[name]
        self.bodies[name] = {**body, "spec": {**body["spec"], **fields}}
        self._tell(name)
        if self.bodies[name]["spec"].get("suspend"):
            self._status(name, runtime=self.target, upgrade=None)
            self._condition(name, "UpToDate", "True", "Current")
        self.woken.append(name)
        self.reconcile()

    def delete(self, name: str) -> None:
        del self.bodies[name]
        self.fleet.note(Key("apps", name), None)
        self.reconcile()

    def reconcile(self) -> None:
        """All that were woken, until none is."""
        while self.woken:
            name = self.woken.pop(0)
            if name in self.bodies and not self._apart(name):
                self._reconcile(name)

    def become_ready(self, name: str) -> None:
        """The pods of one whose turn has come are ready."""
        self._status(name, upgrade=None)
        current = self.bodies[name]["status"]["runtime"] == self.target
        self._condition(name, "UpToDate", str(current), "Current" if current else "WaitingForWave")
        for part in PARTS:
            self._condition(name, part, "True", "Available")
        self.reconcile()

    def run_out_of_time(self, name: str) -> None:
        """Its pods were not ready in time: it fails, but for one that did not serve before."""
        status = self.bodies[name]["status"]
        if status["runtime"] != self.target:
            return
        if status["upgrade"]["served"]:
            self._condition(name, "ApiReady", "False", "RolloutStuck")
            self._condition(name, "UpToDate", "False", "UpgradeFailed")
        else:
            self._status(name, upgrade=None)
            self._condition(name, "UpToDate", "True", "Current")
        self.reconcile()

    def marked(self) -> list[str]:
        """Those whose turn has come, and whose pods are not ready."""
        return [name for name in self.bodies if self._in(name).get("upgrade") is not None]

    def in_flight(self) -> list[str]:
        """The same, without those that are paused."""
        return [name for name in self.marked() if not self._apart(name)]

    def failed(self) -> list[str]:
        return [
            name
            for name in self.in_flight()
            if self._in(name)["conditions"]["UpToDate"]["reason"] == "UpgradeFailed"
            and self._in(name)["runtime"] == self.target
        ]

    def current(self) -> list[str]:
        return [name for name in self.bodies if self._in(name)["runtime"] == self.target]

    def taking_part(self) -> list[str]:
        return [name for name in self.bodies if not self._apart(name)]

    def _in(self, name: str) -> dict[str, Any]:
        status: dict[str, Any] = self.bodies[name]["status"]
        return status

    def _apart(self, name: str) -> bool:
        spec = self.bodies[name]["spec"]
        return bool(spec.get("suspend") or spec.get("paused"))

    def _reconcile(self, name: str) -> None:
        if self.fleet.turn(Key("apps", name)):
            former = self._in(name).get("upgrade")
            parts = [self._in(name)["conditions"][part]["status"] == "True" for part in PARTS]
            served = former["served"] if former is not None else all(parts)
            self.begun.append(name)
            # As one write.
            conditions = dict(self._in(name)["conditions"])
            conditions["UpToDate"] = {"status": "False", "reason": "Upgrading"}
            self._status(name, runtime=self.target, upgrade={"served": served}, conditions=conditions)

    def _status(self, name: str, **fields: Any) -> None:
        body = self.bodies[name]
        status = {"conditions": {}, **body.get("status", {}), **fields}
        self.bodies[name] = {**body, "status": status}
        self._tell(name)

    def _condition(self, name: str, kind: str, status: str, reason: str) -> None:
        conditions = dict(self._in(name)["conditions"])
        conditions[kind] = {"status": status, "reason": reason}
        self._status(name, conditions=conditions)

    def _tell(self, name: str) -> None:
        body = self.bodies[name]
        written = [{"type": kind, **one} for kind, one in self._in(name)["conditions"].items()]
        self.fleet.note(Key("apps", name), {**body, "status": {**self._in(name), "conditions": written}})


def names(count: int) -> Iterator[str]:
    return (f"b{number:03}" for number in range(count))
