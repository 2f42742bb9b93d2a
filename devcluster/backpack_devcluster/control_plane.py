"""etcd, the API server, and by choice the controller manager and the scheduler.

Needs no root and nothing of the machine but loopback ports, so any number can
run at once, each in a directory of its own. The node's cluster uses the same
code with the bridge's address and fixed ports.
"""

import json
import shutil
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path

from . import files, gobuild, kubeconfig, pki, plane_daemons, processes, waiting
from .api import Api
from .errors import DaemonFailed, DevClusterError
from .plane import (
    API_SERVER,
    CLUSTER_DOMAIN,
    CONTROLLER_MANAGER,
    ETCD,
    KUBERNETES_SERVICE,
    LOOPBACK,
    SCHEDULER,
    ControlPlane,
    Ports,
)
from .processes import Daemon
from .report import Report, silent

_TRIES = 3


@dataclass
class Started:
    """Which daemons one `start` found dead and started."""

    names: list[str] = field(default_factory=list)


def start(plane: ControlPlane, seconds: float = 60.0) -> Started:
    """Start what doesn't run, and return when the API server is ready.

    Data, certificates and kubeconfigs that exist are kept.
    """
    started = Started()
    _prepare(plane)
    _start_daemon(plane_daemons.etcd(plane), started)
    _start_daemon(plane_daemons.api_server(plane), started)
    with Api(plane.kubeconfig) as api:
        _wait(plane, [ETCD, API_SERVER], "the API server", api.healthy, seconds)
        if plane.controller_manager:
            _start_daemon(plane_daemons.controller_manager(plane), started)
        if plane.scheduler:
            _start_daemon(plane_daemons.scheduler(plane), started)
        if plane.controller_manager:
            made = partial(_has_service_account, api)
            _wait(plane, plane.daemons(), "the default service account", made, seconds)
    return started


def stop(plane: ControlPlane) -> None:
    """End its daemons, the last started first."""
    for name in reversed(plane.daemons()):
        processes.stop(plane.directory, name)


@contextmanager
def running(
    directory: Path,
    *,
    controller_manager: bool = True,
    scheduler: bool = False,
    report: Report | None = None,
) -> Iterator[ControlPlane]:
    """A control plane on free loopback ports, for as long as the block lasts.

    For tests: enter it in the main thread, with whose end it is killed at the
    latest. Without the controller manager there is no garbage collection and no
    service account; without the scheduler Pods stay pending.
    """
    plane = on_free_ports(
        directory,
        controller_manager=controller_manager,
        scheduler=scheduler,
        report=report or silent(),
        ends_with_starter=True,
    )
    try:
        yield plane
    finally:
        stop(plane)


def on_free_ports(
    directory: Path,
    *,
    controller_manager: bool,
    scheduler: bool,
    report: Report,
    ends_with_starter: bool = False,
) -> ControlPlane:
    """Start a control plane on ports that were free a moment ago.

    Another process may take one of them in between; then others are tried. One
    that was started in this folder before keeps its ports, its data, and whichever
    of its daemons still run.
    """
    directory = directory.resolve()
    binaries = gobuild.build("kubernetes", report).parent
    ports = _remembered_ports(directory)
    # With some of its daemons alive, other ports would be none of theirs.
    tries = 1 if _some_run(directory) else _TRIES
    for remaining in reversed(range(tries)):
        plane = ControlPlane(
            directory=directory,
            binaries=binaries,
            ports=ports or Ports(*free_ports(3)),
            controller_manager=controller_manager,
            scheduler=scheduler,
            ends_with_starter=ends_with_starter,
        )
        try:
            with report.step("Start the control plane"):
                start(plane)
        except DaemonFailed:
            stop(plane)
            ports = None
            if not remaining:
                raise
        except BaseException:
            stop(plane)
            raise
        else:
            files.put(_ports_file(directory), json.dumps(asdict(plane.ports)))
            return plane
    raise AssertionError("the last try returns or raises")


def remove(directory: Path) -> None:
    """End what `on_free_ports` started in this folder, and remove the folder."""
    directory = directory.resolve()
    found = processes.names(directory)
    if ETCD not in found:
        raise DevClusterError(f"{directory} is not the folder of a control plane")
    for name in sorted(found, key=[SCHEDULER, CONTROLLER_MANAGER, API_SERVER, ETCD].index):
        processes.stop(directory, name)
    shutil.rmtree(directory)


def _some_run(directory: Path) -> bool:
    return any(processes.running(directory, name) for name in processes.names(directory))


def _ports_file(directory: Path) -> Path:
    return directory / "ports.json"


def _remembered_ports(directory: Path) -> Ports | None:
    try:
        return Ports(**json.loads(_ports_file(directory).read_text()))
    except FileNotFoundError:
        return None


def free_ports(count: int) -> list[int]:
    """Loopback TCP ports that nobody listens on, all different."""
    with ExitStack() as held:
        ports = []
        for _ in range(count):
            probe = held.enter_context(socket.socket())
            probe.bind((LOOPBACK, 0))
            ports.append(int(probe.getsockname()[1]))
        return ports


def _has_service_account(api: Api) -> bool:
    """Until there is one, no pod can be made that names none."""
    return bool(api.request("GET", "/api/v1/namespaces/default/serviceaccounts")["items"])


def _start_daemon(daemon: Daemon, started: Started) -> None:
    if processes.start(daemon):
        started.names.append(daemon.name)


def _wait(
    plane: ControlPlane, names: list[str], what: str, condition: Callable[[], bool], seconds: float
) -> None:
    """Wait for the condition for as long as the daemons of these names, all started, go on."""

    def met() -> bool:
        for name in names:
            if not processes.running(plane.directory, name):
                raise processes.failed(plane.directory, name)
        return condition()

    waiting.until(met, what, seconds)


def _prepare(plane: ControlPlane) -> None:
    plane.directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    service_names = ["kubernetes", "kubernetes.default", "kubernetes.default.svc"]
    service_names.append(f"kubernetes.default.svc.{CLUSTER_DOMAIN}")
    hosts = (plane.address, LOOPBACK, KUBERNETES_SERVICE, "localhost", *service_names)
    server = pki.Request("kube-apiserver", "kube-apiserver", hosts=hosts)
    pki.issue(plane.pki, [server, *pki.client_requests(plane.node)])
    kubeconfig.write(plane.kubeconfig, server=plane.server, pki=plane.pki, user="admin")
    for user in ("controller-manager", "scheduler", "kube-proxy", "kubelet", "provisioner"):
        kubeconfig.write(plane.kubeconfig_of(user), server=plane.server, pki=plane.pki, user=user)
