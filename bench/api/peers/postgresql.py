"""PostgreSQL from Debian, in a directory of its own, with its defaults: `fsync` and
`synchronous_commit` on."""

import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path

import psutil

from support.processes import ServerProcess, free_port

USER = "postgres"


class PostgreSQL:
    """One server with one database, reached by TCP on 127.0.0.1."""

    def __init__(self) -> None:
        self._programs = _programs()
        # It refuses to run as root, and must reach every folder above its data.
        self._directory = Path(tempfile.mkdtemp(prefix="bench-postgresql-"))
        if os.geteuid() == 0:
            account = pwd.getpwnam(USER)
            os.chown(self._directory, account.pw_uid, account.pw_gid)
        data = self._directory / "data"
        self.port = free_port()
        initialise = (
            str(self._programs / "initdb"),
            f"--username={USER}",
            "--auth=trust",
            f"--pgdata={data}",
        )
        self._run(*initialise)
        flags = {
            "listen_addresses": "127.0.0.1",
            "port": str(self.port),
            "unix_socket_directories": str(self._directory),
        }
        command = [str(self._programs / "postgres"), "-D", str(data)]
        command += [word for name, value in flags.items() for word in ("-c", f"{name}={value}")]
        log = self._directory.with_suffix(".log")
        self._server = ServerProcess(_unprivileged(command), log, os.environ, self.port)
        self._log = log
        self._server.start()
        self.url = f"postgres://{USER}@127.0.0.1:{self.port}/{USER}"

    def execute(self, statement: str) -> str:
        """The answer to a statement, as text."""
        return self._run(
            str(self._programs / "psql"),
            self.url,
            "--no-psqlrc",
            "--tuples-only",
            "--no-align",
            "-c",
            statement,
        )

    def pids(self) -> list[int]:
        """Its processes; one for each connection."""
        main = psutil.Process(self._server.pid)
        return [main.pid, *(child.pid for child in main.children())]

    def close(self) -> None:
        self._server.stop()
        shutil.rmtree(self._directory)
        self._log.unlink()

    def _run(self, *command: str) -> str:
        done = subprocess.run(
            _unprivileged(command), cwd="/", capture_output=True, text=True, timeout=300, check=False
        )
        if done.returncode:
            raise RuntimeError(f"{command[0]}: {done.stderr}")
        return done.stdout


def _unprivileged(command: list[str] | tuple[str, ...]) -> list[str]:
    if os.geteuid() != 0:
        return list(command)
    return ["setpriv", f"--reuid={USER}", f"--regid={USER}", "--clear-groups", *command]


def _programs() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    if not found:
        raise SystemExit("PostgreSQL is not installed; on Debian: apt-get install postgresql")
    return found[-1]
