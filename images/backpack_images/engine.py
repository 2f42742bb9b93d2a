"""What builds an image: Docker where an engine answers, else buildah."""

import json
import os
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Protocol

from . import commands, debian
from .errors import ImageError
from .parts import cache

_WORK = ".work-"


class Engine(Protocol):
    """Builds images and writes them to archives."""

    external_base: str | None
    """The image that stands in for our own `base`; None: ours is built."""

    scratch: Path
    """A directory for the work, which goes when it is done."""

    def build(self, context: Path, dockerfile: Path, reference: str, arguments: Mapping[str, str]) -> None:
        """Build the image `reference`, whose Dockerfile finds its files in `context`."""

    def load(self, archive: Path, reference: str) -> None:
        """Make an image that was saved known to this engine."""

    def save(self, reference: str, archive: Path) -> int:
        """Write the image to a file; answers its unpacked size in bytes."""


class Docker:
    """A Docker engine that answers."""

    external_base: str | None = "debian:bookworm-slim"

    def __init__(self, scratch: Path) -> None:
        self.scratch = scratch

    def build(self, context: Path, dockerfile: Path, reference: str, arguments: Mapping[str, str]) -> None:
        options = [word for name, value in arguments.items() for word in ("--build-arg", f"{name}={value}")]
        command = ["docker", "build", "--quiet", "-f", str(dockerfile), "-t", reference, *options]
        commands.run([*command, str(context)], what=f"building {reference}")

    def load(self, archive: Path, reference: str) -> None:
        commands.run(["docker", "load", "--input", str(archive)], what=f"loading {reference}")

    def save(self, reference: str, archive: Path) -> int:
        commands.run(["docker", "save", "--output", str(archive), reference], what=f"saving {reference}")
        described = commands.run(["docker", "image", "inspect", reference], what=f"inspecting {reference}")
        return int(json.loads(described)[0]["Size"])


class Buildah:
    """buildah in a storage of its own, which goes when the work is done.

    It runs in a private mount namespace, and is told to keep everything below
    `scratch`: neither mounts nor the machine's own container storage are touched.
    """

    external_base: str | None = None

    def __init__(self, scratch: Path) -> None:
        self.scratch = scratch
        self._mounts = [f"{source}:{target}:ro" for source, target in debian.apt_mounts(scratch).items()]
        settings = scratch / "containers.conf"
        settings.write_text(f'[network]\nnetwork_config_dir = "{scratch / "cni"}"\n')
        self._environment = {
            "CONTAINERS_CONF": str(settings),
            "TMPDIR": str(scratch),
            "BUILDAH_ISOLATION": "chroot",
        }

    def build(self, context: Path, dockerfile: Path, reference: str, arguments: Mapping[str, str]) -> None:
        options = [word for name, value in arguments.items() for word in ("--build-arg", f"{name}={value}")]
        for mount in self._mounts:
            options += ["--volume", mount]
        options += ["--network=host", "--pull-never", "-f", str(dockerfile), "-t", reference]
        self._run(["bud", "--quiet", *options, str(context)], what=f"building {reference}")

    def load(self, archive: Path, reference: str) -> None:
        self._run(["pull", "--quiet", f"oci-archive:{archive}:{reference}"], what=f"loading {reference}")

    def save(self, reference: str, archive: Path) -> int:
        target = f"oci-archive:{archive}:{reference}"
        self._run(["push", "--quiet", reference, target], what=f"saving {reference}")
        listed = self._run(["inspect", "--type", "image", reference], what=f"inspecting {reference}")
        layers = json.loads(listed)["OCIv1"]["rootfs"]["diff_ids"]
        return sum(self._layer_sizes()[layer] for layer in layers)

    def _layer_sizes(self) -> dict[str, int]:
        """Unpacked bytes of each layer in the storage, by digest."""
        (described,) = (self.scratch / "root").glob("*-layers/layers.json")
        return {
            layer["diff-digest"]: layer.get("diff-size", 0)
            for layer in json.loads(described.read_text())
            if "diff-digest" in layer
        }

    def _run(self, arguments: list[str], what: str) -> str:
        storage = ["--root", str(self.scratch / "root"), "--runroot", str(self.scratch / "run")]
        command = ["buildah", *storage, "--storage-driver", _driver(self.scratch), *arguments]
        return commands.run(commands.in_private_mounts(command), what=what, environment=self._environment)


def _driver(directory: Path) -> str:
    """overlay, but where the directory itself is on an overlay, on which no other can be mounted."""
    kind = commands.run(["stat", "--file-system", "--format=%T", str(directory)], what="looking at the disk")
    return "vfs" if "overlay" in kind else "overlay"


def docker_answers() -> bool:
    """Whether a Docker engine can be reached, not only its command."""
    if shutil.which("docker") is None:
        return False
    try:
        commands.run(["timeout", "10", "docker", "version", "--format", "{{.Server.Version}}"], what="docker")
    except ImageError:
        return False
    return True


@contextmanager
def available() -> Iterator[Engine]:
    """The engine of this machine, for as long as the `with` block lasts."""
    docker = docker_answers()
    if not docker:
        _require_buildah()
    cache().mkdir(parents=True, exist_ok=True)
    _sweep()
    with tempfile.TemporaryDirectory(dir=cache(), prefix=f"{_WORK}{os.getpid()}-") as directory:
        if docker:
            yield Docker(Path(directory))
        else:
            try:
                yield Buildah(Path(directory))
            finally:
                _remove_blob_cache()


def _require_buildah() -> None:
    missing = [name for name in ("buildah", "mmdebstrap", "unshare") if shutil.which(name) is None]
    if missing:
        raise ImageError(
            f"building images needs a Docker engine, or {' and '.join(missing)}: "
            "on Debian `apt-get install buildah mmdebstrap`"
        )
    if os.geteuid() != 0:
        raise ImageError("building images without a Docker engine needs root: run it with sudo")


def _sweep() -> None:
    """Remove the storages of builds that were killed."""
    for left in cache().glob(f"{_WORK}*"):
        owner = left.name.removeprefix(_WORK).partition("-")[0]
        if not Path("/proc", owner).exists():
            shutil.rmtree(left, ignore_errors=True)


def _remove_blob_cache(fixed: Path = Path("/var/lib/containers")) -> None:
    """Remove what buildah writes at a path that can't be chosen, unless the machine
    has a container storage there."""
    for pause in (0.0, 0.1, 0.4):
        # Seen on a loaded machine: right after the first removal the folder was there again.
        time.sleep(pause)
        if not fixed.exists() or (fixed / "storage").exists():
            return
        (fixed / "cache" / "blob-info-cache-v1.boltdb").unlink(missing_ok=True)
        for directory in (fixed / "cache", fixed):
            with suppress(OSError):  # not there, or something else is in it
                directory.rmdir()
