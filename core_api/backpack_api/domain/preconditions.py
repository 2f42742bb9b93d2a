"""`ETag`, `If-Match` and `If-None-Match` (RFC 9110, section 13)."""

import re
from dataclasses import dataclass

from backpack_api.problems import PreconditionFailed

_ENTITY_TAG = re.compile(r'[ \t,]*(W/)?"([^"]*)"[ \t]*(?=,|$)')


def etag_of(version: int) -> str:
    """The entity tag of a document's version."""
    return f'"{version}"'


@dataclass(frozen=True, slots=True)
class Preconditions:
    """The two headers as they came."""

    if_match: str | None = None
    if_none_match: str | None = None

    def check_write(self, version: int) -> None:
        """Raise `PreconditionFailed` where a write to this version is not wanted."""
        if self.if_match is not None and not matches(self.if_match, version, weak=False):
            raise PreconditionFailed(f"The document is at version {version}, which If-Match doesn't name.")
        if self.if_none_match is not None and matches(self.if_none_match, version, weak=True):
            raise PreconditionFailed(f"The document is at version {version}, which If-None-Match names.")

    def check_read(self, version: int) -> bool:
        """Whether the caller already has this version (304). Raises `PreconditionFailed`."""
        if self.if_match is not None and not matches(self.if_match, version, weak=False):
            raise PreconditionFailed(f"The document is at version {version}, which If-Match doesn't name.")
        return self.if_none_match is not None and matches(self.if_none_match, version, weak=True)


def matches(header: str, version: int | str, *, weak: bool) -> bool:
    """Whether a list of entity tags, or `*`, names the version (what stands between a
    tag's quotes). A weak tag counts only in a weak comparison. What is no such list
    names nothing."""
    header = header.strip(" \t,")
    if header == "*":
        return True
    wanted, named, position = str(version), False, 0
    while position < len(header):
        tag = _ENTITY_TAG.match(header, position)
        if tag is None:
            return False
        named = named or (tag[2] == wanted and (weak or not tag[1]))
        position = tag.end()
    return named
