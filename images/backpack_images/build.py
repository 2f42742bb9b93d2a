"""Builds what is not built yet: each image once for each set of its inputs.

A finished image is an archive in the cache, named by a tag that is a hash of
its inputs. It appears there in one step, so that nothing half-written is taken
for finished, and the archives of the last few sets of inputs are kept.
"""

import json
import shutil
import tempfile
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from backpack_devcluster import locks
from backpack_devcluster.report import Report

from . import catalogue, context, engine
from .catalogue import Image
from .engine import Engine
from .parts import REPOSITORY, cache

REPOSITORY_NAME = "localhost/backpack"
KEPT = 3
"""Archives of one image that stay in the cache, the newest."""


@dataclass(frozen=True)
class BuiltImage:
    """An image that is in the cache."""

    name: str
    reference: str
    """`localhost/backpack/<name>:<tag>`"""
    archive: Path
    """An OCI archive that containerd and kind import."""
    size: int
    """Unpacked, in bytes, with the layers that it shares with others."""

    @property
    def ref(self) -> str:
        """Short for `reference`."""
        return self.reference


def build_all(names: Iterable[str], report: Report, *, again: bool = False) -> dict[str, BuiltImage]:
    """Build the images of these names, and what they are built on, where the cache
    has them not; `again`: also where it has them, with today's Debian packages."""
    wanted = [catalogue.find(name) for name in names]
    with ExitStack() as resources:
        return _Builder(report, resources, again).build(wanted)


def cached() -> list[BuiltImage]:
    """What the cache holds, by name, the newest first."""
    return [built for name in catalogue.IMAGES for built in _archives(name)]


def prune(name: str) -> None:
    """Remove all archives of an image but the newest `KEPT`."""
    for old in _archives(name)[KEPT:]:
        old.archive.with_suffix(".json").unlink(missing_ok=True)
        old.archive.unlink(missing_ok=True)


@dataclass
class _Builder:
    report: Report
    resources: ExitStack
    again: bool
    _engine: Engine | None = None
    _docker: bool = field(default_factory=engine.docker_answers)
    _built: dict[str, BuiltImage] = field(default_factory=dict)
    _loaded: set[str] = field(default_factory=set)

    def build(self, images: list[Image]) -> dict[str, BuiltImage]:
        return {image.name: self._image(image) for image in images}

    def _image(self, image: Image) -> BuiltImage:
        if image.name not in self._built:
            self._built[image.name] = self._find_or_build(image)
        return self._built[image.name]

    def _find_or_build(self, image: Image) -> BuiltImage:
        base = self._base_reference(image)
        arguments = {} if base is None else {"BASE": base}
        reference = f"{REPOSITORY_NAME}/{image.name}:{context.tag(image, arguments, self.report)}"
        if not self.again and (finished := _read(reference)) is not None:
            return finished
        with self.report.step(f"Build the image {image.name}") as step:
            waiting = lambda: step.progress("another process builds it")  # noqa: E731
            with locks.exclusive(cache() / f"{image.name}.lock", waiting):
                finished = None if self.again else _read(reference)
                built = finished or self._make(image, reference, arguments)
                step.result(f"{built.size / 2**20:.0f} MiB")
        return built

    def _base_reference(self, image: Image) -> str | None:
        if image.base is None:
            return None
        if image.base == "base" and self._docker:
            return engine.Docker.external_base
        return self._image(catalogue.find(image.base)).reference

    def _make(self, image: Image, reference: str, arguments: dict[str, str]) -> BuiltImage:
        if self._engine is None:
            self._engine = self.resources.enter_context(engine.available())
        if image.base in self._built:
            self._load(self._engine, self._built[image.base])
        with tempfile.TemporaryDirectory(dir=self._engine.scratch) as scratch:
            directory = Path(scratch) / "context"
            directory.mkdir()
            context.prepare(image, directory, self.report)
            dockerfile = directory / context.dockerfile(image).relative_to(REPOSITORY)
            self._engine.build(directory, dockerfile, reference, arguments)
            archive = Path(scratch) / "archive.tar"
            size = self._engine.save(reference, archive)
            self._loaded.add(reference)
            built = _store(image.name, reference, archive, size)
        prune(image.name)
        return built

    def _load(self, builder: Engine, base: BuiltImage) -> None:
        if base.reference not in self._loaded:
            builder.load(base.archive, base.reference)
            self._loaded.add(base.reference)


def _path(reference: str) -> Path:
    name, _, tag = reference.removeprefix(f"{REPOSITORY_NAME}/").partition(":")
    return cache() / name / f"{tag}.tar"


def _read(reference: str) -> BuiltImage | None:
    archive = _path(reference)
    try:
        described = json.loads(archive.with_suffix(".json").read_text())
    except (OSError, ValueError):
        return None
    if not archive.exists():
        return None
    return BuiltImage(archive.parent.name, reference, archive, int(described["size"]))


def _store(name: str, reference: str, archive: Path, size: int) -> BuiltImage:
    target = _path(reference)
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.move(archive, target)
    # Written last: an archive without it does not count.
    target.with_suffix(".json").write_text(json.dumps({"reference": reference, "size": size}))
    return BuiltImage(name, reference, target, size)


def _archives(name: str) -> list[BuiltImage]:
    found = sorted((cache() / name).glob("*.tar"), key=lambda path: path.stat().st_mtime, reverse=True)
    read = (_read(f"{REPOSITORY_NAME}/{name}:{path.stem}") for path in found)
    return [built for built in read if built is not None]
