"""The site's front, started as each test wants it."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from support.site_front import Front, running_front, shared_files
from support.site_origin import SiteOrigin


@pytest.fixture
def origin() -> Iterator[SiteOrigin]:
    server = SiteOrigin(pages={"/": b"<h1>first</h1>"}).start()
    yield server
    server.gate.set()
    server.stop()


@pytest.fixture
def share() -> Iterator[Path]:
    with shared_files() as directory:
        yield directory


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
