"""Reading an archive that was uploaded. Every call blocks: make it by `Volume.run`."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

from backpack_api.domain.archives import (
    MAX_ENTRIES,
    MAX_LINE_BYTES,
    MAX_RATIO,
    RATIO_FREE_BYTES,
    Tally,
    broken,
)
from backpack_api.domain.releases import ReleaseLimits, check_apart
from backpack_api.stores.zip_archives import ZipArchive, open_archive

_PLAIN = (0, 8)
"""Stored, and deflated."""


class ArchiveReader:
    """An archive's entries by name."""

    def __init__(self, archive: ZipArchive, size: int) -> None:
        self._archive = archive
        self._indexes: dict[str, int] = {}
        for index, entry in enumerate(archive.entries):
            if entry.name in self._indexes:
                raise broken("it has two entries of one name")
            if entry.method not in _PLAIN or entry.flags & 0x41:
                raise broken("it is packed by a method other than deflate, or encrypted")
            self._indexes[entry.name] = index
        check_apart(archive.entries)
        unpacked = sum(entry.size for entry in archive.entries)
        if unpacked > max(RATIO_FREE_BYTES, MAX_RATIO * size):
            raise broken(f"it unpacks to more than {MAX_RATIO} times its size")

    @property
    def names(self) -> set[str]:
        return set(self._indexes)

    def size(self, name: str) -> int:
        """Bytes of an entry, unpacked; no more than that are read."""
        return self._archive.entries[self._indexes[name]].size

    def chunks(self, name: str) -> Iterator[bytes]:
        """The bytes of an entry, checked against its checksum at the end."""
        if name not in self._indexes:
            raise broken(f"it has no `{name}`")
        return self._archive.chunks(self._indexes[name])

    def text(self, name: str, limit: int) -> bytes:
        """The whole of a small entry."""
        if name in self._indexes and self.size(name) > limit:
            raise broken(f"its `{name}` is too large")
        return b"".join(self.chunks(name))

    def lines(self, name: str, tally: Tally | None = None) -> Iterator[bytes]:
        """The lines of an entry. Raises at the end where they aren't those of the tally."""
        digest, count, rest = hashlib.sha256(), 0, b""
        for chunk in self.chunks(name):
            digest.update(chunk)
            *whole, rest = (rest + chunk).split(b"\n")
            for line in whole:
                count += 1
                yield line
            if len(rest) > MAX_LINE_BYTES:
                raise broken(f"a line of `{name}` is too long")
        if rest:
            raise broken(f"`{name}` is cut off")
        if tally is not None and Tally(digest.hexdigest(), count) != tally:
            raise broken(f"`{name}` is not what was exported")


@contextmanager
def open_reader(path: Path) -> Iterator[ArchiveReader]:
    """Open an archive. Raises `InvalidValue` where it is none that is safe to read."""
    with open_archive(path, ReleaseLimits(entries=MAX_ENTRIES)) as archive:
        yield ArchiveReader(archive, path.stat().st_size)


def some(lines: Iterator[bytes], count: int, size: int) -> list[bytes]:
    """The next lines: at most so many, and about so many bytes; none at the end."""
    taken: list[bytes] = []
    total = 0
    for line in islice(lines, count):
        taken.append(line)
        total += len(line)
        if total >= size:
            break
    return taken
