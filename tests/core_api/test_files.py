"""`/files`: uploads, their metadata, and who may do what."""

import hashlib

import httpx
import pytest

from support.core_api import Person

pytestmark = pytest.mark.timeout(60)

FIELDS = (
    "id",
    "bucket",
    "filename",
    "contentType",
    "size",
    "sha256",
    "public",
    "ownerId",
    "createdAt",
    "updatedAt",
)


def upload(person: Person, content: bytes = b"hello", name: str = "a.txt", **fields: str) -> httpx.Response:
    return person.client.post("/files", files={"file": (name, content, "text/plain")}, data=fields)


def test_an_upload_comes_back_as_it_was_sent(ada: Person) -> None:
    content = bytes(range(256)) * 5000
    created = upload(ada, content, "größe 🎒.txt", bucket="pictures")
    assert created.status_code == 201
    file = created.json()
    assert set(file) == set(FIELDS)
    assert file == {
        **file,
        "bucket": "pictures",
        "filename": "größe 🎒.txt",
        "contentType": "text/plain",
        "size": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
        "public": False,
        "ownerId": ada.id,
    }
    assert file["createdAt"] == file["updatedAt"]
    assert created.headers["location"] == f"/files/{file['id']}"
    read = ada.client.get(created.headers["location"])
    assert read.status_code == 200
    assert read.content == content
    assert read.headers["etag"] == created.headers["etag"] == f'"{file["sha256"]}"'
    assert ada.client.get(f"/files/{file['id']}/meta").json() == file
    assert ada.client.get("/files").json() == {"items": [file], "nextCursor": None}
