"""What documents look like, and what is told of their changes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Generic, Literal, TypedDict, TypeVar

from .errors import BackpackError

T = TypeVar("T")


class Document(TypedDict):
    """What the API adds to each document: the base of an application's own. Moments are RFC 3339, in UTC."""

    id: str
    ownerId: str | None
    version: int
    """From 1; one more with each write."""
    createdAt: str
    updatedAt: str


Filter = Mapping[str, Any]
"""Which documents, in MongoDB's language. Dotted paths reach into objects and arrays."""


@dataclass(frozen=True, slots=True)
class DocumentWritten(Generic[T]):
    """A document that the filter matches is new, or was changed."""

    type: Literal["create", "update"]
    doc: T
    seq: str


@dataclass(frozen=True, slots=True)
class DocumentGone:
    """A document was removed; or it left the filter or the reader's sight."""

    type: Literal["delete"]
    doc: dict[str, Any]
    """Whole, as it was at last, where it was removed; else only its `id`."""
    seq: str


@dataclass(frozen=True, slots=True)
class SubscriptionReset:
    """Something may have been missed: list the collection again."""

    type: Literal["reset"] = "reset"


@dataclass(frozen=True, slots=True)
class SubscriptionEnded:
    """There will be no more: the session ended, or the collection may no longer be read."""

    error: BackpackError
    type: Literal["end"] = "end"


DocumentEvent = DocumentWritten[T] | DocumentGone | SubscriptionReset | SubscriptionEnded
"""What a subscription tells: its `type` says which."""
