"""The table of what the SDKs can do, in `docs/sdk.md`, made from the cases that both play.

`make sdk-table` makes it, and a test compares: nothing is in it that no case shows.
"""

import re
from collections import Counter
from pathlib import Path
from typing import Any

import yaml

from .parts import REPOSITORY

CASES = REPOSITORY / "sdk" / "cases"
PAGE = REPOSITORY / "docs" / "sdk.md"
_TABLE = re.compile(r"(<!-- capabilities: begin -->\n).*(<!-- capabilities: end -->)", re.DOTALL)

Files = dict[str, dict[str, Any]]


def files(folder: Path = CASES) -> Files:
    """Every file of cases by its name."""
    return {path.stem: yaml.safe_load(path.read_text()) for path in sorted(folder.glob("*.yaml"))}


def problems(found: Files) -> list[str]:
    """Capabilities that no case shows, and what cases show that is none."""
    shown = _shown(found)
    known = {name for content in found.values() for name in content["capabilities"]}
    return [f"no case shows `{name}`" for name in sorted(known - set(shown))] + [
        f"`{name}` is shown and is no capability" for name in sorted(set(shown) - known)
    ]


def table(found: Files) -> str:
    """The capabilities by service, with their names in each language and how many cases show them."""
    shown = _shown(found)
    lines: list[str] = []
    for content in sorted(found.values(), key=lambda content: _ORDER.index(content["service"])):
        if not content["capabilities"]:
            continue
        rows = [
            f"| {title} | {_name(name)} | {_python_name(name, content)} | {shown[name]} |"
            for name, title in content["capabilities"].items()
        ]
        lines += [f"| **{content['about']}** | JavaScript | Python | cases |", "|---|---|---|---|", *rows, ""]
    return "\n".join(lines) + "\n"


def page(text: str, found: Files) -> str:
    """The documentation's page with the table as the cases make it."""
    return _TABLE.sub(lambda match: f"{match[1]}\n{table(found)}{match[2]}", text)


def refresh() -> None:
    """Make the page's table anew."""
    PAGE.write_text(page(PAGE.read_text(), files()))


_ORDER = ("auth", "db", "storage", "realtime", "original")


def _shown(found: Files) -> Counter[str]:
    return Counter(name for content in found.values() for case in content["cases"] for name in case["shows"])


def _name(name: str) -> str:
    return f"`{name}`" if "." in name or name == "createSdk" else ""


def _python_name(name: str, content: dict[str, Any]) -> str:
    if content["service"] == "original":
        return "–"
    return re.sub(r"(?<=[a-z])[A-Z]", lambda match: f"_{match[0].lower()}", _name(name))
