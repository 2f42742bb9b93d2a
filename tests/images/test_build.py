"""Images are really built, once for each set of inputs, and leave nothing else behind."""

import json
import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import Any

import pytest

from backpack_devcluster.report import PlainReport, silent
from backpack_images import build, engine
from backpack_images.build import KEPT, BuiltImage, build_all
from backpack_images.errors import ImageError
from backpack_images.parts import REPOSITORY

# buildah's one fixed path is looked at here, so no two builds at once.
pytestmark = pytest.mark.xdist_group("image builds")
can_build = engine.docker_answers() or (os.geteuid() == 0 and shutil.which("buildah") is not None)
needs_builder = pytest.mark.skipif(not can_build, reason="needs a Docker engine, or root and buildah")


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache of the test's own."""
    monkeypatch.setenv("BACKPACK_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "images"


def configuration(image: BuiltImage) -> dict[str, Any]:
    """The image's configuration, out of its archive."""
    with tarfile.open(image.archive) as archive:

        def read(name: str) -> dict[str, Any]:
            file = archive.extractfile(name)
            assert file is not None
            document: dict[str, Any] = json.load(file)
            return document

        def blob(digest: str) -> dict[str, Any]:
            return read(f"blobs/{digest.replace(':', '/')}")

        manifest = blob(read("index.json")["manifests"][0]["digest"])
        configured: dict[str, Any] = blob(manifest["config"]["digest"])["config"]
        return configured


@needs_builder
def test_an_image_is_an_archive_with_a_name_and_a_user(cache: Path) -> None:
    built = build_all(["pause"], silent())["pause"]

    assert built.reference.startswith("localhost/backpack/pause:")
    assert built.archive.parent == cache / "pause"
    assert 100_000 < built.size < 2_000_000
    assert configuration(built)["User"] == "10001:10001"
    assert configuration(built)["Entrypoint"] == ["/pause"]


@needs_builder
def test_a_second_call_builds_nothing(cache: Path) -> None:
    first = build_all(["pause"], silent())
    written = first["pause"].archive.stat().st_mtime_ns
    report = PlainReport(stream=None)

    assert build_all(["pause"], report) == first
    assert report.timings == []
    assert first["pause"].archive.stat().st_mtime_ns == written


@needs_builder
def test_an_archive_whose_build_was_cut_off_does_not_count(cache: Path) -> None:
    built = build_all(["pause"], silent())["pause"]
    built.archive.with_suffix(".json").unlink()
    built.archive.write_bytes(b"half")

    again = build_all(["pause"], silent())["pause"]

    assert again.reference == built.reference
    assert configuration(again)["Entrypoint"] == ["/pause"]


@needs_builder
def test_a_build_leaves_only_the_cache_behind(cache: Path) -> None:
    mounts = Path("/proc/self/mounts").read_text()
    watched = [Path("/etc/cni"), Path("/var/lib/containers"), Path("/run/containers")]
    there = [path.exists() for path in watched]

    build_all(["pause"], silent())

    assert {path.name for path in cache.iterdir()} == {"pause", "pause.lock"}
    assert Path("/proc/self/mounts").read_text() == mounts
    assert [path.exists() for path in watched] == there


@needs_builder
def test_what_a_killed_build_left_is_removed_by_the_next(cache: Path) -> None:
    with subprocess.Popen(["true"]) as ended:
        ended.wait()
    left = cache / f".work-{ended.pid}-x"
    (left / "root").mkdir(parents=True)
    ours = cache / f".work-{os.getpid()}-x"
    ours.mkdir()

    build_all(["pause"], silent())

    assert not left.exists()
    assert ours.exists()


def test_only_the_newest_archives_of_an_image_are_kept(cache: Path) -> None:
    folder = cache / "pause"
    folder.mkdir(parents=True)
    for number in range(KEPT + 2):
        archive = folder / f"{number:012x}.tar"
        archive.write_bytes(b"")
        archive.with_suffix(".json").write_text('{"size": 1}')
        os.utime(archive, (number, number))

    build.prune("pause")

    assert sorted(path.stem for path in folder.glob("*.tar")) == [f"{n:012x}" for n in (2, 3, 4)]
    assert sorted(path.stem for path in folder.glob("*.json")) == [f"{n:012x}" for n in (2, 3, 4)]


def test_a_wrong_name_is_answered_with_the_right_ones(cache: Path) -> None:
    with pytest.raises(ImageError, match=r"no image `nginx`; the images are core-api, .*web"):
        build_all(["nginx"], silent())


@needs_builder
def test_a_dockerfile_that_fails_is_quoted(cache: Path) -> None:
    broken = cache / "Dockerfile"
    broken.parent.mkdir(parents=True)
    broken.write_text("FROM scratch\nCOPY missing /missing\n")
    with engine.available() as builder, pytest.raises(ImageError, match=r"(?s)localhost/x:1 failed.*missing"):
        builder.build(cache, broken, "localhost/x:1", {})


@needs_builder
def test_the_command_prints_references_as_json(cache: Path) -> None:
    environment = {**os.environ, "BACKPACK_CACHE": str(cache.parent)}
    command = [sys.executable, "-c", "from backpack_images.cli import main; main()"]

    done = subprocess.run(
        [*command, "build", "pause", "--json"],
        env=environment,
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    listed = subprocess.run([*command, "list"], env=environment, capture_output=True, text=True, check=True)

    (reference,) = json.loads(done.stdout).values()
    assert listed.stdout.startswith(f"{reference} ")
    assert "MiB" in listed.stdout


def test_a_context_for_other_tools_is_written_with_the_command_to_build_it(cache: Path) -> None:
    command = [sys.executable, "-c", "from backpack_images.cli import main; main()", "context", "web"]
    target = cache / "context"

    done = subprocess.run([*command, str(target)], capture_output=True, text=True, check=True, timeout=60)
    again = subprocess.run([*command, str(target)], capture_output=True, text=True, check=False, timeout=60)

    dockerfile = target / "images" / "web" / "Dockerfile"
    assert done.stdout == f"docker build -f {dockerfile} -t web --build-arg BASE=base {target}\n"
    assert dockerfile.with_name("nginx.conf").exists()
    assert again.returncode == 1
    assert "exists already" in again.stderr
