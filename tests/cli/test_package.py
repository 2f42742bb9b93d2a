"""The distribution `backpack-cli`."""

import subprocess
import sys
import tomllib
from pathlib import Path
from zipfile import ZipFile

from backpack_contract.version import VERSION
from backpack_images.parts import REPOSITORY

CLI = REPOSITORY / "cli"


def test_the_wheel_has_the_program_and_nothing_else(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(tmp_path)]
    subprocess.run(command, cwd=CLI, check=True, capture_output=True, timeout=120)
    (wheel,) = tmp_path.iterdir()
    with ZipFile(wheel) as archive:
        assert {name.split("/")[0] for name in archive.namelist()} == {
            "backpack_cli",
            f"backpack_cli-{VERSION}.dist-info",
        }
        scripts = archive.read(f"backpack_cli-{VERSION}.dist-info/entry_points.txt").decode()
    assert "backpack = backpack_cli.main:main" in scripts


def test_it_is_independent_of_the_programs_in_the_cluster() -> None:
    project = tomllib.loads((CLI / "pyproject.toml").read_text())["project"]
    assert project["version"] == VERSION
    sources = "".join(path.read_text() for path in (CLI / "backpack_cli").rglob("*.py"))
    for other in ("backpack_contract", "backpack_common", "backpack_api", "backpack_dashboard"):
        assert other not in sources
