"""Lists that come page by page."""

from collections.abc import AsyncIterator, Awaitable, Callable, Generator, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page of a list."""

    items: list[T]
    next_cursor: str | None
    """None where there is no more."""
    total: int | None = None
    """There where it was asked for."""


class Listing(Generic[T]):
    """A list: `await` gives its first page, `async for` goes through all of them.

    Nothing is asked before one of both is done.
    """

    def __init__(self, load: Callable[[str | None], Awaitable[Page[T]]], cursor: str | None = None) -> None:
        self._load = load
        self._cursor = cursor
        self._first: Page[T] | None = None

    def __await__(self) -> Generator[Any, None, Page[T]]:
        return self._page().__await__()

    async def __aiter__(self) -> AsyncIterator[T]:
        page = await self._page()
        while True:
            for item in page.items:
                yield item
            if page.next_cursor is None:
                return
            page = await self._load(page.next_cursor)

    async def _page(self) -> Page[T]:
        if self._first is None:
            self._first = await self._load(self._cursor)
        return self._first


def page_of(answer: Mapping[str, Any], item: Callable[[Any], T]) -> Page[T]:
    """A page as the API answers it."""
    return Page([item(one) for one in answer["items"]], answer["nextCursor"], answer.get("total"))
