"""Daemons that outlive the command that started them: their records, start and end.

A process is known by its id *and* the moment it started, so that a record left
by a crash or a reboot never points at a stranger who was given the same id.
"""

import atexit
import contextlib
import json
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from . import files, paths
from .errors import DaemonFailed

_LOG_BYTES = 20_000_000
"""A log that is larger is put aside at the next start, in place of the one before."""

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")

# A child of this process must be waited for when it ends, or it stays a zombie.
_children: dict[int, subprocess.Popen[bytes]] = {}


@atexit.register
def _leave_them() -> None:
    """Daemons outlive who started them, of which `Popen` would complain."""
    for child in _children.values():
        child.returncode = child.poll() or 0


@dataclass(frozen=True)
class Identity:
    """Which process, of all that this machine has run."""

    pid: int
    started: int
    """Clock ticks from boot to the process's start."""
    boot: str


@dataclass(frozen=True)
class Daemon:
    """One long-running program of the cluster whose state is in `directory`."""

    name: str
    argv: Sequence[str]
    directory: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    ends_with_starter: bool = False
    """For tests: the kernel kills it when the thread that started it ends."""


def identify(pid: int) -> Identity | None:
    """The identity of the process that has this id now; None for no process or a zombie.

    A killed process is a zombie as soon as its first thread has ended, but its files and
    ports are its own until the last one has: it counts as running until then.
    """
    fields = _stat(Path(f"/proc/{pid}"))
    if fields is None or (_ended(fields) and all(map(_ended, _threads(pid)))):
        return None
    return Identity(pid, int(fields[19]), _BOOT_ID.read_text().strip())


def alive(identity: Identity) -> bool:
    """Whether this very process still runs."""
    child = _children.get(identity.pid)
    if child is not None and child.poll() is not None:
        del _children[identity.pid]
    return identify(identity.pid) == identity


def record_path(directory: Path, name: str) -> Path:
    return directory / "run" / f"{name}.json"


def recorded(directory: Path, name: str) -> Identity | None:
    """What was last started under this name, running or not."""
    try:
        return Identity(**json.loads(record_path(directory, name).read_text()))
    except (FileNotFoundError, ValueError, TypeError):
        return None


def running(directory: Path, name: str) -> Identity | None:
    """The daemon of this name, if it runs."""
    identity = recorded(directory, name)
    return identity if identity is not None and alive(identity) else None


def names(directory: Path) -> list[str]:
    """Every daemon that has a record."""
    return sorted(path.stem for path in (directory / "run").glob("*.json"))


def start(daemon: Daemon) -> bool:
    """Start it unless it runs; True when it was started. Its output goes to its log."""
    if running(daemon.directory, daemon.name):
        return False
    log = paths.log(daemon.directory, daemon.name)
    log.parent.mkdir(parents=True, exist_ok=True)
    if log.exists() and log.stat().st_size > _LOG_BYTES:
        log.rename(log.with_suffix(".old.log"))
    argv = list(daemon.argv)
    if daemon.ends_with_starter:
        argv = ["setpriv", "--pdeathsig", "KILL", "--", *argv]
    with log.open("ab") as output:
        try:
            child = subprocess.Popen(
                argv,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env={**_base_environment(), **daemon.environment},
                cwd=daemon.directory,
                start_new_session=True,
            )
        except FileNotFoundError as error:
            raise DaemonFailed(f"{daemon.name} can't be started: there is no {argv[0]}") from error
    _children[child.pid] = child
    identity = identify(child.pid)
    if identity is None:
        raise failed(daemon.directory, daemon.name)
    files.put(record_path(daemon.directory, daemon.name), json.dumps(asdict(identity)))
    return True


def stop(directory: Path, name: str, seconds: float = 20.0) -> None:
    """End it: asked first, killed when it has not gone after `seconds`. Its record goes too."""
    identity = recorded(directory, name)
    if identity is not None:
        end(identity, seconds)
    record_path(directory, name).unlink(missing_ok=True)


def end(identity: Identity, seconds: float) -> None:
    """End one process, if it is still that one, and wait until it is gone."""
    for sign, patience in ((signal.SIGTERM, seconds), (signal.SIGKILL, 10.0)):
        if not alive(identity):
            return
        with contextlib.suppress(ProcessLookupError):
            os.kill(identity.pid, sign)
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            if not alive(identity):
                return
            time.sleep(0.02)
    raise DaemonFailed(f"process {identity.pid} does not end, not even when killed")


def failed(directory: Path, name: str) -> DaemonFailed:
    """The error that tells of a daemon's end, with the last words of its log."""
    log = paths.log(directory, name)
    try:
        last = log.read_text(errors="replace").strip().splitlines()[-5:]
    except FileNotFoundError:
        last = []
    quoted = "\n".join(f"    {line[:300]}" for line in last)
    return DaemonFailed(f"{name} has ended; the last lines of {log}:\n{quoted}")


def _threads(pid: int) -> list[list[str]]:
    """The state of each thread that there still is."""
    try:
        threads = list(Path(f"/proc/{pid}/task").iterdir())
    except (FileNotFoundError, ProcessLookupError):
        return []
    return [fields for fields in map(_stat, threads) if fields is not None]


def _stat(folder: Path) -> list[str] | None:
    """The fields of proc(5)'s `stat` that follow the program's name; None when there is none."""
    try:
        stat = (folder / "stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None
    # The name is in brackets, and may hold anything.
    return stat.rpartition(")")[2].split()


def _ended(fields: list[str]) -> bool:
    return fields[0] in "ZX"


def _base_environment() -> dict[str, str]:
    # Proxies, GODEBUG, KUBECONFIG and the like of the user's shell have no
    # business in the daemons; a proxy would even take the API server's calls.
    kept = ("PATH", "HOME", "LANG", "TZ", "TMPDIR")
    return {name: os.environ[name] for name in kept if name in os.environ}
