"""What the dashboard's pages load besides its own files: scripts of npm packages, copied
from where npm unpacks them, and the editor for JSON, which esbuild makes one file of. Of
npm's scripts none is run when packages are installed.

An image gets them with its context; the source tree has them beside the dashboard's own
files, where `make vendor` puts them and git ignores them.
"""

import hashlib
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from backpack_devcluster.report import Report

from . import javascript
from .parts import REPOSITORY

DASHBOARD = REPOSITORY / "dashboard"
INSTALLED = DASHBOARD / "node_modules"
VENDOR = DASHBOARD / "backpack_dashboard" / "static" / "vendor"
FILES = {
    "client-zip.js": "client-zip/index.js",
    "htmx.min.js": "htmx.org/dist/htmx.min.js",
    "ws.min.js": "htmx-ext-ws/dist/ws.min.js",
}
"""Names in `static/vendor`, and what is copied there of `node_modules`."""
EDITOR = "json-editor.min.js"
"""The bundle in `static/vendor` that is made of `editor/`."""
_EDITOR_SOURCE = "editor/json_editor.js"
_DESCRIPTIONS = ("package.json", "package-lock.json")
_NOTICE = "/* With CodeMirror, MIT, (C) Marijn Haverbeke and others: codemirror.net */"
_SOURCES = (*_DESCRIPTIONS, _EDITOR_SOURCE)
_BUNDLE = (
    "--bundle",
    "--minify",
    "--format=iife",
    "--target=es2022",
    f"--banner:js={_NOTICE}",
    "--log-level=warning",
)
_MARK = ".installed"


@dataclass(frozen=True)
class BrowserFiles:
    """The files in `build/vendor` of an image's context."""

    files: tuple[tuple[str, str], ...] = tuple(FILES.items())

    def key(self, report: Report) -> str:  # noqa: ARG002
        return _key()

    def put(self, context: Path, report: Report) -> None:
        with report.step("Fetch the dashboard's scripts"), tempfile.TemporaryDirectory() as folder:
            place = Path(folder)
            for name in _SOURCES:
                (place / name).parent.mkdir(exist_ok=True)
                shutil.copyfile(DASHBOARD / name, place / name)
            _install(place, "--omit=dev")
            _fill(place, context / "build" / "vendor")


def ensure(report: Report) -> None:
    """Have the files in the source tree, and what tests use of npm's; quick where they are."""
    mark = VENDOR / _MARK
    if mark.is_file() and mark.read_text() == _key() and INSTALLED.is_dir():
        return
    with report.step("Fetch the dashboard's scripts"):
        _install(DASHBOARD)
        shutil.rmtree(VENDOR, ignore_errors=True)
        _fill(DASHBOARD, VENDOR)
        mark.write_text(_key())


def _install(folder: Path, *options: str) -> None:
    quiet = ("--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
    javascript.npm("ci", *quiet, *options, folder=folder)


def _fill(folder: Path, target: Path) -> None:
    target.mkdir(parents=True, exist_ok=True)
    installed = folder / "node_modules"
    for name, source in FILES.items():
        shutil.copyfile(installed / source, target / name)
    esbuild = installed / "esbuild" / "bin" / "esbuild"
    javascript.run(esbuild, _EDITOR_SOURCE, f"--outfile={target / EDITOR}", *_BUNDLE, folder=folder)


def _key() -> str:
    texts = [(DASHBOARD / name).read_bytes() for name in _SOURCES]
    return hashlib.sha256(b"\0".join([*texts, repr((FILES, _BUNDLE)).encode()])).hexdigest()
