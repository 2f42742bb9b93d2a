"""The site's front, started as each test wants it."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from backpack_contract.resources import RUN_AS
from support.site_front import AS_ROOT, WEB, Front, running_front
from support.site_origin import SiteOrigin


@pytest.fixture
def origin() -> Iterator[SiteOrigin]:
    server = SiteOrigin(pages={"/": b"<h1>first</h1>"}).start()
    yield server
    server.gate.set()
    server.stop()


@pytest.fixture
def share() -> Iterator[Path]:
    """A copy of the image's files in a place that the image's user can read and
    write, unlike the clone and pytest's own directories."""
    with tempfile.TemporaryDirectory(prefix="backpack-web-") as directory:
        for file in WEB.iterdir():
            shutil.copy(file, directory)
        if AS_ROOT:
            os.chown(directory, RUN_AS, RUN_AS)
        yield Path(directory)


@pytest.fixture
def start_front(tmp_path: Path, share: Path, origin: SiteOrigin) -> Iterator[Callable[..., Front]]:
    if shutil.which("nginx") is None:
        pytest.skip("nginx is not installed: on Debian, apt-get install nginx-light")
    with ExitStack() as running:

        def start(**settings: str) -> Front:
            return running.enter_context(running_front(share, tmp_path / "nginx.log", origin, settings))

        yield start


@pytest.fixture
def front(start_front: Callable[..., Front]) -> Front:
    return start_front()
