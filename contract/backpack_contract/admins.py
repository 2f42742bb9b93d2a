"""Accounts of the dashboard: what the operator, which keeps each BackpackAdmin's Secret,
and the dashboard, which fills and reads it, agree on.

A BackpackAdmin counts only in the dashboard's namespace. The operator makes the Secret as
soon as there is one, without credentials, and never writes its data; it only looks at which
keys are there. The dashboard writes data, and no metadata. The Secret is owned by the
BackpackAdmin, so that it is collected with it.
"""

from typing import Any

from backpack_contract.resources import (
    API_VERSION,
    GROUP,
    LABEL_COMPONENT,
    LABEL_MANAGED_BY,
    LABEL_PART_OF,
    MANAGED_BY,
    PART_OF,
)

KIND = "BackpackAdmin"
PLURAL = "backpackadmins"

FINALIZER = f"{GROUP}/leave-backpacks"
"""On each BackpackAdmin that counts, until its name stands in no Backpack's `spec.admins`."""

OWNER = "owner"
DEVELOPER = "developer"

LABEL_ADMIN = f"{GROUP}/admin"
"""On the Secret: the name of its BackpackAdmin. It can be listed by it, without that being
proof: whose a Secret is, its owner reference says."""

PASSWORD_HASH = "password-hash"  # noqa: S105  the name of a key
"""What the person signs in with: an argon2id hash in the PHC string format."""
INVITATION_HASH = "invitation-hash"
"""SHA-256 in hex of the token of a one-time link that sets the password. The dashboard
makes it, and removes it with the next when it was used."""
INVITATION_EXPIRES = "invitation-expires"
"""Until when the link counts, RFC 3339 in UTC, whole seconds, such as `2026-01-31T12:00:00Z`."""

API_TOKEN_PREFIX = "api-token-"  # noqa: S105  the beginning of keys' names
"""With a token's id: what is kept of a personal access token, as JSON with its SHA-256."""


def secret_name(admin: str) -> str:
    """The Secret of the BackpackAdmin with this name."""
    return f"backpack-admin-{admin}"


def secret_metadata(name: str, namespace: str, uid: str) -> dict[str, Any]:
    """The metadata of the Secret of the BackpackAdmin with this name and UID."""
    return {
        "name": secret_name(name),
        "namespace": namespace,
        "labels": {
            LABEL_ADMIN: name,
            LABEL_COMPONENT: "dashboard",
            LABEL_MANAGED_BY: MANAGED_BY,
            LABEL_PART_OF: PART_OF,
        },
        "ownerReferences": [
            {"apiVersion": API_VERSION, "kind": KIND, "name": name, "uid": uid, "controller": True}
        ],
    }
