"""Server processes of the tests' own: on free ports, in their own directories, ended
by their own pid and never by name."""

import signal
import socket
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from support.waiting import eventually

END_SECONDS = 15.0


def free_port() -> int:
    """A TCP port of 127.0.0.1 that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def listens(port: int) -> bool:
    """Whether something accepts connections on this port of 127.0.0.1."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=0.5).close()
    except OSError:
        return False
    return True


class ServerProcess:
    """A program that can be started, killed and started again with the same data."""

    def __init__(
        self, command: Sequence[str], log: Path, environment: Mapping[str, str], port: int | None = None
    ) -> None:
        self._command = list(command)
        self._environment = dict(environment)
        self._port = port
        self.log = log
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        assert self._process is not None, "the process was never started"
        return self._process.pid

    def start(self) -> None:
        """Start it, and return once its port accepts connections."""
        assert self._process is None, "the process runs already"
        with self.log.open("ab") as log:
            # A session of its own: the kernel wakes the stopped members of a process group whose
            # shell ends, and a test that stopped its database means it.
            self._process = subprocess.Popen(
                self._command,
                env=self._environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        if self._port is not None:
            port = self._port
            eventually(lambda: self.alive() and listens(port), within=20, every=0.02, what=self._what())

    def alive(self) -> bool:
        """True while it runs; an `AssertionError` with its log where it ended by itself."""
        assert self._process is not None
        status = self._process.poll()
        if status is not None:
            raise RuntimeError(f"{self._what()} ended with status {status}: {self.log_text()[-2000:]}")
        return True

    def signal(self, number: signal.Signals) -> None:
        assert self._process is not None
        self._process.send_signal(number)

    def wait(self) -> int:
        """The exit status, once it has ended."""
        assert self._process is not None
        status = self._process.wait(END_SECONDS)
        self._process = None
        return status

    def stop(self) -> int | None:
        """End it in an orderly way; None where it didn't run."""
        if self._process is None:
            return None
        self.signal(signal.SIGCONT)
        self.signal(signal.SIGTERM)
        try:
            return self.wait()
        except subprocess.TimeoutExpired:
            self.kill()
            raise

    def kill(self) -> None:
        """End it as a crash would, at once."""
        if self._process is not None:
            self._process.kill()
            self.wait()

    def log_text(self) -> str:
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    def _what(self) -> str:
        return Path(self._command[0]).name
