"""Reading a ZIP that anyone may have made.

The standard library reads it; but it takes the whole directory into memory before
anything can be asked, so the directory is looked at first, by the same rules.
"""

import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from backpack_api.domain.releases import Entry, ReleaseLimits, refused

CHUNK = 256 * 1024
MAX_DIRECTORY_BYTES = 16 * 1024 * 1024

_END = b"PK\x05\x06"
_END_64 = b"PK\x06\x06"
_LOCATOR_64 = b"PK\x06\x07"
_HEADER = b"PK\x01\x02"
_END_BYTES, _END_64_BYTES, _LOCATOR_64_BYTES, _HEADER_BYTES = 22, 56, 20, 46
_MAX_COMMENT = 65535
_UTF8_FLAG = 0x800

_DAMAGED = "The ZIP is damaged or cut off; pack and upload it again."
_ERRORS = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    NotImplementedError,
    ValueError,
    OverflowError,
)
"""What the library raises for bytes that make no sense."""


class ZipArchive:
    """A ZIP that is open: its entries, and the bytes of each."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._infos = archive.infolist()
        self.entries = [_entry_of(info) for info in self._infos]

    def chunks(self, index: int) -> Iterator[bytes]:
        """The unpacked bytes of an entry, checked against its checksum. Raises `InvalidValue`."""
        with _as_problem(), self._archive.open(self._infos[index]) as source:
            while chunk := source.read(CHUNK):
                yield chunk


@contextmanager
def open_archive(path: Path, limits: ReleaseLimits) -> Iterator[ZipArchive]:
    """Open a ZIP. Raises `InvalidValue` where it is none, or has too many entries."""
    with path.open("rb") as file:
        _check_directory(file, path.stat().st_size, limits)
        with _as_problem():
            opened = zipfile.ZipFile(file)
        with opened:
            yield ZipArchive(opened)


@contextmanager
def _as_problem() -> Iterator[None]:
    try:
        yield
    except _ERRORS as error:
        raise refused(_DAMAGED) from error


def _entry_of(info: zipfile.ZipInfo) -> Entry:
    name = info.orig_filename
    if not info.flag_bits & _UTF8_FLAG:
        # macOS and old tools write UTF-8 without saying so.
        with suppress(UnicodeDecodeError):
            name = name.encode("cp437").decode()
    mode = info.external_attr >> 16
    return Entry(
        name=name,
        size=info.file_size,
        packed=info.compress_size,
        offset=info.header_offset,
        flags=info.flag_bits,
        method=info.compress_type,
        mode=mode if stat.S_IFMT(mode) else 0,
    )


def _check_directory(file: BinaryIO, size: int, limits: ReleaseLimits) -> None:
    """Raise unless the directory at the ZIP's end is whole and of a bounded size."""
    count, length, offset = _end_record(file, size)
    limits.check_count(count)
    if length > MAX_DIRECTORY_BYTES:
        raise refused("The ZIP's directory is too large; pack fewer files, with shorter names.")
    file.seek(offset)
    directory = file.read(length)
    found = position = 0
    while position < length:
        header = directory[position : position + _HEADER_BYTES]
        if len(header) < _HEADER_BYTES or header[:4] != _HEADER:
            raise refused(_DAMAGED)
        position += _HEADER_BYTES + sum(struct.unpack_from("<HHH", header, 28))
        found += 1
        # The end record may lie about their number.
        limits.check_count(found)
    if position != length:
        raise refused(_DAMAGED)
    file.seek(0)


def _end_record(file: BinaryIO, size: int) -> tuple[int, int, int]:
    """Number of entries, length and offset of the directory. It is searched for as
    `zipfile` does, so that both see one and the same."""
    reach = min(size, _END_BYTES + _MAX_COMMENT)
    file.seek(size - reach)
    tail = file.read(reach)
    at = reach - _END_BYTES
    if at < 0 or tail[at : at + 4] != _END or tail[-2:] != b"\0\0":
        at = tail.rfind(_END)
    if at < 0 or len(tail) - at < _END_BYTES:
        raise refused("This is not a ZIP, or one that was cut off.")
    count, length, offset = struct.unpack_from("<HLL", tail, at + 10)
    end = size - reach + at
    before = _LOCATOR_64_BYTES + _END_64_BYTES
    if end >= before:
        file.seek(end - before)
        wide = file.read(before)
        if wide[:4] == _END_64 and wide[_END_64_BYTES : _END_64_BYTES + 4] == _LOCATOR_64:
            count, length, offset = struct.unpack_from("<QQQ", wide, 32)
            end -= before
    if offset + length != end:
        raise refused("This is not a plain ZIP: its directory is not where it says.")
    return count, length, offset
