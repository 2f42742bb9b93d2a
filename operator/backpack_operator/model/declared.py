"""Collections as they were declared: as much of them as it takes to notice, and to
say, what is no longer declared."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from backpack_contract.configuration import DeclaredCollection

_UNIQUE = " unique"


@dataclass(frozen=True, slots=True)
class Declared:
    """One collection. `indexes`: the keys of each, with commas between them; ` unique` behind
    those that are."""

    name: str
    indexes: tuple[str, ...] = ()
    schema: bool = False

    @classmethod
    def of(cls, collection: DeclaredCollection) -> "Declared":
        indexes = tuple(",".join(index.keys) + _UNIQUE * index.unique for index in collection.indexes)
        return cls(collection.name, indexes, collection.schema is not None)

    @classmethod
    def parse(cls, written: Mapping[str, Any]) -> "Declared":
        return cls(written["name"], tuple(written.get("indexes") or ()), written.get("schema", False))

    def to_dict(self) -> dict[str, Any]:
        indexes = {"indexes": list(self.indexes)} if self.indexes else {}
        return {"name": self.name, **indexes, **({"schema": True} if self.schema else {})}


def released(before: Iterable[Declared], now: Iterable[Declared]) -> list[str]:
    """What is no longer declared, and what becomes of it: a sentence for each kind, which
    names all, as a condition has no room for hundreds."""
    present = {one.name: one for one in now}
    gone = [f"`{one.name}`" for one in before if one.name not in present]
    kept = [(one, present[one.name]) for one in before if one.name in present]
    return [
        *_collections(gone),
        *_indexes([place for former, latter in kept for place in _gone(former, latter)]),
        *_loosened([place for former, latter in kept for place in _no_longer_unique(former, latter)]),
        *_schemas([f"`{former.name}`" for former, latter in kept if former.schema and not latter.schema]),
    ]


def _gone(former: Declared, now: Declared) -> Iterable[str]:
    there = set(map(_keys, now.indexes))
    return (f"{keys} of `{former.name}`" for keys in map(_keys, former.indexes) if keys not in there)


def _no_longer_unique(former: Declared, now: Declared) -> Iterable[str]:
    unique = (_keys(index) for index in former.indexes if index.endswith(_UNIQUE))
    return (f"{keys} of `{former.name}`" for keys in unique if keys in now.indexes)


def _keys(index: str) -> str:
    return index.removesuffix(_UNIQUE)


def _collections(names: list[str]) -> Iterable[str]:
    if len(names) == 1:
        yield (
            f"The collection {names[0]} is no longer declared: its documents, indexes and rules are "
            "kept, and it is managed in the dashboard from now on, where it can also be dropped."
        )
    elif names:
        yield (
            f"{len(names)} collections are no longer declared: {', '.join(names)}. Their documents, indexes "
            "and rules are kept, and they are managed in the dashboard from now on, where they can also be "
            "dropped."
        )


def _indexes(places: list[str]) -> Iterable[str]:
    if len(places) == 1:
        yield (
            f"The index on {places[0]} is no longer declared, and is removed from the database: "
            "what filters or sorts by it reads the whole collection."
        )
    elif places:
        yield (
            f"{len(places)} indexes are no longer declared, and are removed from the database: on "
            f"{'; on '.join(places)}. What filters or sorts by them reads the whole collection."
        )


def _loosened(places: list[str]) -> Iterable[str]:
    if places:
        yield f"No longer unique, so that several documents may have the same: {'; '.join(places)}."


def _schemas(names: list[str]) -> Iterable[str]:
    if len(names) == 1:
        yield f"The schema of {names[0]} is no longer declared: documents of any shape are taken."
    elif names:
        yield (
            f"{len(names)} schemas are no longer declared: of {', '.join(names)}. Documents of any shape are "
            "taken."
        )
