"""Daemons are known by their id and the moment they started."""

import dataclasses
import os
import platform
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from backpack_devcluster import paths, preflight, processes, waiting
from backpack_devcluster.errors import DaemonFailed
from backpack_devcluster.processes import Daemon

_SYS_EXIT = {"x86_64": 60, "aarch64": 93}
"""The system call that ends one thread, by architecture."""


def sleeper(directory: Path, name: str = "sleeper") -> Daemon:
    return Daemon(name, ["sleep", "300"], directory)


def test_a_daemon_that_runs_is_not_started_twice(tmp_path: Path) -> None:
    assert processes.start(sleeper(tmp_path))
    first = processes.running(tmp_path, "sleeper")
    assert not processes.start(sleeper(tmp_path))
    assert processes.running(tmp_path, "sleeper") == first
    processes.stop(tmp_path, "sleeper")
    assert processes.names(tmp_path) == []


def test_one_that_was_killed_is_known_to_be_gone_while_it_is_still_a_zombie(tmp_path: Path) -> None:
    child = subprocess.Popen(["sleep", "300"])
    identity = processes.identify(child.pid)
    assert identity is not None
    assert processes.alive(identity)
    child.kill()
    # Not waited for, so the kernel keeps it as a zombie until the end of the test.
    waiting.until(lambda: not processes.alive(identity), "the end of the child", 5)
    assert Path(f"/proc/{child.pid}").exists()
    child.wait()


def test_one_whose_threads_have_not_all_ended_still_holds_its_ports(tmp_path: Path) -> None:
    # The first thread ends alone, as it may in the middle of a kill; the other still listens.
    program = (
        "import ctypes, socket, threading, time; listener = socket.create_server(('127.0.0.1', 0));"
        "threading.Thread(target=time.sleep, args=(300,)).start();"
        "print(listener.getsockname()[1], flush=True);"
        f"ctypes.CDLL(None).syscall({_SYS_EXIT[platform.machine()]}, 0)"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        port = int(child.stdout.readline())
        state = Path(f"/proc/{child.pid}/stat")
        waiting.until(lambda: ") Z " in state.read_text(), "the end of the first thread", 5)
        identity = processes.identify(child.pid)
        assert preflight.port(port) is not None
        assert identity is not None
        assert processes.alive(identity)
        os.kill(child.pid, signal.SIGKILL)
        waiting.until(lambda: not processes.alive(identity), "the end of the child", 5)
        assert preflight.port(port) is None


@pytest.mark.parametrize("field", ["started", "boot"])
def test_a_stranger_with_the_same_id_is_neither_ours_nor_ended(tmp_path: Path, field: str) -> None:
    processes.start(sleeper(tmp_path))
    identity = processes.running(tmp_path, "sleeper")
    assert identity is not None
    changes: dict[str, int | str] = {"started": identity.started - 1, "boot": "another"}
    stranger = dataclasses.replace(identity, **{field: changes[field]})  # type: ignore[arg-type]
    assert not processes.alive(stranger)
    processes.end(stranger, seconds=1)
    assert processes.alive(identity)
    processes.stop(tmp_path, "sleeper")


def test_a_daemon_that_ignores_the_request_is_killed(tmp_path: Path) -> None:
    deaf = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
        "print('deaf', flush=True); time.sleep(300)"
    )
    processes.start(Daemon("deaf", [sys.executable, "-c", deaf], tmp_path))
    identity = processes.running(tmp_path, "deaf")
    assert identity is not None
    log = paths.log(tmp_path, "deaf")
    waiting.until(lambda: "deaf" in log.read_text(), "the daemon's first word", 10)
    processes.stop(tmp_path, "deaf", seconds=0.1)
    assert not processes.alive(identity)


def test_a_record_that_was_cut_off_counts_as_none(tmp_path: Path) -> None:
    record = processes.record_path(tmp_path, "broken")
    record.parent.mkdir()
    record.write_text('{"pid": 1')
    assert processes.running(tmp_path, "broken") is None


def test_a_daemon_has_nothing_of_the_users_environment_that_could_mislead_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    processes.start(Daemon("env", ["sh", "-c", "env; exec sleep 300"], tmp_path, {"GIVEN": "yes"}))
    log = paths.log(tmp_path, "env")
    waiting.until(lambda: "GIVEN=yes" in log.read_text(), "the environment", 5)
    assert "PROXY" not in log.read_text()
    processes.stop(tmp_path, "env")


def test_a_program_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(DaemonFailed, match="there is no /nowhere/etcd"):
        processes.start(Daemon("etcd", ["/nowhere/etcd"], tmp_path))


def test_a_daemon_of_a_test_ends_with_the_test_process(tmp_path: Path) -> None:
    starter = (
        "import sys, time; from pathlib import Path; from backpack_devcluster import processes as p;"
        "p.start(p.Daemon('child', ['sleep', '300'], Path(sys.argv[1]), ends_with_starter=True));"
        "print('started', flush=True); time.sleep(300)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", starter, str(tmp_path)], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "started\n"
        identity = processes.running(tmp_path, "child")
        assert identity is not None
        # Only then has the kernel been told to end it with its starter.
        command = Path(f"/proc/{identity.pid}/cmdline")
        waiting.until(lambda: command.read_bytes().startswith(b"sleep"), "the daemon itself", 30)
        os.kill(process.pid, signal.SIGKILL)
        waiting.until(lambda: not processes.alive(identity), "the end of the daemon", 30)
