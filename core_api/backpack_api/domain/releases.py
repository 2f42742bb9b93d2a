"""What a site's ZIP may hold: every rule about its entries, without opening it.

What an entry says of itself (its size above all) is only good for refusing early;
what is really there is counted while it is unpacked.
"""

import re
import stat
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from backpack_api.problems import InvalidValue, Problem, TooLarge
from backpack_contract.limits import SITE_ARCHIVE_BYTES

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class ReleaseLimits:
    """Bounds of one release; sizes are in bytes."""

    archive_bytes: int = SITE_ARCHIVE_BYTES
    unpacked_bytes: int = 512 * MIB
    entries: int = 20_000
    ratio: int = 100
    """Unpacked bytes for each of the ZIP's. Text comes to about 10, the format to 1032."""
    ratio_free_bytes: int = 16 * MIB
    """Below this many unpacked bytes the ratio doesn't count."""
    path_bytes: int = 1024
    segment_bytes: int = 255
    depth: int = 32

    def check_archive(self, size: int) -> None:
        """Raise `TooLarge` for a ZIP of this size."""
        if size > self.archive_bytes:
            raise TooLarge(f"A site's ZIP is at most {_mib(self.archive_bytes)}.")

    def check_count(self, count: int) -> None:
        """Raise `InvalidValue` for a ZIP of this many entries."""
        if count > self.entries:
            raise refused(f"The ZIP has {count:,} entries; a site has at most {self.entries:,}.")

    def check_unpacked(self, unpacked: int, archive_size: int) -> None:
        """Raise where this is too much for a site, or for a ZIP of this size."""
        if unpacked > self.unpacked_bytes:
            raise TooLarge(f"A site is at most {_mib(self.unpacked_bytes)} when it is unpacked.")
        if unpacked > max(self.ratio_free_bytes, self.ratio * archive_size):
            raise refused(f"The ZIP unpacks to more than {self.ratio} times its size, as no site does.")


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the ZIP's directory, as it describes itself."""

    name: str
    size: int
    packed: int
    """Its bytes within the ZIP."""
    offset: int
    """Where its header is in the ZIP."""
    flags: int = 0
    method: int = 0
    mode: int = 0
    """The Unix mode, 0 where none is told."""


@dataclass(frozen=True, slots=True)
class Selection:
    """What of a ZIP becomes the site."""

    files: dict[str, int]
    """Path of the site -> index of its entry."""
    skipped: int
    """Entries that are left out: what systems and tools leave in folders."""


_ENCRYPTED = 0x1 | 0x40
_STORED, _DEFLATED = 0, 8
_LOCAL_HEADER_BYTES = 30
_DRIVE = re.compile(r"[A-Za-z]:")
_RESERVED = {"__backpack": "the API", "__nginx": "the web server"}
_SPECIAL = {
    stat.S_IFLNK: "a link",
    stat.S_IFBLK: "a device",
    stat.S_IFCHR: "a device",
    stat.S_IFIFO: "a pipe",
    stat.S_IFSOCK: "a socket",
}


def refused(message: str) -> Problem:
    """The problem of a ZIP that can't become a site."""
    return InvalidValue(message)


def check_entries(entries: Sequence[Entry], archive_size: int, limits: ReleaseLimits) -> Selection:
    """The files that the site will have. Raises `InvalidValue` or `TooLarge`, naming the
    entry at fault, where the ZIP is not a site, or not one that is safe to unpack."""
    limits.check_count(len(entries))
    files: dict[str, int] = {}
    folders: set[str] = set()
    seen: set[str] = set()
    skipped = 0
    for index, entry in enumerate(entries):
        is_folder = entry.name.endswith("/")
        path = _checked_path(entry, limits)
        _check_kind(entry, is_folder=is_folder)
        if not path:
            continue
        if path in seen:
            raise refused(f"The ZIP has two entries of one name: {shown(path)}.")
        seen.add(path)
        if _is_clutter(path):
            skipped += not is_folder
            continue
        parts = path.split("/")
        folders.update("/".join(parts[:depth]) for depth in range(1, len(parts)))
        if is_folder:
            folders.add(path)
        else:
            files[path] = index
    both = next((path for path in files if path in folders), None)
    if both is not None:
        raise refused(f"The ZIP has both a file and a folder of one name: {shown(both)}.")
    check_apart(entries)
    limits.check_unpacked(sum(entry.size for entry in entries), archive_size)
    _check_index(files)
    return Selection(files, skipped)


