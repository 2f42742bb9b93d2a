"""A real FerretDB for tests: the program and the flags of the dev cluster, on a free port.

A conftest takes the fixture by importing it:

    from support.ferretdb import ferretdb  # noqa: F401
"""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from backpack_devcluster import gobuild
from backpack_devcluster.report import PlainReport
from support.processes import ServerProcess, free_port

USERNAME = "backpack"
PASSWORD = "a password of the tests"


class FerretDB(ServerProcess):
    """One FerretDB on SQLite, with SCRAM authentication."""

    def __init__(self, directory: Path) -> None:
        data, state = directory / "data", directory / "state"
        data.mkdir(parents=True)
        state.mkdir()
        port = free_port()
        self.host = f"127.0.0.1:{port}"
        super().__init__(
            [
                str(gobuild.build("ferretdb", PlainReport())),
                "--handler=sqlite",
                f"--sqlite-url=file:{data}/",
                f"--listen-addr={self.host}",
                "--debug-addr=-",
                "--telemetry=disable",
                f"--state-dir={state}",
                "--test-enable-new-auth",
                "--log-level=warn",
            ],
            directory / "ferretdb.log",
            {
                **os.environ,
                "FERRETDB_SETUP_USERNAME": USERNAME,
                "FERRETDB_SETUP_PASSWORD": PASSWORD,
                "FERRETDB_SETUP_DATABASE": "admin",
            },
            port,
        )


@pytest.fixture(scope="session")
def ferretdb(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FerretDB]:
    """One FerretDB for all tests of a worker: they must use databases or names of their own."""
    server = FerretDB(tmp_path_factory.mktemp("ferretdb"))
    server.start()
    yield server
    server.stop()
