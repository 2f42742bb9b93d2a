"""What is in the finished images: nothing of the machine that built them, and all
that a read-only root file system can't be given later."""

import json
import os
import tarfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import IO, Any

import pytest

from backpack_devcluster.report import PlainReport
from backpack_images import debian, engine
from backpack_images.build import build_all
from backpack_images.catalogue import FINISHED

pytestmark = [
    pytest.mark.xdist_group("image builds"),
    pytest.mark.long,
    pytest.mark.skipif(
        os.geteuid() != 0 and not engine.docker_answers(), reason="needs root, or a Docker engine"
    ),
]
OF_DEBIAN = ("core-api", "operator", "dashboard", "web", "redis")
OF_PYTHON = ("core-api", "operator", "dashboard")


class Contents:
    """The files of an image, its layers laid over each other."""

    def __init__(self, archive: Path) -> None:
        with tarfile.open(archive) as packed:
            blobs = {member.name: member for member in packed.getmembers()}

            def blob(digest: str) -> IO[bytes]:
                file = packed.extractfile(blobs[f"blobs/{digest.replace(':', '/')}"])
                assert file is not None
                return file

            index = packed.extractfile("index.json")
            assert index is not None
            manifest = json.load(blob(json.load(index)["manifests"][0]["digest"]))
            self.configuration: dict[str, Any] = json.load(blob(manifest["config"]["digest"]))
            self.files: dict[str, tarfile.TarInfo] = {}
            self.texts: dict[str, str] = {}
            for layer in manifest["layers"]:
                with tarfile.open(fileobj=blob(layer["digest"])) as files:
                    for member in files:
                        self._lay(files, member)

    def _lay(self, files: tarfile.TarFile, member: tarfile.TarInfo) -> None:
        path = PurePosixPath("/", member.name)
        if path.name.startswith(".wh."):
            gone = str(path.with_name(path.name.removeprefix(".wh.")))
            for name in [name for name in self.files if name == gone or name.startswith(f"{gone}/")]:
                del self.files[name]
            return
        self.files[str(path)] = member
        if str(path).startswith("/etc/") and member.isreg():
            file = files.extractfile(member)
            assert file is not None
            self.texts[str(path)] = file.read().decode(errors="replace")

    def below(self, directory: str) -> Iterator[str]:
        return (name for name in self.files if name.startswith(f"{directory}/"))


@pytest.fixture(scope="module")
def images() -> dict[str, Contents]:
    built = build_all(FINISHED, PlainReport())
    return {name: Contents(image.archive) for name, image in built.items()}


@pytest.mark.parametrize("name", FINISHED)
def test_it_runs_as_the_project_s_user(images: dict[str, Contents], name: str) -> None:
    assert images[name].configuration["config"]["User"] == "10001:10001"


@pytest.mark.parametrize("name", FINISHED)
def test_nothing_in_it_runs_with_more_rights_than_its_user(images: dict[str, Contents], name: str) -> None:
    owned = [path for path, member in images[name].files.items() if member.uid == 10001]

    assert owned == []


@pytest.mark.parametrize("name", OF_DEBIAN)
def test_nothing_of_the_machine_stays(images: dict[str, Contents], name: str) -> None:
    if engine.docker_answers():
        pytest.skip("the sources in debian:bookworm-slim are its own, not the machine's")
    contents = images[name]
    hosts = {line.split()[1].split("/")[2] for line in debian.sources()}

    assert contents.texts.get("/etc/apt/sources.list", "") == ""
    assert list(contents.below("/etc/apt/sources.list.d")) == []
    for path in ("/etc/resolv.conf", "/etc/hostname", "/etc/ssl/certs/ca-certificates.crt"):
        assert contents.texts.get(path, "") == "", path
    for path, text in contents.texts.items():
        assert not [host for host in hosts if host in text], path
    assert "Env" in contents.configuration["config"]
    assert not [entry for entry in contents.configuration["config"]["Env"] if "PROXY" in entry.upper()]


@pytest.mark.parametrize("name", OF_DEBIAN)
def test_caches_and_manuals_are_left_out(images: dict[str, Contents], name: str) -> None:
    contents = images[name]

    for directory in ("/var/lib/apt/lists", "/var/cache/apt", "/usr/share/man", "/usr/share/locale", "/root"):
        left = [path for path in contents.below(directory) if contents.files[path].isreg()]
        assert [path for path in left if "/." not in path] == []


@pytest.mark.parametrize("name", OF_PYTHON)
def test_all_byte_code_is_there_and_pip_is_not(images: dict[str, Contents], name: str) -> None:
    contents = images[name]
    packages = "/usr/local/lib/python3.11/dist-packages"
    modules = [PurePosixPath(path) for path in contents.below(packages) if path.endswith(".py")]

    assert len(modules) > 500
    lacking = [
        str(path)
        for path in modules
        if str(path.parent / "__pycache__" / f"{path.stem}.cpython-311.pyc") not in contents.files
    ]
    assert lacking == []
    assert not [path for path in contents.files if "/pip/" in path or path.endswith("/pip")]


@pytest.mark.parametrize("name", OF_PYTHON)
def test_everybody_may_read_the_program(images: dict[str, Contents], name: str) -> None:
    contents = images[name]

    for path in contents.below("/usr/local/lib/python3.11/dist-packages"):
        wanted = 0o005 if contents.files[path].isdir() else 0o004
        assert contents.files[path].mode & wanted == wanted, path
