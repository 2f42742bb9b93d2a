"""How long from `kubectl apply` of a Backpack to Ready, beside its peer.

The peer is what the operator could at best be: the very same Deployments,
Services, volumes and configuration, applied at once with kubectl by somebody
who has them all in a file, until every Deployment is available. The ratio is
what the operator costs.
"""

import argparse
import json
import statistics
import time
from typing import Any

from backpack_dev.system import RunningSystem
from bench.cluster import find_system, kubectl, kubectl_json, scratch_namespace
from bench.table import print_table

KINDS = "secrets,configmaps,persistentvolumeclaims,services,deployments,networkpolicies,ingressroutes"
SERVER_SET = ("uid", "resourceVersion", "creationTimestamp", "generation", "managedFields", "ownerReferences")


def apply_backpack(system: RunningSystem, namespace: str, name: str) -> float:
    manifest = {"apiVersion": "backpack.dev/v1alpha1", "kind": "Backpack", "metadata": {"name": name}}
    start = time.perf_counter()
    kubectl(system, f"-n={namespace}", "apply", "-f", "-", stdin=json.dumps(manifest))
    kubectl(system, f"-n={namespace}", "wait", "--for=condition=Ready", f"backpack/{name}", "--timeout=120s")
    return time.perf_counter() - start


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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--runs", type=int, default=3, help="how many of each (default 3)")
    runs = parser.parse_known_args()[0].runs
    system = find_system()
    ours, theirs = [], []
    for number in range(runs):
        name = f"ready-{number}"
        with scratch_namespace(system) as namespace:
            ours.append(apply_backpack(system, namespace, name))
            children = bare_children(system, namespace, name)
        with scratch_namespace(system) as namespace:
            theirs.append(apply_bare(system, namespace, children))
    rows = [
        (label, f"{statistics.median(times):.1f}", f"{min(times):.1f}", f"{max(times):.1f}")
        for label, times in (
            ("Backpack, to Ready", ours),
            ("kubectl, the same objects, to Available", theirs),
        )
    ]
    print_table(f"From apply to serving, seconds, {runs} runs", ("", "median", "min", "max"), rows)
    print(f"  ratio of medians: {statistics.median(ours) / statistics.median(theirs):.2f}")


if __name__ == "__main__":
    main()
