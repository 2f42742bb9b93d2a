"""Reading one document by its id."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from backpack_api.stores.mongo import Mongo, find_by_id
from support import ferretdb as ferretdb_support
from support.ferretdb import FerretDB


@pytest_asyncio.fixture
async def own_ferretdb(tmp_path: Path) -> AsyncIterator[FerretDB]:
    server = FerretDB(tmp_path)
    server.start()
    yield server
    server.stop()


async def test_a_connection_that_died_in_the_pool_is_no_failure_of_a_read(own_ferretdb: FerretDB) -> None:
    mongo = Mongo(own_ferretdb.host, ferretdb_support.USERNAME, ferretdb_support.PASSWORD, "found")
    things = mongo.collection("things")
    await things.insert_one({"_id": "one", "kept": True})
    assert await find_by_id(things, "one") == {"_id": "one", "kept": True}
    own_ferretdb.stop()
    own_ferretdb.start()
    assert await find_by_id(things, "one") == {"_id": "one", "kept": True}
    assert await find_by_id(things, "other") is None
    await mongo.close()
