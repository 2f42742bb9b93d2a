"""Collections as they were declared: as much of them as it takes to notice, and to
say, what is no longer declared."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from backpack_contract.configuration import DeclaredCollection


@dataclass(frozen=True, slots=True)
class Declared:
    """One collection. `indexes`: the keys of each, with commas between them."""

    name: str
    indexes: tuple[str, ...] = ()
    schema: bool = False

    @classmethod
    def of(cls, collection: DeclaredCollection) -> "Declared":
        indexes = tuple(",".join(index.keys) for index in collection.indexes)
        return cls(collection.name, indexes, collection.schema is not None)

    @classmethod
    def parse(cls, written: Mapping[str, Any]) -> "Declared":
        return cls(written["name"], tuple(written.get("indexes") or ()), written.get("schema", False))

    def to_dict(self) -> dict[str, Any]:
        indexes = {"indexes": list(self.indexes)} if self.indexes else {}
        return {"name": self.name, **indexes, **({"schema": True} if self.schema else {})}


def released(before: Iterable[Declared], now: Iterable[Declared]) -> list[str]:
    """What is no longer declared, and what becomes of it: a sentence each."""
    present = {one.name: one for one in now}
    return [sentence for former in before for sentence in _released(former, present.get(former.name))]


def _released(former: Declared, now: Declared | None) -> list[str]:
    if now is None:
        return [
            f"The collection `{former.name}` is no longer declared: its documents, indexes and rules are "
            "kept, and it is managed in the dashboard from now on, where it can also be dropped."
        ]
    gone = [index for index in former.indexes if index not in now.indexes]
    sentences = [
        f"The index on {index} of `{former.name}` is no longer declared, and is removed from the database: "
        "what filters or sorts by it reads the whole collection."
        for index in gone
    ]
    if former.schema and not now.schema:
        sentences.append(
            f"The schema of `{former.name}` is no longer declared: documents of any shape are taken."
        )
    return sentences
