"""The node of the dev cluster as its own tests use it: start, hurt, look, remove."""

import contextlib
import os
import signal
from collections.abc import Mapping, Sequence
from pathlib import Path

import psutil

from backpack_devcluster import cluster, processes, sweep, waiting
from backpack_devcluster.images import Image
from backpack_devcluster.layout import machine
from backpack_devcluster.report import PlainReport, Report
from backpack_images.build import build_all
from support.kubectl import Kubectl, Object

NAME = "keeper"
"""The workload's Deployment, Service and claim."""


def build(names: Sequence[str], report: Report) -> Mapping[str, Image]:
    """Images from the cache, or built into it."""
    return build_all(names, report)


def up() -> Kubectl:
    """Bring the node up, or what of it isn't; kubectl of its default namespace."""
    running = cluster.up(PlainReport(), build)
    return Kubectl(running.kubectl, running.kubeconfig)


def down() -> None:
    cluster.down(PlainReport())


def kill_daemons() -> None:
    """kill -9 of every daemon, at once; returns when they are gone."""
    folder = machine().directory
    identities = [processes.recorded(folder, name) for name in processes.names(folder)]
    killed = [identity for identity in identities if identity and processes.alive(identity)]
    assert len(killed) == len(cluster.DAEMONS)
    for identity in killed:
        os.kill(identity.pid, signal.SIGKILL)
    waiting.until(lambda: not any(map(processes.alive, killed)), "the end of the daemons", 10)


def kill_everything() -> None:
    """kill -9 of every daemon, and of all that containers are made of: no process is left."""
    processes_of_pods = {
        int(pid)
        for group in Path("/sys/fs/cgroup").rglob("kubepods/**/cgroup.procs")
        for pid in group.read_text().split()
    }
    shims = {
        process.pid
        for process in psutil.process_iter(["cmdline"])
        if sweep.is_ours(process.info["cmdline"] or [], machine().directory)
    }
    kill_daemons()
    for pid in shims | processes_of_pods:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def daemons() -> dict[str, processes.Identity | None]:
    """Every daemon of the node, by name, with the process that it is now."""
    folder = machine().directory
    return {name: processes.running(folder, name) for name in cluster.DAEMONS}


def mentions_ours(process: str) -> bool:
    """Whether a line of a snapshot's processes is of the cluster."""
    return str(machine().directory) in process or "containerd-shim" in process


def start_workload(kubectl: Kubectl) -> None:
    """Redis on a volume, as a stranger without rights; returns when it is Ready."""
    image = build(["redis"], PlainReport())["redis"]
    cluster.load([image], PlainReport())
    kubectl.apply(*_workload(image.ref))
    wait_for_workload(kubectl)


def wait_for_workload(kubectl: Kubectl) -> None:
    kubectl.run("rollout", "status", f"deployment/{NAME}", "--timeout=90s", timeout=100)


def redis(kubectl: Kubectl, *command: str) -> str:
    """What Redis answers, asked through its Service by name: DNS, rules and volume all at work."""
    return kubectl.run("exec", f"deployment/{NAME}", "--", "redis-cli", "-h", NAME, *command).strip()


def pods(kubectl: Kubectl) -> dict[str, int]:
    """UID of each pod of the workload, with how often its container was restarted."""
    found = kubectl.list("pods", f"app={NAME}")
    return {pod["metadata"]["uid"]: pod["status"]["containerStatuses"][0]["restartCount"] for pod in found}


def restarted_since(before: dict[str, int], kubectl: Kubectl) -> bool:
    """Whether each pod is the one that it was, with its container started anew."""
    now = pods(kubectl)
    return now.keys() == before.keys() and all(now[uid] > before[uid] for uid in now)


def volume_folders() -> list[Path]:
    return sorted(machine().volumes.iterdir())


def _workload(image: str) -> list[Object]:
    labels = {"app": NAME}
    container = {
        "name": "redis",
        "image": image,
        "command": ["redis-server", "--dir", "/data", "--appendonly", "yes", "--appendfsync", "always"],
        "args": ["--protected-mode", "no", "--bind", "*"],
        "readinessProbe": {"tcpSocket": {"port": 6379}, "periodSeconds": 1},
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        },
        "volumeMounts": [{"name": "data", "mountPath": "/data"}],
    }
    pod = {
        "terminationGracePeriodSeconds": 2,
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": 10001,
            "runAsGroup": 10001,
            "fsGroup": 10001,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "containers": [container],
        "volumes": [{"name": "data", "persistentVolumeClaim": {"claimName": NAME}}],
    }
    return [
        {
            "apiVersion": "v1",
            "kind": "PersistentVolumeClaim",
            "metadata": {"name": NAME},
            "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "16Mi"}}},
        },
        {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": {"name": NAME},
            "spec": {"selector": labels, "ports": [{"port": 6379}]},
        },
        {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": {"name": NAME},
            "spec": {
                "strategy": {"type": "Recreate"},
                "selector": {"matchLabels": labels},
                "template": {"metadata": {"labels": labels}, "spec": pod},
            },
        },
    ]
