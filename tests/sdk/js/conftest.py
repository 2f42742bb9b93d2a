"""The built SDK, and the runners of cases, built."""

from pathlib import Path

import pytest

from backpack_devcluster.report import silent
from backpack_images import javascript


@pytest.fixture(scope="session")
def dist() -> Path:
    """`sdk/js/dist`."""
    return javascript.build(silent())


@pytest.fixture(scope="session")
def runners(dist: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with `play.mjs` and `page.mjs`."""
    folder = tmp_path_factory.mktemp("runners")
    javascript.run("build.mjs", "--tests", str(folder))
    return folder
