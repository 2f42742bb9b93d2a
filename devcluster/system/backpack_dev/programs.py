"""Calls of other programs: bounded in time, their errors quoted."""

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .errors import ProgramFailed


def run(
    program: Path | str,
    *arguments: str,
    stdin: str | None = None,
    seconds: float = 60,
    environment: Mapping[str, str] | None = None,
) -> str:
    """Standard output of the program; `ProgramFailed` quotes its standard error."""
    command = [str(program), *arguments]
    shown = f"{Path(program).name} {' '.join(arguments[:3])}"
    try:
        done = subprocess.run(
            command,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=seconds,
            env=environment,
            check=False,
        )
    except FileNotFoundError as error:
        raise ProgramFailed(f"`{Path(program).name}` is not installed, and is needed here") from error
    except subprocess.TimeoutExpired as error:
        raise ProgramFailed(f"`{shown}` did not end within {seconds:.0f} s") from error
    if done.returncode:
        raise ProgramFailed(f"`{shown}` failed: {(done.stderr or done.stdout).strip()}")
    return done.stdout


def run_json(program: Path | str, *arguments: str, seconds: float = 60) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(run(program, *arguments, seconds=seconds))
    return answer
