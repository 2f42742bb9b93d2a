"""kubectl for the measurements, in the running cluster that `make up` made."""

import json
import secrets
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from backpack_dev.system import RunningSystem, running_system


def find_system() -> RunningSystem:
    system = running_system()
    if system is None:
        raise SystemExit("No system is running; start it with `make up`.")
    return system


def kubectl(system: RunningSystem, *arguments: str, stdin: str | None = None) -> str:
    command = [str(system.kubectl), f"--kubeconfig={system.kubeconfig}", *arguments]
    done = subprocess.run(command, input=stdin, capture_output=True, text=True, timeout=180, check=False)
    if done.returncode:
        raise SystemExit(f"kubectl {' '.join(arguments)}: {done.stderr.strip()}")
    return done.stdout


def kubectl_json(system: RunningSystem, *arguments: str) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(kubectl(system, *arguments, "-o", "json"))
    return answer


@contextmanager
def scratch_namespace(system: RunningSystem) -> Iterator[str]:
    name = f"bench-{secrets.token_hex(3)}"
    kubectl(system, "create", "namespace", name)
    try:
        yield name
    finally:
        kubectl(system, "delete", "namespace", name, "--wait=true")
