"""Why a pod does not get on: all that is read off a pod, in few words."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum, auto
from typing import Any

from backpack_contract.resources import LABEL_COMPONENT

_Fields = Mapping[str, Any]

PATIENCE = timedelta(seconds=15)
"""How long a pod may lack a node before that is told of: its volume may be on its way."""

_PULL = frozenset({"ErrImagePull", "ImagePullBackOff", "InvalidImageName", "ErrImageNeverPull"})
_START = frozenset({"CreateContainerConfigError", "CreateContainerError", "RunContainerError"})
_CRASHES = 2
"""Restarts that count as a loop, also between the times that the kubelet calls it one."""

# The kubelet says by turns what went wrong, and that it waits after that.
_WAITS = re.compile(r'^Back-off pulling image "[^"]*"(: \w+)?(: )?')
_TEMPLATE = "pod-template-hash"


class Cause(Enum):
    """What kind of trouble it is."""

    UNSCHEDULABLE = auto()
    IMAGE = auto()
    START = auto()
    """The container could not be made or started."""
    CRASHES = auto()
    OUT_OF_MEMORY = auto()


@dataclass(frozen=True, slots=True)
class PodTrouble:
    """`detail`: in Kubernetes' own words, empty where it has none; of a crash, how the
    program ended. `image`: that of the container."""

    cause: Cause
    detail: str
    image: str = ""


def troubles(pods: Iterable[_Fields], now: datetime) -> dict[str, PodTrouble]:
    """Component -> what keeps its pods from being ready, of those that something does.
    `pods`: objects as the API server lists them, of one backpack."""
    of: dict[str, list[_Fields]] = {}
    for pod in pods:
        if "deletionTimestamp" not in pod["metadata"]:
            of.setdefault(pod["metadata"].get("labels", {}).get(LABEL_COMPONENT, ""), []).append(pod)
    found = {component: next(_each(_newest(some), now), None) for component, some in of.items()}
    return {component: trouble for component, trouble in found.items() if trouble is not None}


def _newest(pods: Sequence[_Fields]) -> list[_Fields]:
    """The pods of the latest template, by name: of those before it nothing is expected."""
    last = max(pods, key=lambda pod: (pod["metadata"]["creationTimestamp"], pod["metadata"]["name"]))
    template = last["metadata"].get("labels", {}).get(_TEMPLATE)
    same = (pod for pod in pods if pod["metadata"].get("labels", {}).get(_TEMPLATE) == template)
    return sorted(same, key=lambda pod: str(pod["metadata"]["name"]))


def _each(pods: Iterable[_Fields], now: datetime) -> Iterator[PodTrouble]:
    for pod in pods:
        trouble = _placing(pod, now) or _running(pod)
        if trouble is not None:
            yield trouble


def _placing(pod: _Fields, now: datetime) -> PodTrouble | None:
    for condition in pod.get("status", {}).get("conditions") or ():
        lacks_node = (condition["type"], condition["status"]) == ("PodScheduled", "False")
        if not lacks_node or condition.get("reason") != "Unschedulable":
            continue
        since = condition.get("lastTransitionTime")
        if since is None or now - datetime.fromisoformat(since).astimezone(UTC) >= PATIENCE:
            return PodTrouble(Cause.UNSCHEDULABLE, condition.get("message", ""))
    return None


def _running(pod: _Fields) -> PodTrouble | None:
    images = {container["name"]: container["image"] for container in pod["spec"]["containers"]}
    for state in pod.get("status", {}).get("containerStatuses") or ():
        if state.get("ready"):
            continue
        trouble = _of_container(state, images.get(state["name"], ""))
        if trouble is not None:
            return trouble
    return None


def _of_container(state: _Fields, image: str) -> PodTrouble | None:
    waiting = state.get("state", {}).get("waiting") or {}
    reason, words = waiting.get("reason"), waiting.get("message", "")
    if reason in _PULL:
        return PodTrouble(Cause.IMAGE, _WAITS.sub("", words), image)
    if reason in _START:
        return PodTrouble(Cause.START, words, image)
    last = state.get("lastState", {}).get("terminated") or {}
    if reason != "CrashLoopBackOff" and state.get("restartCount", 0) < _CRASHES:
        return None
    if last.get("reason") == "OOMKilled":
        return PodTrouble(Cause.OUT_OF_MEMORY, "", image)
    if last.get("reason") in ("StartError", "ContainerCannotRun"):
        return PodTrouble(Cause.START, last.get("message", ""), image)
    return PodTrouble(Cause.CRASHES, f"exit code {last['exitCode']}" if "exitCode" in last else "", image)
