"""A port of a pod on this machine, as `kubectl port-forward` gives it to an administrator."""

import re
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from .errors import ProgramFailed


@contextmanager
def port_forward(kubectl: Sequence[str], namespace: str, target: str, port: int) -> Iterator[str]:
    """`host:port` of this machine that leads to the port of `pod/NAME` or `deployment/NAME`."""
    command = [
        *kubectl,
        f"--namespace={namespace}",
        "port-forward",
        target,
        f":{port}",
        "--address=127.0.0.1",
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        try:
            line = next(iter(process.stdout or ()), "")
            found = re.match(r"Forwarding from (127\.0\.0\.1:\d+)", line)
            if found is None:
                raise ProgramFailed(f"`kubectl port-forward {target}` failed: {line.strip()}")
            yield found[1]
        finally:
            process.kill()
