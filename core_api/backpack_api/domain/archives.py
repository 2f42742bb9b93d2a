"""The archive of a whole backpack: a ZIP, whose entries these are.

users.ndjson              one account a line, with the hash of its password
collections.ndjson        one definition a line: rules, schema, indexes
documents/NAME.ndjson     one document a line, as the API answers it
files/ID                  the content of a file
files.ndjson              one file's metadata a line, as the API answers it
site.zip                  the site's active release, as one would upload it
manifest.json             the version of the format, and what is in the entries: the last one
"""

import re
from array import array
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from typing import Any

from backpack_api.domain.collections import is_collection_name
from backpack_api.domain.documents import Document, check_document, own_fields
from backpack_api.domain.json_text import JsonObject, parse_json
from backpack_api.domain.moments import parse_moment
from backpack_api.problems import InvalidValue, Problem

FORMAT, VERSION = "backpack-archive", 1
MANIFEST, USERS, COLLECTIONS, FILES, SITE = (
    "manifest.json",
    "users.ndjson",
    "collections.ndjson",
    "files.ndjson",
    "site.zip",
)
_DOCUMENTS = re.compile(r"documents/([a-z0-9_-]+)\.ndjson", re.ASCII)
_CONTENT = re.compile(r"files/([A-Za-z0-9_-]{1,64})", re.ASCII)
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)

MAX_LINE_BYTES = 2 * 1024 * 1024
"""More than the largest document and its system fields are."""
MAX_MANIFEST_BYTES = 1024 * 1024
MAX_ENTRIES = 200_000
MAX_RATIO = 1_100
RATIO_FREE_BYTES = 64 * 1024 * 1024
"""Unpacked bytes for each byte of the archive; below the second it doesn't count. The format
reaches 1032: what an export holds may be packed as well as can be, and must come back."""


def documents_entry(collection: str) -> str:
    return f"documents/{collection}.ndjson"


def content_entry(file_id: str) -> str:
    return f"files/{file_id}"


def collection_of(entry: str) -> str | None:
    """The collection whose documents an entry holds."""
    matched = _DOCUMENTS.fullmatch(entry)
    return matched[1] if matched and is_collection_name(matched[1]) else None


def file_of(entry: str) -> str | None:
    """The id of the file whose content an entry is."""
    matched = _CONTENT.fullmatch(entry)
    return matched[1] if matched else None


def broken(message: str) -> Problem:
    """The problem of an archive that can't be imported."""
    return InvalidValue(f"This archive can't be imported: {message}. Nothing has changed.")


@dataclass(frozen=True, slots=True)
class Tally:
    """What was written into an entry."""

    sha256: str
    records: int
    """Lines."""

    def to_json_object(self) -> JsonObject:
        return {"sha256": self.sha256, "records": self.records}


def manifest_of(*, name: str, uid: str, made_by: str, at: str, entries: Mapping[str, Tally]) -> JsonObject:
    """The manifest of an archive; `entries` are those whose checksum isn't elsewhere."""
    return {
        "format": FORMAT,
        "version": VERSION,
        "backpack": {"name": name, "uid": uid},
        "madeBy": made_by,
        "exportedAt": at,
        "entries": {entry: tally.to_json_object() for entry, tally in entries.items()},
    }


def read_manifest(text: bytes) -> dict[str, Tally]:
    """The tallies of an archive's entries. Raises `InvalidValue`."""
    value = parse_line(text, MANIFEST)
    if value.get("format") != FORMAT:
        raise broken(f"its `{MANIFEST}` is not that of a backpack")
    if value.get("version") != VERSION:
        raise broken(f"it has version {value.get('version')!r} of the format; this API reads {VERSION}")
    try:
        return {
            str(entry): Tally(str(tally["sha256"]), int(tally["records"]))
            for entry, tally in value["entries"].items()
        }
    except (KeyError, TypeError, ValueError, AttributeError):
        raise broken(f"its `{MANIFEST}` is damaged") from None


def parse_line(text: bytes, where: str) -> JsonObject:
    """A line's object. Raises `InvalidValue`."""
    try:
        value = parse_json(text)
    except Problem as problem:
        raise broken(f"{where} is not JSON") from problem
    if not isinstance(value, dict):
        raise broken(f"{where} is not an object")
    return value


def check_id(value: Any, where: str) -> str:
    if not isinstance(value, str) or _ID.fullmatch(value) is None:
        raise broken(f"{where} has no usable id")
    return value


def read_document(value: JsonObject, where: str, *, nested_arrays: bool) -> Document:
    """The document of a line. Raises `InvalidValue`."""
    try:
        owner_id, version = value["ownerId"], value["version"]
        created_at, updated_at = moment(value["createdAt"]), moment(value["updatedAt"])
        data = check_document(own_fields(value), nested_arrays=nested_arrays)
    except Problem as problem:
        raise broken(f"{where}: {problem.detail}") from problem
    except (KeyError, TypeError, ValueError):
        raise broken(f"{where} has no usable system fields") from None
    if not (owner_id is None or isinstance(owner_id, str)) or type(version) is not int or version < 1:
        raise broken(f"{where} has no usable owner or version")
    return Document(check_id(value.get("id"), where), owner_id, version, created_at, updated_at, data)


def moment(value: Any) -> datetime:
    """Raises `ValueError`."""
    if not isinstance(value, str):
        raise ValueError("not a text")  # noqa: TRY004  one error for all that is no moment
    return parse_moment(value)


class Distinct:
    """Finds out whether among very many texts two are the same, in 8 bytes each."""

    def __init__(self) -> None:
        self._hashes = array("Q")

    def add(self, text: str) -> None:
        self._hashes.append(int.from_bytes(blake2b(text.encode(), digest_size=8).digest()))

    def has_two(self) -> bool:
        return len(set(self._hashes)) < len(self._hashes)
