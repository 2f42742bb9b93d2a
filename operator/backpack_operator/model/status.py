"""The status of a Backpack: what was last written into it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from backpack_operator.model.conditions import Condition
from backpack_operator.model.declared import Declared
from backpack_operator.model.runtime import Runtime
from backpack_operator.model.upgrade import Upgrade


@dataclass(frozen=True, slots=True)
class Status:
    """None where nothing was written yet."""

    observed_generation: int | None
    conditions: tuple[Condition, ...]
    url: str | None
    api_url: str | None
    engine: str | None
    version: str | None
    replicas: int | None
    selector: str | None
    configuration: str | None
    """The digest of the configuration that the running API has taken last."""
    collections: tuple[Declared, ...]
    runtime: Runtime | None
    """What of the operator's settings its pods are to run."""
    upgrade: Upgrade | None
    """There from its turn in a wave until its pods are ready."""
    rotated_credentials: str | None
    """The value of the annotation that was done last, as is the next."""
    rotated_key: str | None

    @classmethod
    def parse(cls, written: Mapping[str, Any]) -> "Status":
        return cls(
            observed_generation=written.get("observedGeneration"),
            conditions=tuple(Condition.parse(condition) for condition in written.get("conditions", ())),
            url=written.get("url"),
            api_url=written.get("apiUrl"),
            engine=written.get("engine"),
            version=written.get("version"),
            replicas=written.get("replicas"),
            selector=written.get("selector"),
            configuration=written.get("configuration"),
            collections=tuple(Declared.parse(one) for one in written.get("collections") or ()),
            runtime=Runtime.parse(written["runtime"]) if written.get("runtime") else None,
            upgrade=Upgrade.parse(written["upgrade"]) if written.get("upgrade") else None,
            rotated_credentials=written.get("rotatedCredentials"),
            rotated_key=written.get("rotatedPublishableKey"),
        )

    def to_dict(self) -> dict[str, Any]:
        """As a merge patch has it: None removes."""
        return {
            "observedGeneration": self.observed_generation,
            "conditions": [condition.to_dict() for condition in self.conditions],
            "url": self.url,
            "apiUrl": self.api_url,
            "engine": self.engine,
            "version": self.version,
            "replicas": self.replicas,
            "selector": self.selector,
            "configuration": self.configuration,
            "collections": [one.to_dict() for one in self.collections] or None,
            "runtime": self.runtime.to_dict() if self.runtime else None,
            "upgrade": self.upgrade.to_dict() if self.upgrade else None,
            "rotatedCredentials": self.rotated_credentials,
            "rotatedPublishableKey": self.rotated_key,
        }
