"""ZIPs of sites, good ones and others."""

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping

INDEX = b"<!doctype html><title>A site</title>"


def site_zip(files: Mapping[str, bytes | str] | None = None, *, index: bytes | None = INDEX) -> bytes:
    """A ZIP of these files, and of an `index.html` unless that is None."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        if index is not None:
            archive.writestr("index.html", index)
        for path, content in (files or {}).items():
            archive.writestr(path, content)
    return out.getvalue()


def raw_zip(
    entries: list[tuple[bytes, bytes]],
    *,
    flags: int = 0x800,
    method: int = 0,
    mode: int = 0o100644,
    declared_size: int | None = None,
    count: int | None = None,
) -> bytes:
    """A ZIP of stored entries, byte by byte, for what no library writes."""
    out, directory = bytearray(), bytearray()
    for name, content in entries:
        size = len(content) if declared_size is None else declared_size
        fields = (20, flags, method, 0, 0x21, zlib.crc32(content), len(content), size, len(name), 0)
        offset = len(out)
        out += b"PK\x03\x04" + struct.pack("<HHHHHLLLHH", *fields) + name + content
        tail = (0, 0, 0, mode << 16, offset)
        directory += (
            b"PK\x01\x02" + struct.pack("<HHHHHHLLLHH", 0x314, *fields) + struct.pack("<HHHLL", *tail)
        )
        directory += name
    start = len(out)
    number = len(entries) if count is None else count
    end = struct.pack("<HHHHLLH", 0, 0, number & 0xFFFF, number & 0xFFFF, len(directory), start, 0)
    return bytes(out + directory + b"PK\x05\x06" + end)


def directory_of(entries: int) -> bytes:
    """A ZIP with so many entries that are the same empty file, and a directory that says so."""
    name = b"index.html"
    local = b"PK\x03\x04" + struct.pack("<HHHHHLLLHH", 20, 0, 0, 0, 0x21, 0, 0, 0, len(name), 0) + name
    header = (
        b"PK\x01\x02"
        + struct.pack("<HHHHHHLLLHHHHHLL", 0x314, 20, 0, 0, 0, 0x21, 0, 0, 0, len(name), 0, 0, 0, 0, 0, 0)
        + name
    )
    directory = header * entries
    start = len(local)
    end_64 = b"PK\x06\x06" + struct.pack(
        "<QHHLLQQQQ", 44, 45, 45, 0, 0, entries, entries, len(directory), start
    )
    locator = b"PK\x06\x07" + struct.pack("<LQL", 0, start + len(directory), 1)
    end = b"PK\x05\x06" + struct.pack("<HHHHLLH", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    return local + directory + end_64 + locator + end
