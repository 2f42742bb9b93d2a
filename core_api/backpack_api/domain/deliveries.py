"""What a subscriber is told of a change, by what he could see before and sees after it."""

from collections import OrderedDict
from dataclasses import dataclass
from enum import Enum, auto

from backpack_api.domain.filters import Filter
from backpack_api.domain.json_text import JsonObject
from backpack_api.domain.rules import Rule

DELETE = "delete"


class Form(Enum):
    """How a change is told."""

    WHOLE = auto()
    """As it was, with the document: of a delete, the one that was removed."""
    LEFT = auto()
    """As a delete, with the document's id only: it is still there, but not for him."""


@dataclass(frozen=True, slots=True)
class Change:
    """One write to a document, as events carry it. Documents are as the API answers them."""

    type: str
    before: JsonObject | None
    after: JsonObject | None

    @property
    def id(self) -> str:
        return str(self._document["id"])

    @property
    def rank(self) -> int:
        """Grows with each change of a document; a delete comes after the version it removes."""
        return 2 * int(self._document["version"]) + (self.after is None)

    @property
    def told(self) -> JsonObject:
        """The document that the change is told with."""
        return self._document

    @property
    def owners(self) -> set[str]:
        """Who owned the document, or owns it."""
        return {one["ownerId"] for one in (self.before, self.after) if one and one["ownerId"] is not None}

    @property
    def _document(self) -> JsonObject:
        document = self.after or self.before
        if document is None:
            raise ValueError("a change without a document")
        return document


@dataclass(frozen=True, slots=True)
class Matches:
    """Which of a change's documents satisfy a filter."""

    before: bool
    after: bool

    @classmethod
    def of(cls, filter_: Filter, change: Change) -> "Matches":
        return cls(
            change.before is not None and filter_.matches(change.before),
            change.after is not None and filter_.matches(change.after),
        )

    def for_owner(self, change: Change, user_id: str) -> "Matches":
        """The same where only its owner may see a document."""
        return Matches(
            self.before and change.before is not None and change.before["ownerId"] == user_id,
            self.after and change.after is not None and change.after["ownerId"] == user_id,
        )


def form_of(type_: str, sees: Matches) -> Form | None:
    """How the change is told to who saw the document before or sees it after; None: not at all."""
    if type_ == DELETE:
        return Form.WHOLE if sees.before else None
    if sees.after:
        return Form.WHOLE
    return Form.LEFT if sees.before else None


def form_of_late(sees: Matches, latest: Matches) -> Form | None:
    """How a change is told that arrives after a later one of the same document: only that
    the document has left, to who may have seen it before and doesn't now."""
    return Form.LEFT if sees.before and not latest.after else None


def seen_by_all(rule: Rule) -> bool:
    """Whether everybody who is signed in sees the same by this rule of reading."""
    return rule in (Rule.PUBLIC, Rule.USER)


class LatestChanges:
    """The latest change of each document that changed lately, so that one that arrives late
    is known as such. Bounded: the oldest are forgotten."""

    def __init__(self, max_bytes: int = 4 * 1024 * 1024, max_documents: int = 4096) -> None:
        self._max_bytes = max_bytes
        self._max_documents = max_documents
        self._bytes = 0
        self._known: OrderedDict[tuple[str, str], tuple[Change, int]] = OrderedDict()

    def later_than(self, collection: str, change: Change, size: int) -> Change | None:
        """The later change of the document that has come before this one; None, and this one
        is kept, where there is none. `size`: bytes that the change takes, roughly."""
        key = collection, change.id
        known = self._known.get(key)
        if known is not None:
            if known[0].rank > change.rank:
                return known[0]
            self._bytes -= known[1]
        self._known[key] = change, size
        self._known.move_to_end(key)
        self._bytes += size
        while self._known and (self._bytes > self._max_bytes or len(self._known) > self._max_documents):
            _, (_, dropped) = self._known.popitem(last=False)
            self._bytes -= dropped
        return None

    def clear(self) -> None:
        self._known.clear()
        self._bytes = 0
