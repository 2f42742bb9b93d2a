"""What nobody needs to wait for: only somebody's act makes such a backpack ready."""

from typing import Any

from ..errors import CliError

Json = dict[str, Any]

SOON = 10.0
"""Seconds in which even these may pass: while what was deleted just now isn't gone yet."""
_OF_ITS_NAME = {"HostnameTaken", "RetainedDataFound", "NameConflict", "NamespaceReserved"}
_OF_THE_REST = {
    "CredentialsLost",
    "EngineMismatch",
    "ForeignOwner",
    "Paused",
    "ResolverMissing",
    "Suspended",
    "VolumeLost",
}
"""Reasons of `docs/operator.md` that stay until a Backpack, or an object of its, is changed. Not those that
pass with what others do anyway: install Traefik, make a certificate, let images be pulled, upgrade."""


class Hopeless:
    """How long one has been waited for in vain."""

    def __init__(self) -> None:
        self._reason = ""
        self._since = 0.0

    def look(self, backpack: Json, now: float) -> None:
        """At each news. Raises `CliError` where it was so for longer than it may last."""
        conditions = [] if backpack["deleting"] else backpack["conditions"]
        ready: Json = next((one for one in conditions if one["type"] == "Ready"), {"status": "Unknown"})
        reason = ready["reason"] if ready["status"] == "False" else ""
        if reason not in _OF_ITS_NAME | _OF_THE_REST:
            self._reason = ""
            return
        if reason != self._reason:
            self._reason, self._since = reason, now
        if reason in _OF_THE_REST or now - self._since >= SOON:
            raise CliError(_sentence(backpack, ready["message"], reason), problem={"reason": reason})


def _sentence(backpack: Json, message: str, reason: str) -> str:
    name = backpack["name"]
    if reason in _OF_ITS_NAME:
        todo = f"backpack delete {name}, then backpack create ANOTHER-NAME --wait"
        todo = f"With another name: {todo}. Or mend it, then: backpack resume {name} --wait"
    elif reason == "Suspended":
        message, todo = message or "It is suspended.", f"Start it: backpack resume {name} --wait"
    else:
        todo = f"Once that is mended: backpack resume {name} --wait"
    return f"{name} doesn't become ready by itself. {reason}: {message}\n{todo}"
