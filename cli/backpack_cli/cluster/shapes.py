"""A custom resource in the shape in which the dashboard's API tells of it."""

import re
from collections.abc import Mapping
from typing import Any

Json = dict[str, Any]

GROUP, VERSION, PLURAL = "backpack.dev", "v1alpha1", "backpacks"
_PATIENT = {"Starting", "Progressing", "Pending", "Waiting", "RollingOut", "Unknown"}
"""Reasons that time alone mends."""
_UNSEEN = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|[\x00-\x08\x0a-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""What would do something to a terminal, or hide what is written."""
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\S+$")


def backpack_of(body: Mapping[str, Any]) -> Json:
    """See `docs/dashboard-api.md`."""
    metadata, spec, status = body["metadata"], body.get("spec") or {}, body.get("status") or {}
    generation = metadata.get("generation", 0)
    conditions = [
        {
            "type": one["type"],
            "status": one["status"],
            "reason": one.get("reason", ""),
            "message": one.get("message", ""),
            "since": one.get("lastTransitionTime", ""),
        }
        for one in status.get("conditions") or ()
        if status.get("observedGeneration") == generation  # older ones are about another spec
    ]
    by_type = {one["type"]: one for one in conditions}
    deleting = "deletionTimestamp" in metadata
    suspended = bool(spec.get("suspend"))
    mood, state, message = _state(by_type, deleting, suspended)
    return {
        "namespace": metadata["namespace"],
        "name": metadata["name"],
        "uid": metadata["uid"],
        "generation": generation,
        "displayName": spec.get("displayName") or metadata["name"],
        "hostname": spec.get("hostname") or metadata["name"],
        "admins": spec.get("admins") or [],
        "state": state,
        "mood": mood,
        "message": message,
        "ready": by_type.get("Ready", {}).get("status") == "True",
        "suspended": suspended,
        "deleting": deleting,
        "url": status.get("url"),
        "apiUrl": status.get("apiUrl"),
        "version": status.get("version"),
        "createdAt": metadata["creationTimestamp"],
        "conditions": conditions,
        "spec": spec,
    }


def event_of(body: Mapping[str, Any]) -> Json:
    """An Event about a Backpack."""
    return {
        "id": body["metadata"]["uid"],
        "at": body.get("lastTimestamp") or body.get("eventTime") or body["metadata"]["creationTimestamp"],
        "warning": body.get("type") == "Warning",
        "reason": body.get("reason", ""),
        "message": body.get("message", ""),
    }


def line_of(pod: str, text: str) -> Json:
    """A line of a pod's log that begins with its moment."""
    moment, _, rest = text.partition(" ")
    known = bool(_MOMENT.match(moment))
    shown = _UNSEEN.sub("", rest if known else text)
    return {"type": "line", "pod": pod, "at": moment if known else None, "text": shown}


def _state(conditions: Mapping[str, Json], deleting: bool, suspended: bool) -> tuple[str, str, str]:
    """Mood, state and message."""
    ready = conditions.get("Ready")
    degraded = conditions.get("Degraded", {})
    if deleting:
        return "busy", "Deleting", "It is being removed."
    if ready is None:
        return "busy", "Waiting", "The operator has not looked at it yet."
    if suspended:
        return "resting", "Suspended", "Its pods are at rest; everything else is kept."
    if ready["status"] != "True":
        patient = ready["reason"] in _PATIENT
        return "busy" if patient else "bad", ready["reason"], ready["message"]
    if degraded.get("status") == "True":
        return "bad", "Degraded", degraded["message"]
    return "good", "Ready", "It serves requests."
