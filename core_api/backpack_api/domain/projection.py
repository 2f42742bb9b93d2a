"""`fields=a,b.c`: the part of documents that a list answers."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from backpack_api.domain.documents import SYSTEM_FIELDS
from backpack_api.domain.json_text import JsonObject
from backpack_api.domain.paths import parse_path
from backpack_api.problems import InvalidValue

MAX_FIELDS = 100

Tree = dict[str, "Tree"]
"""Names with what is taken below each; nothing below means all of it."""


@dataclass(frozen=True, slots=True)
class Projection:
    """Which fields are answered. The system fields always are."""

    tree: Mapping[str, Tree]

    def of(self, document: JsonObject) -> JsonObject:
        """The chosen part of a document, in the document's order."""
        return {
            name: _part(item, self.tree.get(name, {}))
            for name, item in document.items()
            if name in SYSTEM_FIELDS or (name in self.tree and _has(item, self.tree[name]))
        }


def parse_fields(text: str) -> Projection:
    """From `a,b.c`. Raises `InvalidValue` at `fields`."""
    names = text.split(",")
    if len(names) > MAX_FIELDS:
        raise InvalidValue.at("fields", f"names more than {MAX_FIELDS} fields")
    root: Tree = {}
    whole: set[tuple[str, ...]] = set()
    for name in names:
        try:
            parts = parse_path(name).parts
        except ValueError as error:
            raise InvalidValue.at("fields", str(error)) from None
        whole.add(parts)
    for parts in whole:
        # `a` takes all of `a.b`.
        if any(parts[:length] in whole for length in range(1, len(parts))):
            continue
        tree = root
        for part in parts:
            tree = tree.setdefault(part, {})
    return Projection(root)


def _part(value: Any, tree: Tree) -> Any:
    if not tree:
        return value
    if isinstance(value, dict):
        return {
            name: _part(item, tree[name])
            for name, item in value.items()
            if name in tree and _has(item, tree[name])
        }
    if isinstance(value, list):
        return [_part(item, tree) for item in value if isinstance(item, dict | list)]
    return value


def _has(value: Any, tree: Tree) -> bool:
    """Whether something is left of the value: of a scalar nothing, where a field of it is asked for."""
    return not tree or isinstance(value, dict | list)
