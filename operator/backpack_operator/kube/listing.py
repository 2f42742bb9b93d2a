"""Lists of metadata, of which little is read: what an object is called, and its version.
The rest, most of which tells who manages which field, is skipped without being made into
objects: a fleet has tens of thousands of them."""

from typing import NotRequired

from pydantic import TypeAdapter
from typing_extensions import TypedDict


class Named(TypedDict):
    """As much as is read of an object's metadata."""

    name: str
    namespace: str
    resourceVersion: str


class Item(TypedDict):
    metadata: Named


Position = TypedDict("Position", {"continue": NotRequired[str]})


class Page(TypedDict):
    """`continue`: what to ask for the next page with; empty or missing on the last one."""

    metadata: Position
    items: list[Item] | None


_PAGE: TypeAdapter[Page] = TypeAdapter(Page)


def parse(text: bytes) -> Page:
    return _PAGE.validate_json(text)
