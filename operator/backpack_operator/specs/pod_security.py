"""What Pod Security `restricted` asks of every pod and container, and a little more."""

from typing import Any

from backpack_contract.resources import RUN_AS


def pod_security(user: int = RUN_AS) -> dict[str, Any]:
    """The pod's part: one user and group, which also own the volumes."""
    return {
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": user,
            "runAsGroup": user,
            "fsGroup": user,
            "fsGroupChangePolicy": "OnRootMismatch",
            "seccompProfile": {"type": "RuntimeDefault"},
        },
    }


def container_security() -> dict[str, Any]:
    return {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
