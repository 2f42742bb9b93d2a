"""One release on the volume: two files, whatever the site's files are called.

    pack           the content of every file, one after the other, and compressed
                   copies where they are worth it
    manifest.json  path -> where in the pack, size, SHA-256 and type

So a name never becomes a path, a release costs two syncs whatever its number of
files, and removing it is quick.
"""

import codecs
import hashlib
import os
import weakref
import zlib
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import BinaryIO

import orjson

from backpack_api.domain.content_types import is_compressible, is_text, media_type
from backpack_api.domain.releases import ReleaseLimits, Selection
from backpack_api.stores.zip_archives import CHUNK, ZipArchive

PACK, MANIFEST = "pack", "manifest.json"
COMPRESS_FROM = 1024
"""Bytes from which a compressed copy is tried; it is kept where it saves a tenth."""
_LEVEL = 6
"""Of a script of 3 MB the best level saves one percent more, and takes four times as long."""
_GZIP = 31  # zlib's window bits for a gzip stream


@dataclass(frozen=True, slots=True)
class Span:
    """Bytes of the pack."""

    at: int
    size: int


@dataclass(frozen=True, slots=True)
class SiteFile:
    """One file of a release."""

    content: Span
    sha256: str
    """Of its content, in hexadecimal."""
    media_type: str
    """With the charset, where it is text in UTF-8."""
    gzip: Span | None = None


class OpenRelease:
    """A release that can be read, also after it was removed: the pack stays open."""

    def __init__(self, release_id: str, directory: Path) -> None:
        """Blocks. Raises `FileNotFoundError` where it isn't there (any more)."""
        self.id = release_id
        self.files = _read_manifest(directory / MANIFEST)
        self._pack = os.open(directory / PACK, os.O_RDONLY | os.O_CLOEXEC)
        # Closed with the last answer that reads from it, whenever that is.
        weakref.finalize(self, os.close, self._pack)

    def read(self, at: int, size: int) -> bytes:
        """Bytes of the pack. Blocks."""
        return os.pread(self._pack, size, at)


def write_release(
    archive: ZipArchive,
    selection: Selection,
    directory: Path,
    *,
    archive_size: int,
    limits: ReleaseLimits,
    go_on: Callable[[], None],
) -> dict[str, SiteFile]:
    """Write the selected entries as a release into an empty directory, and see that they
    are on the disk. Blocks; `go_on` is called often and may raise. Raises
    `InvalidValue` or `TooLarge` as soon as there is more than the limits allow."""
    files: dict[str, SiteFile] = {}
    unpacked = 0
    with (directory / PACK).open("xb+") as pack:
        for path, index in selection.files.items():

            def counted(index: int = index) -> Iterator[bytes]:
                nonlocal unpacked
                for chunk in archive.chunks(index):
                    go_on()
                    unpacked += len(chunk)
                    limits.check_unpacked(unpacked, archive_size)
                    yield chunk

            files[path] = _append(pack, path, counted())
        pack.flush()
        os.fsync(pack.fileno())
    with (directory / MANIFEST).open("xb") as manifest:
        manifest.write(orjson.dumps({path: asdict(file) for path, file in files.items()}))
        manifest.flush()
        os.fsync(manifest.fileno())
    return files


def _append(pack: BinaryIO, path: str, chunks: Iterator[bytes]) -> SiteFile:
    at, size = pack.tell(), 0
    digest, media = hashlib.sha256(), media_type(path)
    utf8: codecs.IncrementalDecoder | None = (
        codecs.getincrementaldecoder("utf-8")() if is_text(media) else None
    )
    for chunk in chunks:
        size += len(chunk)
        digest.update(chunk)
        pack.write(chunk)
        utf8 = _still(utf8, chunk)
    if _still(utf8, b"", final=True):
        media += "; charset=utf-8"
    content = Span(at, size)
    gzip = _append_compressed(pack, content) if is_compressible(media.partition(";")[0]) else None
    return SiteFile(content, digest.hexdigest(), media, gzip)


def _still(
    decoder: codecs.IncrementalDecoder | None, chunk: bytes, *, final: bool = False
) -> codecs.IncrementalDecoder | None:
    """The decoder, None once something was not in its encoding."""
    if decoder is not None:
        try:
            decoder.decode(chunk, final)
        except UnicodeDecodeError:
            return None
    return decoder


def _append_compressed(pack: BinaryIO, content: Span) -> Span | None:
    """A compressed copy of what was appended last, where it is worth it."""
    if content.size < COMPRESS_FROM:
        return None
    pack.flush()
    end = content.at + content.size
    compressor = zlib.compressobj(_LEVEL, zlib.DEFLATED, _GZIP)
    size = 0
    for at in range(content.at, end, CHUNK):
        chunk = os.pread(pack.fileno(), min(CHUNK, end - at), at)
        size += pack.write(compressor.compress(chunk))
    size += pack.write(compressor.flush())
    if size <= content.size * 0.9:
        return Span(end, size)
    pack.seek(end)
    pack.truncate()
    return None


def _read_manifest(path: Path) -> dict[str, SiteFile]:
    return {
        name: SiteFile(
            Span(**file["content"]),
            file["sha256"],
            file["media_type"],
            Span(**file["gzip"]) if file["gzip"] else None,
        )
        for name, file in orjson.loads(path.read_bytes()).items()
    }
