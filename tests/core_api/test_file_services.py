"""The services of files that no public call reaches, on real stores and within this process."""

import hashlib
import secrets
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from pymongo import MongoClient

from backpack_api.domain.file_requests import Wanted
from backpack_api.domain.files import StoredFile, file_from_json_object
from backpack_api.problems import InvalidValue, NotFound, StoreUnavailable
from backpack_api.runtime import Runtime
from backpack_api.services.files import Labels
from backpack_api.settings import Settings
from backpack_contract.configuration import BackpackConfiguration
from support.ferretdb import PASSWORD, USERNAME, FerretDB
from support.redis import PASSWORD as REDIS_PASSWORD
from support.redis import Redis

pytestmark = pytest.mark.timeout(60)

GOOD_PASSWORD = "correct horse battery"
WHOLE = Wanted(with_body=True)


@pytest.fixture
async def runtime(tmp_path: Path, ferretdb: FerretDB, redis: Redis) -> AsyncIterator[Runtime]:
    """The services of a backpack of its own; nothing goes on in the background."""
    settings = Settings(
        config_file=tmp_path / "unused",
        files_directory=tmp_path,
        mongo_host=ferretdb.host,
        mongo_username=USERNAME,
        mongo_password=PASSWORD,
        mongo_database=f"backpack_{secrets.token_hex(4)}",
        redis_host=redis.host,
        redis_password=REDIS_PASSWORD,
        redis_database=5,
        password_memory_kib=64,
        password_rounds=1,
    )
    configuration = BackpackConfiguration(
        name="todo",
        namespace="apps",
        uid="6a7f0f0e-0000-4000-8000-000000000001",
        site_origin="http://todo.example.com",
        api_origin="http://todo-api.example.com",
        secure_cookies=False,
        quota_per_user=1000,
    )
    made = Runtime(settings, configuration)
    yield made
    await made.close()


async def new_user(runtime: Runtime) -> str:
    return (await runtime.accounts.register(f"{secrets.token_hex(6)}@example.com", GOOD_PASSWORD, None)).id


async def new_file(
    runtime: Runtime, owner_id: str, content: bytes = b"hello", bucket: str = "b"
) -> StoredFile:
    labels = Labels(filename="a.txt", content_type="text/plain", bucket=bucket)
    async with runtime.files.receive(owner_id, declared=None) as upload:
        await upload.write(content)
        return await runtime.files.create(owner_id, upload, labels)


async def pieces(*contents: bytes) -> AsyncIterator[bytes]:
    for content in contents:
        yield content


async def content_of(runtime: Runtime, file_id: str, owner_id: str) -> bytes:
    _, _, content = await runtime.files.read(file_id, owner_id, lambda _: WHOLE)
    assert content is not None
    try:
        return await content.read(0, content.size)
    finally:
        content.close()


async def test_a_content_that_is_replaced_between_looking_and_opening_is_looked_for_again(
    runtime: Runtime, tmp_path: Path, ferretdb: FerretDB
) -> None:
    owner = await new_user(runtime)
    file = await new_file(runtime, owner)
    looked: list[str] = []

    def replaced_meanwhile(found: StoredFile) -> Wanted:
        looked.append(found.blob)
        if len(looked) == 1:
            new = found.blob[:2] + "0" * 30
            (tmp_path / "blobs" / new[:2] / found.blob).rename(tmp_path / "blobs" / new[:2] / new)
            with MongoClient[dict[str, object]](
                ferretdb.host, username=USERNAME, password=PASSWORD, authSource="admin", directConnection=True
            ) as client:
                files = client[runtime.settings.mongo_database]["files"]
                files.update_one({"_id": file.id}, {"$set": {"blob": new}})
        return WHOLE

    found, _, content = await runtime.files.read(file.id, owner, replaced_meanwhile)
    assert content is not None
    assert await content.read(0, 100) == b"hello"
    content.close()
    assert looked == [file.blob, found.blob]


async def test_a_content_that_is_lost_is_no_missing_file(runtime: Runtime, tmp_path: Path) -> None:
    owner = await new_user(runtime)
    file = await new_file(runtime, owner)
    (tmp_path / "blobs" / file.blob[:2] / file.blob).unlink()
    with pytest.raises(StoreUnavailable):
        await content_of(runtime, file.id, owner)


async def test_administrators_see_and_delete_everyones_files(runtime: Runtime) -> None:
    ada, grace = await new_user(runtime), await new_user(runtime)
    files = [
        await new_file(runtime, ada, bucket="x"),
        await new_file(runtime, grace, bucket="x"),
        await new_file(runtime, grace, bucket="y"),
    ]
    found = await runtime.files.page(owner_id=None, bucket=None, limit=2, cursor=None)
    rest = await runtime.files.page(owner_id=None, bucket=None, limit=2, cursor=found.next_cursor)
    assert found.items + rest.items == files
    assert rest.next_cursor is None
    for owner, bucket, wanted in ((grace, None, files[1:]), (None, "x", files[:2]), (grace, "x", files[1:2])):
        page = await runtime.files.page(owner_id=owner, bucket=bucket, limit=50, cursor=None)
        assert page.items == wanted
    administration = runtime.file_administration
    assert await administration.get(files[0].id) == files[0]
    assert await administration.delete(files[0].id) == files[0]
    for call in (administration.get, administration.delete):
        with pytest.raises(NotFound):
            await call(files[0].id)
    assert [file async for file in administration.every()] == files[1:]


async def test_an_archive_brings_files_back_with_their_ids(runtime: Runtime) -> None:
    owner = await new_user(runtime)
    file = await new_file(runtime, owner, b"archived")
    archived = file.to_json_object()
    await runtime.file_administration.delete(file.id)
    # More than once: an import that was cut off is sent again.
    for _ in range(2):
        await runtime.file_administration.restore(file_from_json_object(archived), pieces(b"arch", b"ived"))
        assert (await runtime.files.get(file.id, owner)).to_json_object() == archived
        assert await content_of(runtime, file.id, owner) == b"archived"


async def test_an_archive_whose_contents_are_others_is_refused(runtime: Runtime, tmp_path: Path) -> None:
    owner = await new_user(runtime)
    file = await new_file(runtime, owner, b"archived")
    await runtime.file_administration.delete(file.id)
    for contents in ((b"archivee",), (b"archiv",), (b"archived", b"!"), ()):
        with pytest.raises(InvalidValue):
            await runtime.file_administration.restore(file, pieces(*contents))
    with pytest.raises(NotFound):
        await runtime.file_administration.get(file.id)
    assert not list((tmp_path / "blobs" / "new").iterdir())
    for wrong in (
        {},
        None,
        {**file.to_json_object(), "bucket": "../x"},
        {**file.to_json_object(), "filename": ""},
    ):
        with pytest.raises(InvalidValue):
            file_from_json_object(wrong)


async def test_what_administrators_change_counts_for_the_quota(runtime: Runtime) -> None:
    owner = await new_user(runtime)
    first = await new_file(runtime, owner, bytes(900))
    await runtime.file_administration.delete(first.id)
    second = await new_file(runtime, owner, bytes(900))
    other = replace(second, id=secrets.token_hex(16), size=100, sha256=hashlib.sha256(bytes(100)).hexdigest())
    await runtime.file_administration.restore(other, pieces(bytes(100)))
    with pytest.raises(Exception, match="1000 bytes in all"):
        await new_file(runtime, owner, b"x")
    await runtime.file_administration.delete(other.id)
    await new_file(runtime, owner, bytes(100))
