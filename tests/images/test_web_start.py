"""The web container says what is wrong with its environment, and starts with a right one."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from support.site_front import WEB, Front


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({}, "BACKPACK_API_HOST is not set"),
        ({"BACKPACK_API_HOST": "a b"}, "must be a host name, not `a b`"),
        ({"BACKPACK_API_HOST": "a;}"}, "must be a host name"),
        ({"BACKPACK_API_HOST": "api", "BACKPACK_API_PORT": "http"}, "BACKPACK_API_PORT must be a TCP port"),
        ({"BACKPACK_API_HOST": "api", "BACKPACK_WEB_CACHE": "lots"}, "BACKPACK_WEB_CACHE must be a size"),
        ({"BACKPACK_API_HOST": "api", "BACKPACK_RESOLVERS": "1.1.1.1; }"}, "must be addresses"),
    ],
)
def test_a_wrong_environment_is_refused_with_a_sentence(
    tmp_path: Path, settings: dict[str, str], sentence: str
) -> None:
    environment = {
        "PATH": os.environ["PATH"],
        "BACKPACK_WEB_RUN": str(tmp_path / "run"),
        "BACKPACK_WEB_SHARE": str(WEB),
        **settings,
    }

    done = subprocess.run(
        [str(WEB / "entrypoint.sh")], env=environment, capture_output=True, text=True, timeout=20, check=False
    )

    assert done.returncode == 64
    assert sentence in done.stderr
    assert not (tmp_path / "run").exists()


def test_the_resolvers_are_those_of_the_machine_unless_named(start_front: Callable[..., Front]) -> None:
    servers = [
        line.split()[1]
        for line in Path("/etc/resolv.conf").read_text().splitlines()
        if line.startswith("nameserver")
    ]

    front = start_front(BACKPACK_RESOLVERS="")

    written = (front.run / "nginx.conf").read_text()
    (line,) = [line for line in written.splitlines() if line.strip().startswith("resolver ")]
    for server in servers:
        assert server in line


def test_an_address_needs_no_name_server(start_front: Callable[..., Front]) -> None:
    front = start_front(BACKPACK_API_HOST="127.0.0.1")

    assert front.get("/").status_code == 200


def test_everything_that_is_written_lies_below_one_directory(front: Front) -> None:
    front.get("/")

    written = {path.name for path in front.run.iterdir()}
    assert written == {"cache", "temporary", "nginx.conf", "nginx.pid"}
