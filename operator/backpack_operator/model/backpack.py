"""The Backpack as the operator's code sees it: typed, with the schema's defaults.

The API server has validated and defaulted what arrives here; the defaults are
repeated because an object may have been stored under an older schema. A test
compares them with the schema's.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from backpack_operator.model.conditions import Condition

FINALIZER = "backpack.dev/delete-data"
"""On a Backpack only while its deletion policy is Delete."""

RETAIN = "Retain"
DELETE = "Delete"


@dataclass(frozen=True, slots=True)
class Key:
    """Names a Backpack in the cluster."""

    namespace: str
    name: str

    def __str__(self) -> str:
        return f"{self.namespace}/{self.name}"


@dataclass(frozen=True, slots=True)
class Resources:
    """What the user wrote over the defaults: resource name -> quantity."""

    requests: Mapping[str, str]
    limits: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Storage:
    """One volume as asked for."""

    size: str
    access_mode: str = "ReadWriteOnce"
    storage_class: str | None = None


@dataclass(frozen=True, slots=True)
class Status:
    """What was last written into the status."""

    observed_generation: int | None
    conditions: tuple[Condition, ...]
    url: str | None
    api_url: str | None
    engine: str | None
    version: str | None


@dataclass(frozen=True, slots=True)
class Backpack:
    """One Backpack; quantities are texts as written."""

    name: str
    namespace: str
    uid: str
    generation: int
    resource_version: str
    deleting: bool
    finalizers: tuple[str, ...]
    hostname: str
    deletion_policy: str
    adopt_retained: str | None
    api_replicas: int
    api_resources: Resources
    engine: str | None
    database_storage: Storage
    database_resources: Resources
    cache_storage: Storage
    cache_resources: Resources
    files_storage: Storage
    web_replicas: int
    web_resources: Resources
    status: Status

    @property
    def key(self) -> Key:
        return Key(self.namespace, self.name)

    def child(self, part: str) -> str:
        """The name of a child: the parts hold no hyphen, so no two Backpacks of a
        namespace can mean the same child."""
        return f"{self.name}-{part}"

    @classmethod
    def parse(cls, body: Mapping[str, Any]) -> "Backpack":
        """From the object as the API server answers it."""
        metadata = body["metadata"]
        spec = body.get("spec") or {}
        api, database = _section(spec, "api"), _section(spec, "database")
        cache, files = _section(spec, "cache"), _section(spec, "files")
        web = _section(spec, "web")
        return cls(
            name=metadata["name"],
            namespace=metadata["namespace"],
            uid=metadata["uid"],
            generation=metadata.get("generation", 1),
            resource_version=metadata["resourceVersion"],
            deleting="deletionTimestamp" in metadata,
            finalizers=tuple(metadata.get("finalizers", ())),
            hostname=spec.get("hostname") or metadata["name"],
            deletion_policy=spec.get("deletionPolicy", RETAIN),
            adopt_retained=spec.get("adoptRetained"),
            api_replicas=api.get("replicas", 1),
            api_resources=_resources(api),
            engine=database.get("engine"),
            database_storage=_storage(database, "1Gi"),
            database_resources=_resources(database),
            cache_storage=_storage(cache, "256Mi"),
            cache_resources=_resources(cache),
            files_storage=_storage(files, "1Gi"),
            web_replicas=web.get("replicas", 1),
            web_resources=_resources(web),
            status=_status(body.get("status") or {}),
        )


def _section(value: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    return value.get(name) or {}


def _resources(component: Mapping[str, Any]) -> Resources:
    written = _section(component, "resources")
    return Resources(
        requests={name: str(text) for name, text in _section(written, "requests").items()},
        limits={name: str(text) for name, text in _section(written, "limits").items()},
    )


def _storage(component: Mapping[str, Any], size: str) -> Storage:
    written = _section(component, "storage")
    return Storage(
        size=written.get("size", size),
        access_mode=written.get("accessMode", "ReadWriteOnce"),
        storage_class=written.get("storageClassName"),
    )


def _status(written: Mapping[str, Any]) -> Status:
    return Status(
        observed_generation=written.get("observedGeneration"),
        conditions=tuple(Condition.parse(condition) for condition in written.get("conditions", ())),
        url=written.get("url"),
        api_url=written.get("apiUrl"),
        engine=written.get("engine"),
        version=written.get("version"),
    )
