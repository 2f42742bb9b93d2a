"""What the dashboard's pages load besides its own files: scripts of npm packages, copied
from where npm unpacks them. Nothing is bundled and nothing of npm's is run.

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
_DESCRIPTIONS = ("package.json", "package-lock.json")
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
            for name in _DESCRIPTIONS:
                shutil.copyfile(DASHBOARD / name, place / name)
            _install(place, "--omit=dev")
            _copy(place / "node_modules", context / "build" / "vendor")


def ensure(report: Report) -> None:
    """Have the files in the source tree, and what tests use of npm's; quick where they are."""
    mark = VENDOR / _MARK
    if mark.is_file() and mark.read_text() == _key() and INSTALLED.is_dir():
        return
    with report.step("Fetch the dashboard's scripts"):
        _install(DASHBOARD)
        shutil.rmtree(VENDOR, ignore_errors=True)
        _copy(INSTALLED, VENDOR)
        mark.write_text(_key())


def _install(folder: Path, *options: str) -> None:
    quiet = ("--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
    javascript.npm("ci", *quiet, *options, folder=folder)


def _copy(installed: Path, target: Path) -> None:
    target.mkdir(parents=True, exist_ok=True)
    for name, source in FILES.items():
        shutil.copyfile(installed / source, target / name)


def _key() -> str:
    texts = [(DASHBOARD / name).read_bytes() for name in _DESCRIPTIONS]
    return hashlib.sha256(b"\0".join([*texts, repr(FILES).encode()])).hexdigest()
