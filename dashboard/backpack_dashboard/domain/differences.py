"""What two people changed in one document, each from the same version of it: which changes
go together, and which don't."""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from backpack_dashboard.domain.json_text import JsonObject, compact

Path = tuple[str, ...]
MISSING = object()
"""What stands where a document has no such field."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One field that at least one of them changed. None where it isn't there; else JSON text."""

    path: str
    theirs: str | None
    mine: str | None
    clashes: bool
    """Both changed it, and not to the same."""


@dataclass(frozen=True, slots=True)
class Comparison:
    differences: tuple[Difference, ...]
    merged: JsonObject | None
    """With the changes of both; None where they clash."""


def compare(base: JsonObject, theirs: JsonObject, mine: JsonObject) -> Comparison:
    """Both came of `base`. Objects are compared field by field, everything else as a whole."""
    they, i = dict(_changes(base, theirs, ())), dict(_changes(base, mine, ()))
    clashes = {
        mine_path
        for mine_path, mine_value in i.items()
        for path, value in they.items()
        if _overlap(path, mine_path) and (path != mine_path or not _same(value, mine_value))
    }
    paths = [*they, *(path for path in i if path not in they)]
    differences = tuple(
        Difference(
            ".".join(path),
            _shown(_at(theirs, path)),
            _shown(_at(mine, path)),
            any(_overlap(path, clash) for clash in clashes),
        )
        for path in paths
    )
    if clashes:
        return Comparison(differences, None)
    merged = deepcopy(theirs)
    for path, value in i.items():
        _put(merged, path, value)
    return Comparison(differences, merged)


def _changes(before: Mapping[str, Any], after: Mapping[str, Any], path: Path) -> Iterator[tuple[Path, Any]]:
    for key in [*before, *(key for key in after if key not in before)]:
        old, new = before.get(key, MISSING), after.get(key, MISSING)
        if _same(old, new):
            continue
        if isinstance(old, dict) and isinstance(new, dict):
            yield from _changes(old, new, (*path, key))
        else:
            yield (*path, key), new


def _same(one: Any, other: Any) -> bool:
    """As JSON: to Python `1`, `1.0` and `true` are equal."""
    if one is MISSING or other is MISSING:
        return one is other
    return one == other and compact(one) == compact(other)


def _overlap(one: Path, other: Path) -> bool:
    length = min(len(one), len(other))
    return one[:length] == other[:length]


def _at(document: Any, path: Path) -> Any:
    for key in path:
        if not isinstance(document, dict) or key not in document:
            return MISSING
        document = document[key]
    return document


def _put(document: JsonObject, path: Path, value: Any) -> None:
    for key in path[:-1]:
        document = document[key]
    if value is MISSING:
        document.pop(path[-1], None)
    else:
        document[path[-1]] = value


def _shown(value: Any) -> str | None:
    return None if value is MISSING else compact(value, 200)
