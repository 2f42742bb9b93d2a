"""Starts the programs that do the work, and turns their failures into sentences."""

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from .errors import ImageError

_TAIL = 30
"""Lines of a failed command's output that are shown."""


def run(
    command: Sequence[str],
    *,
    what: str,
    stdin: str = "",
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
) -> str:
    """Run `command` to its end and return its standard output.

    `what` names the work in the `ImageError` that a failure becomes; a program
    that is not installed is one too.
    """
    try:
        done = subprocess.run(
            command,
            input=stdin,
            env={**os.environ, **(environment or {})},
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
            # What is made for an image must be readable in it, whatever the user's own.
            umask=0o022,
        )
    except FileNotFoundError as error:
        raise ImageError(f"{what} needs the program `{command[0]}`, which is not installed") from error
    if done.returncode != 0:
        printed = "\n".join((done.stdout + done.stderr).strip().splitlines()[-_TAIL:])
        raise ImageError(f"{what} failed (exit code {done.returncode}):\n{printed}")
    return done.stdout


def in_private_mounts(command: Sequence[str]) -> list[str]:
    """`command` in a mount namespace of its own: whatever it mounts is gone with
    it, also when it is killed."""
    return ["unshare", "--mount", "--propagation", "private", *command]
