"""Documents as a table shows them: which fields are its columns, and what stands in a cell."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from backpack_dashboard.domain.json_text import JsonObject, compact

SYSTEM_FIELDS = ("id", "ownerId", "version", "createdAt", "updatedAt")
"""What the API writes itself."""
MAX_COLUMNS = 8
MAX_CELL = 120
"""Characters of a value that a cell shows."""


@dataclass(frozen=True, slots=True)
class Cell:
    """`kind` is a word for the style: text, number, truth, nothing, missing or nested."""

    kind: str
    text: str


def own_fields(document: Mapping[str, Any]) -> JsonObject:
    """Without what the API writes itself."""
    return {key: value for key, value in document.items() if key not in SYSTEM_FIELDS}


def columns_of(documents: Iterable[Mapping[str, Any]], schema: Mapping[str, Any] | None) -> tuple[str, ...]:
    """The fields that stand in columns: those of the schema in its order, then what most
    documents have."""
    counts: Counter[str] = Counter()
    for document in documents:
        counts.update(own_fields(document).keys())
    properties = (schema or {}).get("properties")
    declared = list(properties) if isinstance(properties, Mapping) else []
    # A stable sort: fields that are equally frequent stay in the documents' order.
    frequent = [field for field, _ in counts.most_common() if field not in declared]
    return tuple([*(one for one in declared if one not in SYSTEM_FIELDS), *frequent][:MAX_COLUMNS])


def cell(document: Mapping[str, Any], field: str) -> Cell:
    if field not in document:
        return Cell("missing", "")
    value = document[field]
    if value is None:
        return Cell("nothing", "null")
    if isinstance(value, bool):
        return Cell("truth", "true" if value else "false")
    if isinstance(value, int | float):
        return Cell("number", compact(value))
    if isinstance(value, str):
        return Cell("text", value if len(value) <= MAX_CELL else value[: MAX_CELL - 1] + "…")
    return Cell("nested", compact(value, MAX_CELL))


def sortable(field: str) -> bool:
    """Whether the language of `sort` can name the field."""
    return bool(field) and field[0] not in "-$" and not set(field) & set("., ")


def turned(sort: str, field: str) -> str:
    """The order that a click on a column's head asks for."""
    return f"-{field}" if sort == field else field


@dataclass(slots=True)
class LivePage:
    """The documents that a page shows, and what comes of an event about one of them."""

    documents: dict[str, JsonObject]
    grows: bool
    """Whether a new document stands at the top: newest first, and on the first page."""
    waiting: int = 0
    """New documents that are not on the page."""

    MAX_ROWS = 200

    @classmethod
    def of(cls, documents: Sequence[JsonObject], *, grows: bool) -> "LivePage":
        return cls({one["id"]: one for one in documents}, grows)

    def take(self, event: Mapping[str, Any]) -> str | None:
        """`added`, `changed` or `gone`: what the event makes of its row; None where there is
        nothing to show."""
        document = event["doc"]
        known = self.documents.get(document["id"])
        if event["type"] == "delete":
            return "gone" if self.documents.pop(document["id"], None) is not None else None
        if known is not None:
            if document["version"] <= known["version"]:
                return None
            self.documents[document["id"]] = document
            return "changed"
        if event["type"] != "create":
            return None
        if self.grows and len(self.documents) < self.MAX_ROWS:
            self.documents[document["id"]] = document
            return "added"
        self.waiting += 1
        return None
