"""The script that MongoDB is started with, run with stand-ins for `mongod` and `mongosh`
(which no package of this machine's registries has): what it does in which order, and
that whatever is interrupted is done again."""

import json
import os
import re
import signal
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from backpack_operator.specs.engines.mongodb import START, START_OF_TWO, cache_gib
from support.processes import free_port
from support.waiting import eventually

OPTION = "--wiredTigerCacheSizeGB=0.25"
MONGOD = """
import json, os, signal, socket, sys
options = dict(argument.lstrip("-").partition("=")[::2] for argument in sys.argv[1:])
with open(os.environ["RECORD"], "a") as record:
    record.write(json.dumps({"mongod": sys.argv[1:]}) + "\\n")
if os.environ.get("MONGOD_FAILS"):
    sys.exit(14)
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
server = socket.create_server(("127.0.0.1", int(options["port"])))
while True:
    server.accept()[0].close()
"""
MONGOSH = """
import json, os, sys
with open(os.environ["RECORD"], "a") as record:
    record.write(json.dumps({"mongosh": sys.argv[1:]}) + "\\n")
sys.exit(int(os.environ.get("MONGOSH_EXIT", "0")))
"""


class Image:
    """A container of the image, with its volume."""

    def __init__(self, directory: Path) -> None:
        self.data, self.record, self.log = directory / "data", directory / "record", directory / "log"
        self.data.mkdir()
        programs = directory / "bin"
        programs.mkdir()
        for name, source in (("mongod", MONGOD), ("mongosh", MONGOSH)):
            program = programs / name
            program.write_text(f"#!{sys.executable} -I\n{textwrap.dedent(source)}")
            program.chmod(0o755)
        self.environment = {
            "PATH": f"{programs}:{os.environ['PATH']}",
            "RECORD": str(self.record),
            "DATA": str(self.data),
            "PORT": str(free_port()),
            "ROOT_USERNAME": "root",
            "ROOT_PASSWORD": "root-secret",
            "API_USERNAME": "backpack",
            "API_PASSWORD": "api-secret",
            "API_DATABASE": "backpack",
            "SPARE_USERNAME": "backpack-b",
            "SPARE_PASSWORD": "spare-secret",
        }
        self.script = START

    @contextmanager
    def start(self, **changes: str) -> Iterator["subprocess.Popen[bytes]"]:
        self.record.write_text("")
        with self.log.open("wb") as log:
            process = subprocess.Popen(
                ["/bin/bash", "-c", self.script, "mongodb_start.sh", OPTION],
                env={**self.environment, **changes},
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        try:
            yield process
        finally:
            # Whatever is left of its group ends as with a container.
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def did(self) -> list[tuple[str, list[str]]]:
        lines = [json.loads(line) for line in self.record.read_text().splitlines()]
        return [next(iter(line.items())) for line in lines]

    def programs(self) -> list[str]:
        return [name for name, _ in self.did()]

    def serves(self) -> bool:
        """Whether MongoDB runs as all may reach it."""
        return bool(self.did()) and "--bind_ip_all" in self.did()[-1][1]


@pytest.fixture
def image(tmp_path: Path) -> Image:
    return Image(tmp_path)


def test_the_users_are_made_before_anybody_else_can_reach_it(image: Image) -> None:
    with image.start() as process:
        eventually(image.serves, within=20, every=0.05)
        (_, alone), (_, shell), (_, served) = image.did()
        assert image.programs() == ["mongod", "mongosh", "mongod"]
        common = [f"--dbpath={image.data}", f"--port={image.environment['PORT']}", OPTION]
        assert alone == [*common, "--bind_ip=127.0.0.1"]
        assert served == [*common, "--auth", "--bind_ip_all"]
        assert "readWrite" in shell[-1]
        assert "secret" not in str(image.did())
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0


def test_later_starts_go_straight_on(image: Image) -> None:
    for _ in range(2):
        with image.start():
            eventually(image.serves, within=20, every=0.05)
    assert image.programs() == ["mongod"]


@pytest.mark.parametrize("changed", ["ROOT_PASSWORD", "API_PASSWORD", "API_USERNAME"])
def test_a_change_of_the_credentials_is_taken_at_the_next_start(image: Image, changed: str) -> None:
    for changes in ({}, {changed: "another"}):
        with image.start(**changes):
            eventually(image.serves, within=20, every=0.05)
    assert image.programs() == ["mongod", "mongosh", "mongod"]


def test_what_was_interrupted_is_done_again(image: Image) -> None:
    with image.start(MONGOSH_EXIT="1") as process:
        assert process.wait(20) == 1
    assert image.programs() == ["mongod", "mongosh"]
    assert list(image.data.iterdir()) == []
    with image.start():
        eventually(image.serves, within=20, every=0.05)
    assert image.programs() == ["mongod", "mongosh", "mongod"]


def test_a_database_that_cannot_start_is_told_of(image: Image) -> None:
    with image.start(MONGOD_FAILS="1") as process:
        assert process.wait(20) == 1
    assert "before its users could be set up" in image.log.read_text()
    assert image.programs() == ["mongod"]


def test_with_a_second_user_both_may_change_their_own_password(image: Image) -> None:
    image.script = START_OF_TWO
    with image.start():
        eventually(image.serves, within=20, every=0.05)
    (_, shell) = image.did()[1]
    assert "ensure(SPARE_USERNAME, SPARE_PASSWORD" in shell[-1]
    assert "changeOwnPassword" in shell[-1]
    with image.start():
        eventually(image.serves, within=20, every=0.05)
    assert image.programs() == ["mongod"]
    with image.start(SPARE_PASSWORD="another"):
        eventually(image.serves, within=20, every=0.05)
    assert image.programs() == ["mongod", "mongosh", "mongod"]


def test_a_database_with_one_user_is_set_up_anew_once_it_gets_a_second(image: Image) -> None:
    for script in (START, START_OF_TWO):
        image.script = script
        with image.start():
            eventually(image.serves, within=20, every=0.05)
    assert image.programs() == ["mongod", "mongosh", "mongod"]


def test_the_script_of_one_user_knows_nothing_of_a_second() -> None:
    assert "SPARE" not in START
    assert "second user" not in START + START_OF_TWO


@pytest.mark.parametrize("script", [START, START_OF_TWO])
def test_kubernetes_replaces_nothing_in_the_script(script: str) -> None:
    """Source: `$(NAME)` and `$$` in `Container.command` of the Kubernetes API."""
    assert re.search(r"\$\$|\$\([A-Za-z0-9_.-]+\)", script) is None


@pytest.mark.parametrize(
    ("memory", "cache"), [(256 * 2**20, "0.25"), (2**30, "0.38"), (4 * 2**30, "1.88"), (0, "0.25")]
)
def test_the_cache_is_half_of_what_is_not_needed_otherwise(memory: int, cache: str) -> None:
    assert cache_gib(memory) == cache
