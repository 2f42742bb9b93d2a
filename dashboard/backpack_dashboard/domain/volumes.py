"""How large the volumes of a backpack are to be, by its own spec. How full they are only its
API can tell: that is on its tab Usage, and asked of no backpack for a list."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from kubernetes.utils.quantity import parse_quantity

VOLUMES = (("database", "Database"), ("files", "Files"), ("cache", "Cache"))


@dataclass(frozen=True, slots=True)
class Asked:
    """`bytes`: the sum, None where one of the sizes can't be read. `words`: each by itself."""

    bytes: int | None
    words: str


def asked(spec: Mapping[str, Any]) -> Asked:
    """What the claims of a backpack with this spec ask for."""
    sizes = [(title, str(_size(spec, part))) for part, title in VOLUMES]
    words = ", ".join(f"{title} {text}" for title, text in sizes)
    try:
        return Asked(sum(_bytes(text) for _, text in sizes), words)
    except (ValueError, ArithmeticError):
        return Asked(None, words)


def reach(specs: Iterable[Mapping[str, Any]], limit: str) -> bool:
    """Whether these backpacks together ask for as much as the limit, a quantity. What can't be read
    counts for nothing; an empty limit is none."""
    return bool(limit) and sum(asked(spec).bytes or 0 for spec in specs) >= _bytes(limit)


def _size(spec: Mapping[str, Any], part: str) -> Any:
    storage = (spec.get(part) or {}).get("storage") or {}
    return storage.get("size", "?")


def _bytes(text: str) -> int:
    return int(parse_quantity(text))  # type: ignore[no-untyped-call]