def shown(name: str) -> str:
    """A name as a message can quote it."""
    printable = "".join(character if character.isprintable() else "�" for character in name)
    return f"`{printable[:120]}{'…' if len(printable) > 120 else ''}`"


def _checked_path(entry: Entry, limits: ReleaseLimits) -> str:
    """The entry's path below the site's root; empty for the root itself."""
    name = entry.name
    if not name:
        raise refused("The ZIP has an entry without a name.")
    if any(unicodedata.category(character) == "Cc" for character in name):
        raise refused(f"The ZIP has a name with a control character: {shown(name)}.")
    if "\\" in name:
        raise refused(f"The ZIP has a name with a backslash, which is no separator in a ZIP: {shown(name)}.")
    if name.startswith("/") or _DRIVE.match(name):
        raise refused(f"The ZIP has an absolute path: {shown(name)}. Pack a folder's contents.")
    # `./` is what `tar` puts before every name; browsers ask for the composed form of
    # letters with accents, while macOS packs the other.
    path = unicodedata.normalize("NFC", name.removeprefix("./").removesuffix("/"))
    if not path or path == ".":
        return ""
    segments = path.split("/")
    if any(segment in {"", ".", ".."} for segment in segments):
        raise refused(f"The ZIP has a path that is not plain: {shown(name)}.")
    if segments[0] in _RESERVED:
        owner = _RESERVED[segments[0]]
        raise refused(f"`{segments[0]}/` at a site's root belongs to {owner}; remove {shown(name)}.")
    if (
        len(segments) > limits.depth
        or len(path.encode()) > limits.path_bytes
        or any(len(segment.encode()) > limits.segment_bytes for segment in segments)
    ):
        raise refused(
            f"The ZIP has a path that is too long: {shown(name)}. At most {limits.depth} levels, "
            f"{limits.path_bytes} bytes, and {limits.segment_bytes} for a name."
        )
    return path


def _check_kind(entry: Entry, *, is_folder: bool) -> None:
    if entry.flags & _ENCRYPTED:
        raise refused(f"The ZIP is encrypted: {shown(entry.name)}. Pack it without a password.")
    if entry.method not in (_STORED, _DEFLATED):
        raise refused(f"{shown(entry.name)} is packed by a method other than deflate; pack it anew.")
    kind = stat.S_IFMT(entry.mode)
    if kind in _SPECIAL:
        raise refused(f"The ZIP holds {_SPECIAL[kind]}: {shown(entry.name)}. A site is files and folders.")
    if is_folder and entry.size:
        raise refused(f"The ZIP has a folder with content: {shown(entry.name)}.")


def _is_clutter(path: str) -> bool:
    """Whether it is left out: hidden files, whose place is not the web, but `/.well-known/`."""
    segments = path.split("/")
    if segments[0] == "__MACOSX":
        return True
    if segments[0] == ".well-known":
        segments = segments[1:]
    return any(segment.startswith(".") for segment in segments)


def check_apart(entries: Iterable[Entry]) -> None:
    """Entries that share bytes are how a small ZIP holds a large one many times over."""
    ordered = sorted(entries, key=lambda entry: entry.offset)
    for one, following in pairwise(ordered):
        # Its local header repeats the name, which takes at least a byte a character.
        least = _LOCAL_HEADER_BYTES + len(one.name) + one.packed
        if one.offset + least > following.offset:
            names = f"{shown(one.name)} and {shown(following.name)}"
            raise refused(f"The ZIP is damaged: {names} overlap.")


def _check_index(files: Iterable[str]) -> None:
    paths = set(files)
    if "index.html" in paths:
        return
    if not paths:
        raise refused("The ZIP is empty: a site has at least an `index.html` at its root.")
    elsewhere = sorted(
        (path for path in paths if path.rpartition("/")[2] == "index.html"), key=lambda path: path.count("/")
    )
    if elsewhere:
        folder = elsewhere[0].rpartition("/")[0]
        raise refused(
            f"The ZIP has no `index.html` at its root, but one in {shown(folder + '/')}: "
            "pack the contents of that folder, not the folder."
        )
    raise refused("The ZIP has no `index.html` at its root.")


def _mib(size: int) -> str:
    return f"{size // MIB} MiB" if size >= MIB else f"{size} bytes"
