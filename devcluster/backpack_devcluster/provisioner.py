"""The daemon behind the StorageClass `local`: makes, removes and resizes volumes.

It watches claims and volumes; sizes are recorded, not enforced. `volumes` has
its decisions.
"""

import argparse
import logging
import shutil
import sys
import threading
from pathlib import Path

import httpx

from . import processes
from .api import Api
from .errors import ApiRefused, DevClusterError
from .informer import Informer
from .layout import NODE, PROVISIONER, Layout
from .processes import Daemon
from .volumes import Action, Provision, Remove, Resize, decide

_log = logging.getLogger(__name__)

CLAIMS = "/api/v1/persistentvolumeclaims"
VOLUMES = "/api/v1/persistentvolumes"
_RETRY_SECONDS = 2.0
_RESYNC_SECONDS = 300.0


def daemon(layout: Layout) -> Daemon:
    argv = [
        sys.executable,
        "-m",
        "backpack_devcluster.provisioner",
        f"--kubeconfig={layout.directory / 'kubeconfigs' / 'provisioner'}",
        f"--directory={layout.volumes}",
        f"--node={NODE}",
    ]
    return Daemon(PROVISIONER, argv, layout.directory)


def start(layout: Layout) -> bool:
    """Start it unless it runs; True when it was started."""
    layout.volumes.mkdir(parents=True, exist_ok=True, mode=0o700)
    return processes.start(daemon(layout))


def perform(action: Action, api: Api, root: Path) -> None:
    """Carry one action out; each can be repeated after a crash at any moment."""
    match action:
        case Provision(directory, volume):
            directory.mkdir(exist_ok=True)
            # A pod without fsGroup runs as any user; the folder above lets nobody else in.
            directory.chmod(0o777)
            api.apply(f"{VOLUMES}/{volume['metadata']['name']}", volume)
            _log.info("made %s", directory)
        case Remove(directory, name):
            # A volume object is only text: nothing outside our own folder is ever removed.
            if directory.parent != root:
                raise DevClusterError(f"volume {name} names {directory}, which is not in {root}")
            if directory.exists():
                shutil.rmtree(directory)
            api.request("DELETE", f"{VOLUMES}/{name}")
            _log.info("removed %s", directory)
        case Resize(name, namespace, claim, size):
            api.merge(f"{VOLUMES}/{name}", {"spec": {"capacity": {"storage": size}}})
            status = {"status": {"capacity": {"storage": size}, "conditions": []}}
            path = f"/api/v1/namespaces/{namespace}/persistentvolumeclaims/{claim}/status"
            api.merge(path, status)
            _log.info("resized %s/%s to %s", namespace, claim, size)


def serve(kubeconfig: Path, root: Path, node: str) -> None:
    """Act on every change, for ever."""
    changed = threading.Event()
    claims = Informer(kubeconfig, CLAIMS, changed)
    volumes = Informer(kubeconfig, VOLUMES, changed)
    claims.start()
    volumes.start()
    with Api(kubeconfig) as api:
        pause = _RESYNC_SECONDS
        while True:
            changed.wait(pause)
            changed.clear()
            pause = _RESYNC_SECONDS
            if not (claims.synced and volumes.synced):
                continue
            for action in decide(claims.objects(), volumes.objects(), root=root, node=node):
                try:
                    perform(action, api, root)
                except (ApiRefused, DevClusterError, httpx.HTTPError, OSError) as error:
                    _log.warning("%s failed: %s", type(action).__name__, error)
                    pause = _RETRY_SECONDS


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kubeconfig", type=Path, required=True)
    parser.add_argument("--directory", type=Path, required=True)
    parser.add_argument("--node", required=True)
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    # One line for each request would drown what it does.
    logging.getLogger("httpx").setLevel(logging.WARNING)
    serve(options.kubeconfig, options.directory, options.node)


if __name__ == "__main__":
    main()
