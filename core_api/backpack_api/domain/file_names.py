"""Names of files as they are kept: for people to read, and never a path of ours.

A name keeps its last path segment, whichever system's separators it came with; it loses
what can't be seen and what makes text run the other way (`exe.txt` that is a program).
"""

import re
import unicodedata

MAX_BYTES = 255
"""Of the name in UTF-8: what file systems take, so that a download can be saved."""
FALLBACK = "file"
"""The name of an upload that has none that is left."""

_SEPARATORS = re.compile(r"[/\\]")
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Control and format characters (the bidirectional ones are among these), lone
surrogates, line and paragraph separators."""
_JOINERS = "\u200c\u200d"
"""Format characters that writing systems and emoji need."""
_ESCAPED = re.compile(r"%(22|0[0-9A-Fa-f]|1[0-9A-Fa-f])")
_LONGEST_EXTENSION = 32


def clean_name(name: str) -> str:
    """The name as it is kept; empty where nothing is left of it."""
    seen = "".join(
        character
        for character in name
        if character in _JOINERS or unicodedata.category(character) not in _UNSEEN
    )
    last = _SEPARATORS.split(unicodedata.normalize("NFC", seen))[-1].strip()
    if not last.strip(". " + _JOINERS):
        return ""
    return _cut(last)


def name_of_part(raw: bytes) -> str:
    """The name that a part of a form gives. Forms write quotes and control characters
    as `%22` and `%0A` (HTML, "multipart/form-data encoding algorithm")."""
    text = raw.decode(errors="replace")
    return clean_name(_ESCAPED.sub(lambda match: chr(int(match[1], 16)), text)) or FALLBACK


def _cut(name: str) -> str:
    """At most `MAX_BYTES`, with the extension, between characters."""
    if len(name.encode()) <= MAX_BYTES:
        return name
    stem, dot, extension = name.rpartition(".")
    suffix = dot + extension
    if not stem or len(suffix.encode()) > _LONGEST_EXTENSION:
        stem, suffix = name, ""
    room = MAX_BYTES - len(suffix.encode())
    return stem.encode()[:room].decode(errors="ignore").rstrip() + suffix
