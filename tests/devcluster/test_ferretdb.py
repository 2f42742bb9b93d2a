"""FerretDB as it is compiled here."""

from collections.abc import Iterator
from typing import Any

import pytest
from pymongo import MongoClient
from pymongo.collection import Collection

from support import ferretdb as ferretdb_support
from support.ferretdb import FerretDB, ferretdb

__all__ = ["ferretdb"]


@pytest.fixture
def things(ferretdb: FerretDB) -> Iterator[Collection[dict[str, Any]]]:
    """A collection of documents with ids of several types."""
    client: MongoClient[dict[str, Any]] = MongoClient(
        ferretdb.host, username=ferretdb_support.USERNAME, password=ferretdb_support.PASSWORD
    )
    with client:
        collection = client.looked_up.things
        collection.drop()
        collection.insert_many([{"_id": id_} for id_ in ("one", "two", 'a "quoted" one', "three", 4, 5)])
        yield collection


@pytest.mark.parametrize("wanted", ["one", {"$in": ["one"]}, {"$in": ["one", "two", "none"]}])
def test_documents_are_looked_up_by_the_index_of_ids(
    things: Collection[dict[str, Any]], wanted: object
) -> None:
    plan = things.database.command("explain", {"find": things.name, "filter": {"_id": wanted}})
    assert "USING INDEX" in str(plan["queryPlanner"])


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({"$in": ["one", "none", 'a "quoted" one']}, {"one", 'a "quoted" one'}),
        ({"$in": ["one", 4]}, {"one", 4}),
        ({"$in": []}, set()),
        ({"$in": ["one", "two"], "$ne": "two"}, {"one"}),
        ({"$nin": ["one", "two", "three"]}, {'a "quoted" one', 4, 5}),
        ({"$in": [f"n{number}" for number in range(1500)]}, set()),
    ],
)
def test_every_other_way_to_ask_for_ids_is_answered_as_ever(
    things: Collection[dict[str, Any]], wanted: dict[str, Any], found: set[object]
) -> None:
    assert {thing["_id"] for thing in things.find({"_id": wanted})} == found
