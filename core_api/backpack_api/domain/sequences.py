"""The place of an event in the stream: which entry, and which event of it.

Clients get it as an opaque `seq`; entries are named as Redis names them, by a time in
milliseconds and a number.
"""

import re
from typing import NamedTuple

_SEQ = re.compile(r"(\d{1,15})-(\d{1,15})-(\d{1,9})", re.ASCII)
_ENTRY = re.compile(r"(\d{1,20})-(\d{1,20})", re.ASCII)


class Sequence(NamedTuple):
    """Ordered as the stream is."""

    milliseconds: int
    number: int
    place: int
    """Of the event within its entry, from 0; -1 comes before the first one."""

    @property
    def entry(self) -> str:
        """The entry's id in Redis."""
        return f"{self.milliseconds}-{self.number}"

    def __str__(self) -> str:
        return f"{self.entry}-{self.place}"


BEGINNING = Sequence(0, 0, 0)


def parse_sequence(text: str) -> Sequence | None:
    """What `str` made, or None."""
    found = _SEQ.fullmatch(text)
    return Sequence(*(int(part) for part in found.groups())) if found else None


def of_entry(entry: str, index: int) -> Sequence:
    """The sequence of an event of this entry."""
    found = _ENTRY.fullmatch(entry)
    if found is None:
        raise ValueError(f"{entry!r} is not the id of an entry")
    return Sequence(int(found[1]), int(found[2]), index)
