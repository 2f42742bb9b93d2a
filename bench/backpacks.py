"""Backpacks of the running system that are made for a measurement, and when they are Ready."""

import time
from collections.abc import Sequence

from backpack_devcluster.api import Api, Object

GROUP = "/apis/backpack.dev/v1alpha1"
PATIENCE = 600.0
"""Seconds. A Backpack that isn't Ready by then ends the measurement."""
_LOOK = 0.1


class NeverReady(SystemExit):
    """Says which Backpacks, and what they say of themselves."""


def create(api: Api, namespace: str, names: Sequence[str]) -> None:
    for name in names:
        body = {
            "apiVersion": "backpack.dev/v1alpha1",
            "kind": "Backpack",
            "metadata": {"name": name, "namespace": namespace},
            "spec": {"deletionPolicy": "Delete"},
        }
        api.request("POST", f"{GROUP}/namespaces/{namespace}/backpacks", body)


def wait_ready(api: Api, namespace: str, names: Sequence[str], start: float) -> list[float]:
    """Seconds from `start` (of the performance counter) until each was seen to be Ready."""
    times: dict[str, float] = {}
    while len(times) < len(names):
        listed = api.request("GET", f"{GROUP}/namespaces/{namespace}/backpacks")["items"]
        states = {body["metadata"]["name"]: _ready(body) for body in listed}
        now = time.perf_counter() - start
        for name in names:
            if name not in times and states.get(name) == "True":
                times[name] = now
        if now > PATIENCE:
            late = {name: states.get(name) for name in names if name not in times}
            raise NeverReady(f"not Ready within {PATIENCE:.0f} s: {late}")
        time.sleep(_LOOK)
    return [times[name] for name in names]


def _ready(body: Object) -> str:
    """`True`, or the reason why not."""
    for condition in body.get("status", {}).get("conditions", []):
        if condition["type"] == "Ready":
            return "True" if condition["status"] == "True" else str(condition["reason"])
    return "no status yet"
