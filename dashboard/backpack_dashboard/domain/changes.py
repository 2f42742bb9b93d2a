"""What differs between two specs, as a merge patch and as words."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Difference:
    """One field, by its dotted path; None where it isn't set."""

    path: str
    before: Any
    after: Any

    @property
    def words(self) -> str:
        return f"{_short(self.before)} → {_short(self.after)}"


def differences(before: Mapping[str, Any], after: Mapping[str, Any], at: str = "") -> list[Difference]:
    """The fields that aren't the same, by their paths. A list counts as one value."""
    found: list[Difference] = []
    for key in sorted({*before, *after}):
        path = f"{at}.{key}" if at else key
        old, new = before.get(key), after.get(key)
        if isinstance(old, Mapping) and isinstance(new, Mapping):
            found += differences(old, new, path)
        elif isinstance(old, Mapping) and new is None:
            found += differences(old, {}, path)
        elif isinstance(new, Mapping) and old is None:
            found += differences({}, new, path) or [Difference(path, None, new)]
        elif old != new or type(old) is not type(new):
            found.append(Difference(path, old, new))
    return found


def merge_patch(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """What makes `before` into `after` as a JSON merge patch (RFC 7386)."""
    patch: dict[str, Any] = {key: None for key in before if key not in after}
    for key, new in after.items():
        old = before.get(key)
        if isinstance(old, Mapping) and isinstance(new, Mapping):
            if inner := merge_patch(old, new):
                patch[key] = inner
        elif key not in before or old != new or type(old) is not type(new):
            patch[key] = new
    return patch


def _short(value: Any) -> str:
    if value is None:
        return "not set"
    text = value if isinstance(value, str) else json.dumps(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
