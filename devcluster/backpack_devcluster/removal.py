"""Takes the node off the machine: pods while the kubelet can still end them, then daemons, then traces."""

import time
from collections.abc import Sequence
from pathlib import Path

import httpx

from . import baseline, fixed_paths, plane, processes, sweep
from .api import Api
from .errors import ApiRefused, DevClusterError
from .layout import CONTAINERD, KUBELET, Layout
from .report import Report, Step
from .trees import remove_tree

_POD_SECONDS = 40.0


def broke_off(layout: Layout) -> bool:
    """Whether a removal was begun and not finished."""
    return _mark(layout).exists()


def remove(layout: Layout, daemons: Sequence[str], report: Report) -> None:
    """Remove everything; safe to call again after it broke off, and where there is nothing."""
    before = baseline.load(layout)
    if before is not None:
        _mark(layout).touch()
    with report.step("End the pods") as step:
        _end_pods(layout, step)
    with report.step("Stop the daemons"):
        for name in reversed(daemons):
            if name != CONTAINERD:
                processes.stop(layout.directory, name)
        processes.stop(layout.directory, CONTAINERD)
        sweep.end_processes(layout)
        sweep.end_pods()
    with report.step("Remove mounts, interfaces, rules and files"):
        sweep.unmount(layout)
        sweep.remove_links()
        sweep.remove_rules()
        if before is not None:
            baseline.restore_sysctls(before)
        fixed_paths.clear(layout, before.existed if before else None)
        if layout.directory.exists():
            _remove_state(layout)


def _mark(layout: Layout) -> Path:
    return layout.directory / "removing"


def _remove_state(layout: Layout) -> None:
    # The baseline goes last: as long as it is there, a removal can go on.
    for path in layout.directory.iterdir():
        if path not in (layout.baseline, _mark(layout)):
            remove_tree(path)
    remove_tree(layout.directory)


def _end_pods(layout: Layout, step: Step) -> None:
    """Have the kubelet end all pods, so that it unmounts their volumes and CNI their networks.

    Where the kubelet or the API server is not there any more, the sweep does it.
    """
    needed = (plane.API_SERVER, KUBELET, CONTAINERD)
    if not all(processes.running(layout.directory, name) for name in needed):
        step.result("left to the sweep, since not all daemons run")
        return
    # They would make new pods for those that go.
    for name in (plane.CONTROLLER_MANAGER, plane.SCHEDULER):
        processes.stop(layout.directory, name)
    deadline = time.monotonic() + _POD_SECONDS
    try:
        with Api(layout.kubeconfig) as api:
            left = _delete_all(api)
            while left and time.monotonic() < deadline:
                step.progress(f"{left} to go")
                time.sleep(0.2)
                left = len(api.request("GET", "/api/v1/pods")["items"])
    except (ApiRefused, httpx.HTTPError, DevClusterError) as error:
        step.result(f"left to the sweep: {error}")
        return
    step.result("all ended" if not left else f"{left} left to the sweep")


def _delete_all(api: Api) -> int:
    pods = api.request("GET", "/api/v1/pods")["items"]
    options = {"apiVersion": "v1", "kind": "DeleteOptions", "gracePeriodSeconds": 1}
    for namespace in sorted({pod["metadata"]["namespace"] for pod in pods}):
        api.request("DELETE", f"/api/v1/namespaces/{namespace}/pods", options)
    return len(pods)
