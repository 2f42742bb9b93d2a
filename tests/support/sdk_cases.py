"""The table of cases that every SDK plays: `sdk/cases/*.yaml`. Its format: `sdk/cases/README.md`."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

CASES = Path(__file__).resolve().parents[2] / "sdk" / "cases"


@dataclass(frozen=True)
class Case:
    """One case, as its file has it."""

    file: str
    name: str
    content: dict[str, Any]

    @property
    def id(self) -> str:
        return f"{self.file}: {self.name}"


def files() -> dict[str, dict[str, Any]]:
    """Every file's content, by its name without `.yaml`."""
    return {path.stem: yaml.safe_load(path.read_text()) for path in sorted(CASES.glob("*.yaml"))}


def all_cases(runtime: str) -> list[Case]:
    """The cases that this runtime plays."""
    return [
        Case(file, case["case"], case)
        for file, content in files().items()
        for case in content["cases"]
        if runtime not in case.get("except", {})
    ]
