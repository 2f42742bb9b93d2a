"""Administrators: a BackpackAdmin as the dashboard knows it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from email_validator import EmailNotValidError, validate_email

from backpack_contract.admin_tokens import OPERATOR
from backpack_contract.admins import DEVELOPER, OWNER
from backpack_dashboard.domain.backpacks import State, words
from backpack_dashboard.domain.names import name_fault
from backpack_dashboard.errors import Invalid

ROLES = (DEVELOPER, OWNER)
NO_ROLE = "Choose owner or developer."
MAX_NAME = 63
MAX_DISPLAY_NAME = 100


@dataclass(frozen=True, slots=True)
class Admin:
    """An account. `name` is what Backpacks have in `spec.admins`."""

    name: str
    uid: str
    email: str
    display_name: str
    role: str
    disabled: bool
    created_at: str
    deleting: bool = False
    reason: str = ""
    """Why it can't be used, in one word, as the operator found it; and in a sentence."""
    message: str = ""

    @property
    def state(self) -> State:
        """How it is, in a word and a sentence."""
        if self.deleting:
            return State("busy", "Being removed", "It is being removed.")
        if self.disabled:
            return State("resting", "Disabled", "Signing in is refused.")
        if self.reason and self.reason != "Disabled":
            patient = self.reason in ("Invited", "Waiting")
            return State("busy" if patient else "bad", words(self.reason), self.message)
        return State("good", "Active", "")

    @property
    def is_owner(self) -> bool:
        return self.role == OWNER

    @property
    def active(self) -> bool:
        """Whether the account may be used at all."""
        return not self.disabled and not self.deleting

    @classmethod
    def parse(cls, body: Mapping[str, Any]) -> "Admin":
        metadata, spec = body["metadata"], body["spec"]
        status = body.get("status") or {}
        said = status.get("observedGeneration") == metadata.get("generation")
        conditions = (status.get("conditions") or ()) if said else ()
        found: Mapping[str, str] = next(
            (c for c in conditions if c["type"] == "Ready" and c["status"] == "False"), {}
        )
        return cls(
            name=metadata["name"],
            uid=metadata["uid"],
            email=spec["email"],
            display_name=spec.get("displayName") or metadata["name"],
            role=spec.get("role", DEVELOPER),
            disabled=bool(spec.get("disabled", False)),
            created_at=metadata["creationTimestamp"],
            deleting="deletionTimestamp" in metadata,
            reason=found.get("reason", ""),
            message=found.get("message", ""),
        )


@dataclass(frozen=True, slots=True)
class NewAdmin:
    """What a form says of an account that is to be made; `spec` is the resource's."""

    name: str
    email: str
    display_name: str
    role: str

    @property
    def spec(self) -> dict[str, Any]:
        spec: dict[str, Any] = {"email": self.email, "role": self.role}
        return spec | ({"displayName": self.display_name} if self.display_name else {})


def check_new_admin(name: str, email: str, display_name: str, role: str) -> NewAdmin:
    """The account, with its address in the canonical form. Raises `Invalid`."""
    name, display_name = name.strip().lower(), display_name.strip()
    faults: dict[str, str] = {}
    if fault := admin_name_fault(name):
        faults["name"] = fault
    canonical = canonical_email(email)
    if canonical is None:
        faults["email"] = "Write an e-mail address such as ada@example.com."
    if len(display_name) > MAX_DISPLAY_NAME:
        faults["display_name"] = f"At most {MAX_DISPLAY_NAME} characters."
    if role not in ROLES:
        faults["role"] = NO_ROLE
    if faults or canonical is None:
        raise Invalid("Some of it can't be taken as it is.", faults)
    return NewAdmin(name, canonical, display_name, role)


def admin_name_fault(name: str) -> str | None:
    """What is wrong with the name of an account, as a sentence."""
    if name == OPERATOR:
        return "`operator` is the operator's own name; choose another one."
    return name_fault(name, MAX_NAME)


def canonical_email(text: str) -> str | None:
    """The address in lower case, or None where it is none."""
    try:
        checked = validate_email(text.strip(), check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        return None
    return checked.normalized.lower()
