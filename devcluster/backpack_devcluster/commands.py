"""Runs the machine's own tools (ip, iptables, mount …), with their complaint as the error."""

import shutil
import subprocess
from collections.abc import Sequence

from .errors import DevClusterError, Unfit


def run(*argv: str, stdin: str | None = None, seconds: float = 60.0) -> str:
    """Standard output of a command; `DevClusterError` quotes what it wrote to standard error."""
    try:
        done = subprocess.run(argv, input=stdin, capture_output=True, text=True, timeout=seconds, check=False)
    except FileNotFoundError as error:
        raise Unfit(f"there is no `{argv[0]}` on this machine, which the cluster needs") from error
    except subprocess.TimeoutExpired as error:
        raise DevClusterError(f"`{' '.join(argv[:4])}` did not end within {seconds:.0f} s") from error
    if done.returncode != 0:
        complaint = (done.stderr or done.stdout).strip()
        raise DevClusterError(f"`{' '.join(argv[:6])}` failed: {complaint}")
    return done.stdout


def succeeds(argv: Sequence[str]) -> bool:
    """Whether a command exists and ends well; its output is dropped."""
    return (
        shutil.which(argv[0]) is not None
        and subprocess.run(argv, capture_output=True, timeout=60, check=False).returncode == 0
    )
