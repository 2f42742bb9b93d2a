"""What a file is, and who may do what with it."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from backpack_api.domain.file_names import clean_name
from backpack_api.domain.json_text import JsonObject
from backpack_api.domain.moments import rfc3339
from backpack_api.problems import InvalidValue, NotAllowed, NotFound, NotSignedIn

DEFAULT_BUCKET = "default"
"""The bucket of files that name none."""
MAX_CONTENT_TYPE = 255
UNKNOWN_TYPE = "application/octet-stream"

_BUCKET = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}")
_TOKEN = r"[A-Za-z0-9!#$&^_.+-]+"  # noqa: S105  RFC 9110's token, without what markup needs
_CONTENT_TYPE = re.compile(
    rf'({_TOKEN}/{_TOKEN})((?:[ \t]*;[ \t]*{_TOKEN}=(?:{_TOKEN}|"[A-Za-z0-9 !#-\[\]-~]*"))*)'
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFile:
    """A file's metadata. Its content is a blob, and another one after each write."""

    id: str
    owner_id: str
    bucket: str
    filename: str
    content_type: str
    size: int
    """In bytes."""
    sha256: str
    """Of the content, in hex."""
    public: bool
    """Whether anyone may read it."""
    created_at: datetime
    updated_at: datetime
    written_at: datetime
    """When the content was written, in whole seconds; different for each content."""
    version: int
    blob: str
    """The content's id on the volume."""

    @property
    def etag(self) -> str:
        """The entity tag of the content."""
        return f'"{self.sha256}"'

    def to_json_object(self) -> JsonObject:
        """The file as the API answers it."""
        return {
            "id": self.id,
            "bucket": self.bucket,
            "filename": self.filename,
            "contentType": self.content_type,
            "size": self.size,
            "sha256": self.sha256,
            "public": self.public,
            "ownerId": self.owner_id,
            "createdAt": rfc3339(self.created_at),
            "updatedAt": rfc3339(self.updated_at),
        }


def file_from_json_object(value: Any, path: str = "") -> StoredFile:
    """What `to_json_object` wrote, as an archive brings it; without a blob as yet.
    Raises `InvalidValue`."""
    try:
        updated_at = datetime.fromisoformat(value["updatedAt"]).astimezone(UTC)
        file = StoredFile(
            id=str(value["id"]),
            owner_id=str(value["ownerId"]),
            bucket=check_bucket(value["bucket"], f"{path}/bucket"),
            filename=check_new_name(value["filename"], f"{path}/filename"),
            content_type=content_type_of(value["contentType"]),
            size=int(value["size"]),
            sha256=str(value["sha256"]),
            public=value["public"] is True,
            created_at=datetime.fromisoformat(value["createdAt"]).astimezone(UTC),
            updated_at=updated_at,
            written_at=updated_at.replace(microsecond=0),
            version=1,
            blob="",
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        raise InvalidValue.at(path, "is not the metadata of a file") from None
    return file


def check_readable(file: StoredFile | None, user_id: str | None) -> StoredFile:
    """The file. Raises `NotFound` to who may not know of it."""
    if file is None or not (file.public or file.owner_id == user_id):
        raise NotFound("There is no such file.")
    return file


def check_writable(file: StoredFile | None, user_id: str | None) -> StoredFile:
    """The file. Raises `NotSignedIn`, `NotFound` to who may not know of it, and
    `NotAllowed` where it is public but someone else's."""
    if user_id is None:
        raise NotSignedIn
    readable = check_readable(file, user_id)
    if readable.owner_id != user_id:
        raise NotAllowed("Only its owner changes a file.")
    return readable


def check_bucket(bucket: Any, path: str) -> str:
    """The name of a bucket. Raises `InvalidValue`."""
    if not (isinstance(bucket, str) and _BUCKET.fullmatch(bucket)):
        raise InvalidValue.at(
            path, "must be 1 to 63 letters, digits, `.`, `_` and `-`, the first a letter or digit"
        )
    return bucket


def check_new_name(name: Any, path: str) -> str:
    """The name that a file can be given. Raises `InvalidValue` where nothing is left of it."""
    cleaned = clean_name(name) if isinstance(name, str) else ""
    if not cleaned:
        raise InvalidValue.at(path, "must be a name with something to see in it")
    return cleaned


def content_type_of(claimed: str) -> str:
    """The type as it is kept and served: what the upload claims, where that is one."""
    matched = _CONTENT_TYPE.fullmatch(claimed.strip(" \t")) if len(claimed) <= MAX_CONTENT_TYPE else None
    return matched[1].lower() + matched[2] if matched else UNKNOWN_TYPE
