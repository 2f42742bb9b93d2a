"""How long from creating a Backpack to Ready: of some one after another, of as many at
once, and beside their peer.

The peer is what the operator could at best be: the very same objects, applied at once
with kubectl by somebody who has them all in a file, until every Deployment is available.
The ratio is what the operator costs.
"""

import argparse
import json
import statistics
import time
from typing import Any

from backpack_dev.system import RunningSystem
from backpack_devcluster.api import Api
from bench import backpacks
from bench.cluster import find_system, kubectl, kubectl_json, scratch_namespace
from bench.table import print_table

KINDS = (
    "secrets,configmaps,persistentvolumeclaims,services,deployments,networkpolicies,poddisruptionbudgets,"
    "middlewares.traefik.io,ingressroutes.traefik.io"
)
SERVER_SET = ("uid", "resourceVersion", "creationTimestamp", "generation", "managedFields", "ownerReferences")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--count", type=int, default=10, help="how many Backpacks (default 10)")
    parser.add_argument("--runs", type=int, default=3, help="how many of the peer (default 3)")
    given = parser.parse_known_args()[0]
    system = find_system()
    with Api(system.kubeconfig, seconds=60.0) as api:
        in_turn = _in_turn(system, api, given.count)
        at_once = _at_once(system, api, given.count)
        ours, theirs = _beside_peer(system, api, given.runs)
    rows = [
        (label, *(f"{value:.1f}" for value in (_quantile(times, 0.5), _quantile(times, 0.95), max(times))))
        for label, times in (
            (f"{given.count} Backpacks, one after another", in_turn),
            (f"{given.count} Backpacks, created at once", at_once),
            (f"a Backpack by kubectl, {given.runs} runs", ours),
            (f"the same objects by kubectl, to Available, {given.runs} runs", theirs),
        )
    ]
    print_table("From applying to serving, seconds", ("", "p50", "p95", "max"), rows)
    print(f"  ratio of medians of the last two: {statistics.median(ours) / statistics.median(theirs):.2f}")


def _in_turn(system: RunningSystem, api: Api, count: int) -> list[float]:
    times = []
    with scratch_namespace(system) as namespace:
        for name in (f"turn-{number}" for number in range(count)):
            start = time.perf_counter()
            backpacks.create(api, namespace, [name])
            times += backpacks.wait_ready(api, namespace, [name], start)
            print(f"  {name}: {times[-1]:.1f} s", flush=True)
    return times


def _at_once(system: RunningSystem, api: Api, count: int) -> list[float]:
    names = [f"once-{number}" for number in range(count)]
    with scratch_namespace(system) as namespace:
        start = time.perf_counter()
        backpacks.create(api, namespace, names)
        times = backpacks.wait_ready(api, namespace, names, start)
    print(f"  {count} at once: {min(times):.1f} to {max(times):.1f} s", flush=True)
    return times


def _beside_peer(system: RunningSystem, api: Api, runs: int) -> tuple[list[float], list[float]]:
    ours, theirs = [], []
    for number in range(runs):
        name = f"ready-{number}"
        with scratch_namespace(system) as namespace:
            ours.append(apply_backpack(system, api, namespace, name))
            children = bare_children(system, namespace, name)
        with scratch_namespace(system) as namespace:
            theirs.append(apply_bare(system, namespace, children))
        print(
            f"  {name}: {ours[-1]:.1f} s, {len(children)} objects by kubectl {theirs[-1]:.1f} s", flush=True
        )
    return ours, theirs


def apply_backpack(system: RunningSystem, api: Api, namespace: str, name: str) -> float:
    manifest = {"apiVersion": "backpack.dev/v1alpha1", "kind": "Backpack", "metadata": {"name": name}}
    start = time.perf_counter()
    kubectl(system, f"-n={namespace}", "apply", "-f", "-", stdin=json.dumps(manifest))
    (seconds,) = backpacks.wait_ready(api, namespace, [name], start)
    return seconds


def bare_children(system: RunningSystem, namespace: str, name: str) -> list[dict[str, Any]]:
    """The children of a Backpack as a file would hold them: nothing that a server set."""
    selector = f"app.kubernetes.io/instance={name}"
    items: list[dict[str, Any]] = kubectl_json(
        system, f"-n={namespace}", "get", KINDS, f"--selector={selector}"
    )["items"]
    for item in items:
        item.pop("status", None)
        for field in (*SERVER_SET, "namespace", "finalizers"):
            item["metadata"].pop(field, None)
        item["metadata"].pop("annotations", None)
        item["metadata"]["labels"]["app.kubernetes.io/managed-by"] = "kubectl"
        if item["kind"] == "Service":
            for field in ("clusterIP", "clusterIPs"):
                item["spec"].pop(field, None)
        if item["kind"] == "PersistentVolumeClaim":
            item["spec"].pop("volumeName", None)
    return items


def apply_bare(system: RunningSystem, namespace: str, children: list[dict[str, Any]]) -> float:
    document = json.dumps({"apiVersion": "v1", "kind": "List", "items": children})
    start = time.perf_counter()
    kubectl(system, f"-n={namespace}", "apply", "-f", "-", stdin=document)
    wait = ("wait", "--for=condition=Available", "deployment", "--all", "--timeout=120s")
    kubectl(system, f"-n={namespace}", *wait)
    return time.perf_counter() - start


def _quantile(times: list[float], part: float) -> float:
    ordered = sorted(times)
    return ordered[min(len(ordered) - 1, round(part * (len(ordered) - 1)))]


if __name__ == "__main__":
    main()
