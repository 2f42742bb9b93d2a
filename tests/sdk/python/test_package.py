"""The package as it is published: what is in it, and that the README is true of it, in an environment that
has only it and what it asks for."""

import asyncio
import re
import shutil
import subprocess
import sys
import tomllib
import venv
from importlib.metadata import distribution
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from packaging.requirements import Requirement

from backpack_contract.version import VERSION
from backpack_images import sync_face
from backpack_images.parts import REPOSITORY
from support.core_api import CoreApi, new_person

SDK = REPOSITORY / "sdk" / "python"
PROGRAMS = re.findall(r"```python\n(.*?)```", (SDK / "README.md").read_text(), re.DOTALL)
PROJECT = tomllib.loads((SDK / "pyproject.toml").read_text())["project"]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `python -m build` makes."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(command, cwd=SDK, check=True, capture_output=True, timeout=120)
    (built,) = folder.iterdir()
    return built


@pytest.fixture(scope="module")
def python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of an empty environment into which the wheel was installed, without a network."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=False)
    interpreter = folder / "bin" / "python"
    (site,) = folder.glob("lib/python*/site-packages")
    for name in sorted(needed(PROJECT["dependencies"])):
        put(name, site)
    command = ["-m", "pip", "--python", str(interpreter), "install", "--no-index", "--quiet", str(wheel)]
    subprocess.run([sys.executable, *command], check=True, timeout=120)
    return interpreter


def needed(requirements: list[str]) -> set[str]:
    """These distributions, and those that they need here."""
    found: set[str] = set()
    waiting = [Requirement(text) for text in requirements]
    while waiting:
        one = waiting.pop()
        if one.name in found or (one.marker and not one.marker.evaluate({"extra": ""})):
            continue
        found.add(one.name)
        waiting += [Requirement(text) for text in distribution(one.name).requires or ()]
    return found


def put(name: str, site: Path) -> None:
    """Copy a distribution as it is installed here: pip finds it there."""
    for file in distribution(name).files or ():
        if ".." not in file.parts and "__pycache__" not in file.parts:
            (site / file).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(file.locate(), site / file)


def run(python: Path, program: str, folder: Path) -> str:
    """What a program prints, in a folder of its own."""
    (folder / "program.py").write_text(program)
    command = [str(python), "-W", "error", "program.py"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_the_package_has_what_it_needs_and_no_more(wheel: Path) -> None:
    names = {name.split("/")[0] for name in ZipFile(wheel).namelist()}
    assert names == {"backpack_sdk", f"backpack_sdk-{VERSION}.dist-info"}
    inside = ZipFile(wheel).namelist()
    assert {"backpack_sdk/py.typed", "backpack_sdk/sync.pyi"} <= set(inside)
    assert PROJECT["version"] == VERSION


def test_the_readme_s_programs_run(python: Path, sdk_api: CoreApi, tmp_path: Path) -> None:
    programs = [program.replace("https://todo-api.example.com", sdk_api.public) for program in PROGRAMS[:2]]
    programs = [program.replace("ada@example.com", "readme@example.com") for program in programs]
    programs = [program.replace('"tasks"', '"tasks-readme"') for program in programs]
    shown = [run(python, program, tmp_path) for program in programs]
    assert "Pack 2\n" in shown[0]
    assert shown[1] == "Pack\n"


def test_the_readme_s_other_examples_run(
    sdk_api: CoreApi, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One after the other, as a reader would put them into a program."""
    ada = new_person(sdk_api)
    collection = ada.make_collection().removeprefix("/db/")
    monkeypatch.chdir(tmp_path)
    Path("picture.jpg").write_bytes(b"x" * 5000)
    text = "".join(PROGRAMS[2:]).replace('"tasks"', repr(collection))
    lines = "".join(f"        {line}\n" for line in text.splitlines())
    program = (
        "import asyncio\nfrom backpack_sdk import create_client\nasync def main():\n"
        f"    async with create_client({sdk_api.public!r}, token={ada.token!r}) as backpack:\n{lines}"
    )
    names: dict[str, Any] = {}
    exec(compile(program, "README.md", "exec"), names)  # noqa: S102  our own examples
    asyncio.run(names["main"]())


def test_the_synchronous_face_s_types_are_those_of_the_source() -> None:
    assert sync_face.STUB.read_text() == sync_face.stub(), "run `make sdk-sync`"
