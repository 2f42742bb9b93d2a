"""The applications of `examples/`: made in the cluster, waited for, their sites published."""

import json
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import yaml

from backpack_devcluster.cluster import Cluster
from backpack_operator.model.signing_keys import KeySet

from . import sites
from .errors import NeverReady
from .programs import run, run_json
from .source import EXAMPLES, example

NAMESPACE = "apps"
WITHIN = 180
"""Seconds until each must be Ready."""


def apply(cluster: Cluster) -> None:
    """Apply them all, into a namespace that enforces Pod Security `restricted`."""
    namespace = {
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": {"name": NAMESPACE, "labels": {"pod-security.kubernetes.io/enforce": "restricted"}},
    }
    resources = [yaml.safe_load((example(name) / "backpack.yaml").read_text()) for name in EXAMPLES]
    for resource in resources:
        resource["metadata"]["namespace"] = NAMESPACE
    everything = {"apiVersion": "v1", "kind": "List", "items": [namespace, *resources]}
    run(*_kubectl(cluster), "apply", "--filename=-", stdin=json.dumps(everything))


def wait(cluster: Cluster, name: str, image: str, progress: Callable[[str], None]) -> dict[str, Any]:
    """The Backpack, once it is Ready with this image of the core API."""
    deadline = time.monotonic() + WITHIN
    while True:
        backpack = run_json(
            *_kubectl(cluster), f"--namespace={NAMESPACE}", "get", "backpack", name, "-o", "json"
        )
        state = lacking(backpack, image)
        if state is None:
            return backpack
        progress(state)
        if time.monotonic() > deadline:
            raise NeverReady(f"Backpack {name} was not Ready within {WITHIN} s; last state: {state}")
        time.sleep(0.5)


def publish(cluster: Cluster, backpacks: list[dict[str, Any]], keys: KeySet) -> list[str]:
    """Publish the sites of these examples, as they are in the source tree; the names of those that
    were not there yet."""

    def publish_one(backpack: dict[str, Any]) -> bool:
        folder = example(backpack["metadata"]["name"]) / "site"
        return sites.publish(cluster, backpack, keys, sites.site_zip(folder))

    with ThreadPoolExecutor() as pool:
        new = list(pool.map(publish_one, backpacks))
    return [backpack["metadata"]["name"] for backpack, is_new in zip(backpacks, new, strict=True) if is_new]


def lacking(backpack: Mapping[str, Any], image: str) -> str | None:
    """Why the backpack is not Ready with this image of the core API, or None. Also one that
    exists already is brought up to date: its turn in a wave comes within seconds."""
    for name in ("Ready", "UpToDate"):
        told = condition(backpack, name)
        if told.get("status") != "True":
            reason = told.get("reason", "not seen by the operator yet")
            return f"{reason}: {told.get('message', '')}".strip(": ")
    # What is said here may still be the former operator's.
    runs = backpack["status"].get("runtime", {}).get("images", {}).get("api")
    return None if runs == image else "not seen by the operator yet"


def condition(backpack: Mapping[str, Any], name: str) -> dict[str, str]:
    """A condition of a Backpack if it is of the present generation, else an empty one."""
    status = backpack.get("status", {})
    if status.get("observedGeneration") != backpack["metadata"]["generation"]:
        return {}
    found: dict[str, str] = next((c for c in status.get("conditions", []) if c["type"] == name), {})
    return found


def _kubectl(cluster: Cluster) -> tuple[str, str]:
    return str(cluster.kubectl), f"--kubeconfig={cluster.kubeconfig}"
