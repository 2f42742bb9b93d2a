"""The BackpackAdmin as the operator's code sees it, and its Secret."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from backpack_contract import admins as contract
from backpack_contract.resources import GROUP
from backpack_operator.model.conditions import Condition


@dataclass(frozen=True, slots=True)
class Admin:
    """One account: who it is, and what was last said of it."""

    name: str
    namespace: str
    uid: str
    generation: int
    resource_version: str
    created: str
    """RFC 3339."""
    deleting: bool
    finalizers: tuple[str, ...]
    email: str
    disabled: bool
    observed_generation: int | None
    conditions: tuple[Condition, ...]

    @classmethod
    def parse(cls, body: Mapping[str, Any]) -> "Admin":
        """From the object as the API server answers it."""
        metadata, spec, status = body["metadata"], body.get("spec") or {}, body.get("status") or {}
        return cls(
            name=metadata["name"],
            namespace=metadata["namespace"],
            uid=metadata["uid"],
            generation=metadata.get("generation", 1),
            resource_version=metadata["resourceVersion"],
            created=metadata["creationTimestamp"],
            deleting="deletionTimestamp" in metadata,
            finalizers=tuple(metadata.get("finalizers", ())),
            email=spec.get("email", ""),
            disabled=spec.get("disabled", False),
            observed_generation=status.get("observedGeneration"),
            conditions=tuple(Condition.parse(one) for one in status.get("conditions", ())),
        )


@dataclass(frozen=True, slots=True)
class AdminSecret:
    """What there is to know of a Secret by the name of an account's: whose it is, and which
    keys it has, but for one never what they hold."""

    uid: str
    owner: str | None
    """The UID of the BackpackAdmin that owns it."""
    keys: frozenset[str]
    expires: str
    """Until when an invitation counts, in base64; empty where there is none."""
    labelled: bool

    @classmethod
    def parse(cls, body: Mapping[str, Any]) -> "AdminSecret":
        metadata, data = body["metadata"], body.get("data") or {}
        owners = [owner["uid"] for owner in metadata.get("ownerReferences", ()) if _is_admin(owner)]
        name = metadata["name"].removeprefix(contract.secret_name(""))
        return cls(
            uid=metadata["uid"],
            owner=owners[0] if owners else None,
            keys=frozenset(data),
            expires=data.get(contract.INVITATION_EXPIRES, ""),
            labelled=metadata.get("labels", {}).get(contract.LABEL_ADMIN) == name,
        )


def _is_admin(owner: Mapping[str, Any]) -> bool:
    return bool(owner["kind"] == contract.KIND and owner["apiVersion"].partition("/")[0] == GROUP)
