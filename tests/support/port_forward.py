"""A port of a pod on this machine, as `kubectl port-forward` gives it to an administrator."""

import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

from support.kubectl import Kubectl


@contextmanager
def port_forward(kubectl: Kubectl, pod: str, port: int) -> Iterator[str]:
    """`host:port` of this machine that leads to the pod's port, within the block."""
    command = [
        str(kubectl.program),
        f"--kubeconfig={kubectl.kubeconfig}",
        f"--namespace={kubectl.namespace}",
        "port-forward",
        f"pod/{pod}",
        f":{port}",
        "--address=127.0.0.1",
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            found = re.match(r"Forwarding from (127\.0\.0\.1:\d+)", line)
            assert found, line
            yield found[1]
        finally:
            process.kill()
