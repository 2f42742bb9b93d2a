"""How many Backpacks fit on a node: what more and more of them, all Ready and idle, take of
its memory. Counted are all pods (working set, as the kubelet counts it against limits), the
shim that stands beside each pod, and the cluster's own programs. What is not tried is
extrapolated, and said to be.
"""

import argparse
import statistics
import time
from collections.abc import Iterator
from dataclasses import astuple, dataclass

import psutil

from backpack_devcluster import paths
from backpack_devcluster.api import Api
from bench import backpacks
from bench.cluster import find_system, scratch_namespace
from bench.table import mebibytes, print_table

_SETTLE = 30.0
"""Seconds until what only a start needed is given back, and the kubelet has looked again."""
_PODS_EACH = 4


@dataclass(frozen=True, slots=True)
class Memory:
    """In bytes."""

    pods: int
    shims: int
    programs: int
    """The API server, etcd, the controllers, the kubelet, containerd."""

    @property
    def total(self) -> int:
        return self.pods + self.shims + self.programs


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--backpacks", type=int, default=40, help="how many to make (default 40)")
    parser.add_argument("--step", type=int, default=10, help="how many at once (default 10)")
    parser.add_argument("--memory", type=float, default=20, help="of the node, in GiB (default 20)")
    given = parser.parse_known_args()[0]
    system = find_system()
    found: list[tuple[int, Memory, float]] = []
    with Api(system.kubeconfig, seconds=60.0) as api, scratch_namespace(system) as namespace:
        (node,) = api.request("GET", "/api/v1/nodes")["items"]
        name = node["metadata"]["name"]
        found.append((0, _memory(api, name), 0.0))
        for made in range(0, given.backpacks, given.step):
            names = [f"fit-{number}" for number in range(made, min(made + given.step, given.backpacks))]
            start = time.perf_counter()
            backpacks.create(api, namespace, names)
            last = max(backpacks.wait_ready(api, namespace, names, start))
            time.sleep(_SETTLE)
            found.append((made + len(names), _memory(api, name), last))
            total = mebibytes(found[-1][1].total)
            print(f"  {found[-1][0]} Ready, the last after {last:.0f} s: {total} MiB", flush=True)
        pods = api.request("GET", "/api/v1/pods")["items"]
    rows = [
        (str(count), *map(mebibytes, astuple(memory)), mebibytes(memory.total), f"{seconds:.0f}")
        for count, memory, seconds in found
    ]
    header = ("Backpacks", "pods", "shims", "the cluster's programs", "together", "last Ready after, s")
    print_table("Idle Backpacks on one node, MiB", header, rows)
    each = statistics.linear_regression([row[0] for row in found], [row[1].total for row in found]).slope
    room = (given.memory * 2**30 - found[0][1].total) / each
    others = sum(pod["metadata"]["namespace"] != namespace for pod in pods)
    most = (int(node["status"]["allocatable"]["pods"]) - others) // _PODS_EACH
    print(f"  each: {mebibytes(each)} MiB")
    print(f"  extrapolated to {given.memory:g} GiB: {room:.0f}; the kubelet's limit of pods allows {most}")


def _memory(api: Api, node: str) -> Memory:
    summary = api.request("GET", f"/api/v1/nodes/{node}/proxy/stats/summary")["node"]
    (pods,) = (found for found in summary["systemContainers"] if found["name"] == "pods")
    return Memory(
        pods=int(pods["memory"]["workingSetBytes"]),
        shims=sum(_pss(process) for process in _of_cluster() if "shim" in process.name()),
        programs=sum(_pss(process) for process in _of_cluster() if "shim" not in process.name()),
    )


def _of_cluster() -> Iterator[psutil.Process]:
    """The programs of the dev cluster, which all are told where its state is."""
    state = str(paths.state())
    for process in psutil.process_iter(["cmdline"]):
        if any(state in argument for argument in process.info["cmdline"] or ()):
            yield process


def _pss(process: psutil.Process) -> int:
    """A process's memory with its share of what it shares."""
    try:
        return int(process.memory_full_info().pss)
    except psutil.NoSuchProcess:
        return 0


if __name__ == "__main__":
    main()
