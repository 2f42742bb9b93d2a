"""Reads that share calls of the database find what is there, and what was written before them."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from pymongo.asynchronous.collection import AsyncCollection

from backpack_api.stores.group_read import GroupRead
from backpack_api.stores.mongo import Mongo
from support import ferretdb as ferretdb_support
from support.ferretdb import FerretDB

IDS = [f"id-{number:03}" for number in range(200)]

Things = AsyncCollection[dict[str, Any]]


@pytest_asyncio.fixture
async def mongo(ferretdb: FerretDB) -> AsyncIterator[Mongo]:
    one = Mongo(ferretdb.host, ferretdb_support.USERNAME, ferretdb_support.PASSWORD, "group_read")
    yield one
    await one.close()


@pytest_asyncio.fixture
async def things(mongo: Mongo) -> Things:
    collection = mongo.collection("things")
    await collection.drop()
    await collection.insert_many([{"_id": id_, "version": 1} for id_ in IDS])
    return collection


async def test_the_engine_finds_documents_by_their_ids(mongo: Mongo) -> None:
    assert (await mongo.engine()).finds_by_ids


async def test_every_caller_gets_the_document_that_he_asked_for(mongo: Mongo, things: Things) -> None:
    reads = GroupRead(mongo)
    found = await asyncio.gather(*(reads.get(things, id_) for id_ in [*IDS, *IDS]))
    assert found == [{"_id": id_, "version": 1} for id_ in [*IDS, *IDS]]


async def test_what_is_not_there_is_found_by_nobody(mongo: Mongo, things: Things) -> None:
    reads = GroupRead(mongo)
    found = await asyncio.gather(*(reads.get(things, id_) for id_ in ("none", IDS[0], "nor this", IDS[1])))
    assert found == [None, {"_id": IDS[0], "version": 1}, None, {"_id": IDS[1], "version": 1}]


async def test_a_read_finds_what_was_written_before_it(mongo: Mongo, things: Things) -> None:
    reads = GroupRead(mongo)

    async def write_and_read(id_: str) -> None:
        for version in range(2, 6):
            await things.replace_one({"_id": id_}, {"_id": id_, "version": version})
            assert await reads.get(things, id_) == {"_id": id_, "version": version}

    await asyncio.gather(*(write_and_read(id_) for id_ in IDS[:40]))


@pytest.mark.long
async def test_documents_too_large_for_one_message_are_all_found(mongo: Mongo, things: Things) -> None:
    # As large as a megabyte of JSON can be as BSON, which a list of small numbers makes six times
    # as large; a text of that size takes the database a fraction of the time.
    text = "x" * 6_000_000
    large = [f"large-{number}" for number in range(9)]
    for id_ in large:
        await things.insert_one({"_id": id_, "text": text})
    reads = GroupRead(mongo)
    found = await asyncio.gather(*(reads.get(things, id_) for id_ in large))
    assert [document["_id"] for document in found if document] == large


async def test_a_caller_who_leaves_takes_nobody_with_him(mongo: Mongo, things: Things) -> None:
    reads = GroupRead(mongo)
    leaving, *staying = [asyncio.ensure_future(reads.get(things, id_)) for id_ in IDS[:30]]
    await asyncio.sleep(0)
    leaving.cancel()
    assert [document["_id"] for document in await asyncio.gather(*staying) if document] == IDS[1:30]
