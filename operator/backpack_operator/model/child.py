"""A live child as it is remembered: little, since a fleet has tens of thousands."""

import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from sys import intern
from typing import Any

import orjson

from backpack_contract import resources as names
from backpack_operator.model.digests import fingerprint
from backpack_operator.model.kinds import DEPLOYMENT
from backpack_operator.model.rollout import Rollout


@dataclass(slots=True)
class Child:
    """One live child. `verified`: the digest of the wanted object that it was found to
    match; `kept`: the object, while it has not been compared (claims keep theirs: what
    a volume was made with decides what is wanted), packed where it is remembered."""

    uid: str
    resource_version: int
    owner: str | None
    """The UID of the Backpack it was made for, by annotation."""
    owner_references: tuple[str, ...]
    """The UIDs of the Backpacks of this name that own it: one that is of another UID than the
    Backpack has can't exist any more."""
    managed: bool
    """Whether it carries the operator's label."""
    fingerprint: str
    verified: str | None
    kept: Mapping[str, Any] | bytes | None
    rollout: Rollout | None
    image: str | None
    """Of a Deployment: that of its first container."""
    deleting: bool
    finalizers: tuple[str, ...]
    """What it waits for, once it is being deleted."""

    @property
    def body(self) -> Mapping[str, Any] | None:
        """The object, or None where it has been compared."""
        return _unpacked(self.kept) if isinstance(self.kept, bytes) else self.kept

    def pack(self) -> None:
        """Keep the object small: an operator that starts has all of a fleet's at once."""
        if self.kept is not None and not isinstance(self.kept, bytes):
            self.kept = zlib.compress(orjson.dumps(self.kept), level=1)


@lru_cache(maxsize=64)
def _unpacked(packed: bytes) -> Mapping[str, Any]:
    """A reconcile looks at each of its Backpack's claims about ten times."""
    unpacked: Mapping[str, Any] = orjson.loads(zlib.decompress(packed))
    return unpacked


def observe(body: Mapping[str, Any]) -> Child:
    """What there is to know of an object as read from the API server."""
    metadata = body["metadata"]
    owners = [owner["uid"] for owner in metadata.get("ownerReferences", ()) if _is_backpack(owner, metadata)]
    slim = {
        **body,
        "metadata": {key: value for key, value in metadata.items() if key != "managedFields"},
    }
    is_deployment = body["kind"] == DEPLOYMENT.kind
    if is_deployment:
        slim.pop("status", None)
    return Child(
        uid=metadata["uid"],
        resource_version=int(metadata["resourceVersion"]),
        owner=_shared(metadata.get("annotations", {}).get(names.UID_ANNOTATION)),
        owner_references=tuple(map(intern, owners)),
        managed=metadata.get("labels", {}).get(names.LABEL_MANAGED_BY) == names.MANAGED_BY,
        fingerprint=fingerprint(body),
        verified=None,
        kept=slim,
        rollout=Rollout.of(body) if is_deployment else None,
        image=_image(body) if is_deployment else None,
        deleting="deletionTimestamp" in metadata,
        finalizers=tuple(map(intern, metadata.get("finalizers", ()))),
    )


def _image(deployment: Mapping[str, Any]) -> str:
    """Shared between all that have the same one."""
    image: str = deployment["spec"]["template"]["spec"]["containers"][0].get("image", "")
    return intern(image)


def _shared(text: str | None) -> str | None:
    """The same object for all children of one Backpack."""
    return intern(text) if text is not None else None


def _is_backpack(owner: Mapping[str, Any], metadata: Mapping[str, Any]) -> bool:
    """Whether an owner is the Backpack after which the object is named."""
    ours = owner["kind"] == names.KIND and owner["apiVersion"].partition("/")[0] == names.GROUP
    return ours and bool(owner["name"] == metadata["name"].rpartition("-")[0])
