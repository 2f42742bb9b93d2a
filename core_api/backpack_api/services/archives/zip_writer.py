"""A ZIP that is written while it is sent: nothing of it is ever whole in memory.

The library that writes it is not asynchronous, and compressing takes a core: it runs in
a thread, which asks the event loop for more of what goes in.
"""

import asyncio
import hashlib
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import aclosing
from typing import Any
from zipfile import ZIP_DEFLATED, ZIP_STORED

from zipstream import ZipStream

from backpack_api.domain.archives import Tally

PIECE_BYTES = 256 * 1024
"""What a thread makes at a time."""
_LEVEL = 6


class ZipWriter:
    """The entries come one after the other, then `end`. Each call gives bytes of the ZIP."""

    def __init__(self) -> None:
        # The library has no types.
        self._zip: Any = ZipStream(compress_level=_LEVEL)  # type: ignore[no-untyped-call]
        self.tallies: dict[str, Tally] = {}
        """Of the entries that are whole."""

    async def entry(
        self,
        name: str,
        source: AsyncGenerator[list[bytes], None],
        *,
        compressed: bool = True,
        tallied: bool = True,
    ) -> AsyncGenerator[bytes, None]:
        """An entry with what the source gives: lists of lines, or of other pieces."""
        pull = _Pull(source)
        self._zip.add(pull, name, compress_type=ZIP_DEFLATED if compressed else ZIP_STORED)
        async with aclosing(source), aclosing(made_in_thread(self._zip.file())) as made:
            async for piece in made:
                yield piece
        if tallied:
            self.tallies[name] = Tally(pull.digest.hexdigest(), pull.pieces)

    async def text(self, name: str, text: bytes) -> AsyncGenerator[bytes, None]:
        """A small entry."""
        self._zip.add(text, name, compress_type=ZIP_DEFLATED)
        async with aclosing(made_in_thread(self._zip.file())) as made:
            async for piece in made:
                yield piece

    async def end(self) -> AsyncGenerator[bytes, None]:
        """The directory: without it, what was sent is no ZIP."""
        async with aclosing(made_in_thread(self._zip.finalize())) as made:
            async for piece in made:
                yield piece


class _Pull:
    """What an asynchronous source gives, for a thread that asks."""

    def __init__(self, source: AsyncIterator[list[bytes]]) -> None:
        self._source = source
        self._loop = asyncio.get_running_loop()
        self.digest = hashlib.sha256()
        self.pieces = 0

    def __iter__(self) -> Iterator[bytes]:
        while True:
            pieces = asyncio.run_coroutine_threadsafe(self._next(), self._loop).result()
            if pieces is None:
                return
            data = b"".join(pieces)
            self.digest.update(data)
            self.pieces += len(pieces)
            yield data

    async def _next(self) -> list[bytes] | None:
        return await anext(self._source, None)


async def made_in_thread(made: Iterator[bytes]) -> AsyncGenerator[bytes, None]:
    loop = asyncio.get_running_loop()
    while True:
        working = loop.run_in_executor(None, _gather, made)
        try:
            piece = await asyncio.shield(working)
        except asyncio.CancelledError:
            # The thread may be waiting for the loop: it ends before its source does.
            await asyncio.gather(working, return_exceptions=True)
            raise
        if not piece:
            return
        yield piece


def _gather(made: Iterator[bytes]) -> bytes:
    pieces: list[bytes] = []
    size = 0
    for piece in made:
        pieces.append(piece)
        size += len(piece)
        if size >= PIECE_BYTES:
            break
    return b"".join(pieces)
