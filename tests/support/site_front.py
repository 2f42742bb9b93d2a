"""A real nginx with this project's configuration, as its container starts it."""

import json
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from backpack_contract.resources import RUN_AS

from .name_server import NameServer
from .site_origin import SiteOrigin
from .waiting import eventually

WEB = Path(__file__).resolve().parents[2] / "images" / "web"
AS_ROOT = os.geteuid() == 0
API_NAME = "todo-api.apps.svc.cluster.test"


@dataclass
class Front:
    """nginx, its origin, and the DNS server between them."""

    url: str
    origin: SiteOrigin
    names: NameServer
    run: Path
    log: Path
    client: httpx.Client

    def get(self, path: str, headers: dict[str, str] | None = None) -> httpx.Response:
        return self.client.get(f"{self.url}{path}", headers=headers)

    def log_lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.log.read_text().splitlines() if line.startswith("{")]

    def kept(self) -> list[Path]:
        """The files of the cache."""
        return [path for path in (self.run / "cache").rglob("*") if path.is_file()]


@contextmanager
def shared_files() -> Iterator[Path]:
    """A copy of the image's files in a place that the image's user can read and
    write, unlike the clone and pytest's own directories."""
    with tempfile.TemporaryDirectory(prefix="backpack-web-") as directory:
        for file in WEB.iterdir():
            shutil.copy(file, directory)
        if AS_ROOT:
            os.chown(directory, RUN_AS, RUN_AS)
        yield Path(directory)


@contextmanager
def running_front(share: Path, log: Path, origin: SiteOrigin, settings: dict[str, str]) -> Iterator[Front]:
    """nginx from the files in `share`, as the image's user where a test may choose one."""
    port = _free_port()
    names = NameServer(API_NAME, origin.host)
    environment = {
        "PATH": os.environ["PATH"],
        "BACKPACK_API_HOST": API_NAME,
        "BACKPACK_API_PORT": str(origin.port),
        "BACKPACK_RESOLVERS": f"127.0.0.1:{names.port}",
        "BACKPACK_WEB_PORT": str(port),
        "BACKPACK_WEB_RUN": str(share / "run"),
        "BACKPACK_WEB_SHARE": str(share),
        **settings,
    }
    user = RUN_AS if AS_ROOT else None
    with log.open("wb") as out:
        if AS_ROOT:  # nginx opens it by its name in /dev, as in a container
            os.fchown(out.fileno(), RUN_AS, RUN_AS)
        process = subprocess.Popen(
            [str(share / "entrypoint.sh")],
            env=environment,
            stdout=out,
            stderr=out,
            cwd="/",
            user=user,
            group=user,
            extra_groups=[] if AS_ROOT else None,
        )
    with httpx.Client(timeout=20) as client:
        front = Front(f"http://127.0.0.1:{port}", origin, names, share / "run", log, client)

        def healthy() -> bool:
            assert process.poll() is None, log.read_text()
            return front.get("/__nginx/healthz").status_code == 200

        try:
            eventually(healthy, within=10, every=0.02, retry_on=(httpx.TransportError,))
            yield front
        finally:
            process.terminate()
            process.wait(timeout=15)
            names.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
