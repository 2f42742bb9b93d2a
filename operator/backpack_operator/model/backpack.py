"""The Backpack as the operator's code sees it: typed, with the schema's defaults.

What only the dashboard reads (`displayName`) is not here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from backpack_contract import resources as names
from backpack_contract.configuration import DeclaredCollection
from backpack_contract.resources import RESTARTED_ANNOTATION
from backpack_operator.model import spec as parts
from backpack_operator.model.status import Status

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
class Backpack:
    """One Backpack: who it is, what it should be, and what was last said of it."""

    name: str
    namespace: str
    uid: str
    generation: int
    resource_version: str
    deleting: bool
    finalizers: tuple[str, ...]
    restarted_at: str | None
    """Whatever the annotation says; when it changes, all pods are restarted."""
    rotate_credentials: str | None
    """What the annotation says; when it changes, the passwords are replaced."""
    rotate_publishable_key: str | None
    hostname: str
    admins: tuple[str, ...]
    suspend: bool
    paused: bool
    deletion_policy: str
    adopt_retained: str | None
    api: parts.Api
    database: parts.Database
    cache: parts.Cache
    files: parts.Files
    web: parts.Web
    auth: parts.Auth
    collections: tuple[DeclaredCollection, ...]
    tls: parts.Tls
    image_pull_secrets: tuple[str, ...]
    scheduling: Mapping[str, parts.Placement]
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
        annotations = metadata.get("annotations") or {}
        return cls(
            name=metadata["name"],
            namespace=metadata["namespace"],
            uid=metadata["uid"],
            generation=metadata.get("generation", 1),
            resource_version=metadata["resourceVersion"],
            deleting="deletionTimestamp" in metadata,
            finalizers=tuple(metadata.get("finalizers", ())),
            restarted_at=annotations.get(RESTARTED_ANNOTATION),
            rotate_credentials=_short(annotations.get(names.ROTATE_CREDENTIALS_ANNOTATION)),
            rotate_publishable_key=_short(annotations.get(names.ROTATE_PUBLISHABLE_KEY_ANNOTATION)),
            hostname=spec.get("hostname") or metadata["name"],
            admins=tuple(spec.get("admins") or ()),
            suspend=spec.get("suspend", False),
            paused=spec.get("paused", False),
            deletion_policy=spec.get("deletionPolicy", RETAIN),
            adopt_retained=spec.get("adoptRetained"),
            api=parts.api(spec),
            database=parts.database(spec),
            cache=parts.cache(spec),
            files=parts.files(spec),
            web=parts.web(spec),
            auth=parts.auth(spec),
            collections=parts.collections(spec),
            tls=parts.tls(spec),
            image_pull_secrets=parts.image_pull_secrets(spec),
            scheduling=parts.scheduling(spec),
            status=Status.parse(body.get("status") or {}),
        )


def _short(value: str | None) -> str | None:
    """As much of an annotation as is kept in the status; None for nothing."""
    return value[:128] if value else None
