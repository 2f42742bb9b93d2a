"""The whole node, in the order in which its parts depend on each other.

`up` can be called at any time: it starts what doesn't run and leaves alone what
does. Only `down` removes data.
"""

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from . import (
    addons,
    baseline,
    containerd,
    control_plane,
    files,
    gobuild,
    images,
    kube_proxy,
    kubelet,
    locks,
    network,
    packages,
    paths,
    plane,
    preflight,
    processes,
    programs,
    provisioner,
    removal,
    sweep,
)
from .api import Api
from .errors import DevClusterError
from .layout import CONTAINERD, HTTP_PORT, HTTPS_PORT, KUBE_PROXY, KUBELET, PROVISIONER, Layout, machine
from .report import Report


@dataclass(frozen=True)
class Cluster:
    """A cluster that runs, and how to speak to it."""

    kubeconfig: Path
    kubectl: Path
    helm: Path
    http_port: int = HTTP_PORT
    https_port: int = HTTPS_PORT


DAEMONS = (
    plane.ETCD,
    plane.API_SERVER,
    plane.CONTROLLER_MANAGER,
    plane.SCHEDULER,
    CONTAINERD,
    KUBELET,
    KUBE_PROXY,
    PROVISIONER,
)
"""Every daemon of the node, in the order of their start."""


def running() -> Cluster | None:
    """The machine's cluster, if all its daemons run and the API server answers."""
    layout = machine()
    if not all(processes.running(layout.directory, name) for name in DAEMONS):
        return None
    with Api(layout.kubeconfig) as api:
        return _cluster(layout) if api.healthy() else None


def up(report: Report, build_images: images.Builder) -> Cluster:
    """Bring the node up, or what of it isn't, and return when it can be used."""
    preflight.check_platform()
    layout = machine()
    packages.ensure([*packages.NODE, *packages.IMAGES], report)
    with _alone(report):
        _mend(layout, report)
    if not preflight.own_processes(layout):
        with report.step("Check the machine"):
            preflight.check(layout, compiled=gobuild.cached("kubernetes").exists())
    binaries = _binaries(layout, report)
    helm = gobuild.build("helm", report)
    built = build_images(images.NODE_IMAGES, report)
    with _alone(report):
        baseline.record(layout)
        files.put(_binaries_record(layout), json.dumps(str(binaries)))
        programs.publish(layout, binaries / "kubectl", helm)
        control = layout.control_plane(binaries)
        with report.step("Network and control plane") as step:
            network.bring_up(layout)
            step.result(_told(control_plane.start(control).names))
        with report.step("Container runtime") as step:
            step.result(_told([CONTAINERD] if containerd.start(layout, built["pause"].ref) else []))
        images.load(layout, built.values(), report)
        with report.step("Node") as step, Api(layout.kubeconfig) as api:
            addons.apply_early(control)
            started = {
                KUBELET: kubelet.start(layout, binaries),
                KUBE_PROXY: kube_proxy.start(layout, binaries),
                PROVISIONER: provisioner.start(layout),
            }
            step.result(_told([name for name, yes in started.items() if yes]))
            kubelet.wait(layout, api)
            kube_proxy.wait(layout)
        with report.step("DNS and ingress"), Api(layout.kubeconfig) as api:
            addons.apply_late(control, {name: image.ref for name, image in built.items()})
            addons.wait(api)
    return _cluster(layout)


def down(report: Report) -> None:
    """Remove the node with all its data, and leave the machine as it was before."""
    preflight.check_platform()
    layout = machine()
    with _alone(report):
        removal.remove(layout, DAEMONS, report)


def load(loaded: Iterable[images.Image], report: Report) -> None:
    """Make images known to the node that runs, where they aren't yet."""
    images.load(_with_containerd(), loaded, report)


def load_archives(archives: Iterable[Path], report: Report) -> None:
    """Import archives into the node that runs, whatever images it has."""
    layout = _with_containerd()
    for archive in archives:
        with report.step(f"Load {archive.name}"):
            containerd.import_image(layout, archive)


def _with_containerd() -> Layout:
    layout = machine()
    if not processes.running(layout.directory, CONTAINERD):
        raise DevClusterError("no cluster runs on this machine: `devcluster up` starts one")
    return layout


def _cluster(layout: Layout) -> Cluster:
    return Cluster(layout.kubeconfig, layout.programs / "kubectl", layout.programs / "helm")


@contextmanager
def _alone(report: Report) -> Iterator[None]:
    """Only one command at a time may change the node.

    The folder above the state is locked: a lock file would be left behind.
    """
    folder = paths.state().absolute().parent
    folder.mkdir(parents=True, exist_ok=True)
    with locks.exclusive(folder, lambda: report.say("Another devcluster command is at work: waiting for it")):
        yield


def _mend(layout: Layout, report: Report) -> None:
    """Remove what is of no use any more: a removal that broke off, a state folder deleted by hand."""
    if removal.broke_off(layout):
        report.say("A removal of the cluster broke off: finishing it first")
        removal.remove(layout, DAEMONS, report)
    elif baseline.load(layout) is None and (found := sweep.leftovers(layout)):
        report.say(f"A cluster whose state is gone has left {', '.join(found)}: removing them")
        removal.remove(layout, DAEMONS, report)


def _binaries(layout: Layout, report: Report) -> Path:
    """The folder of the cluster's programs: a running cluster keeps those it was started with.

    So a second clone, be it of other sources, neither compiles nor replaces anything.
    """
    record = _binaries_record(layout)
    if preflight.own_processes(layout) and record.exists():
        used = Path(json.loads(record.read_text()))
        if used.exists():
            if used != gobuild.cached("kubernetes").parent:
                report.say(
                    "The cluster on this machine was started from other sources, and is used as it is; "
                    "`devcluster down` makes room for one of these"
                )
            return used
    return gobuild.build("kubernetes", report).parent


def _binaries_record(layout: Layout) -> Path:
    return layout.directory / "binaries.json"


def _told(started: list[str]) -> str:
    return f"started {', '.join(started)}" if started else "already running"
