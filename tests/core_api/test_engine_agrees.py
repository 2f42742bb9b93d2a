"""What a filter or an order means does not depend on where it is decided: on random
documents, lists of the engine and of this process are the same."""

import json
import os
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pymongo import MongoClient
from pymongo.collection import Collection

from backpack_api.domain.documents import Document
from backpack_api.domain.filters import EVERYTHING, parse_filter
from backpack_api.domain.listing import plan
from backpack_api.domain.sorting import parse_sort
from backpack_api.stores.stored_documents import to_stored
from support import ferretdb as ferretdb_support
from support.core_api import CoreApi, Person, new_person
from support.ferretdb import FerretDB
from support.random_documents import documents, filters, flat_documents, scalars, sorts

pytestmark = pytest.mark.timeout(300)

EXAMPLES = int(os.environ.get("BACKPACK_EXAMPLES", "60"))
some = settings(
    max_examples=EXAMPLES, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)


@pytest.fixture(scope="module")
def reader(api: CoreApi) -> Person:
    return new_person(api)


@pytest.fixture(scope="module")
def shelf(reader: Person) -> str:
    return reader.make_collection()


@pytest.fixture(scope="module")
def scratch(ferretdb: FerretDB) -> Iterator[Collection[dict[str, Any]]]:
    """A collection of the engine's, without the API before it."""
    host, port = ferretdb.host.split(":")
    client: MongoClient[dict[str, Any]] = MongoClient(
        host,
        int(port),
        username=ferretdb_support.USERNAME,
        password=ferretdb_support.PASSWORD,
        authSource="admin",
        directConnection=True,
        tz_aware=True,
    )
    with client:
        yield client["scratch"]["documents"]


@some
@given(st.lists(documents, min_size=1, max_size=12), st.lists(filters(), min_size=1, max_size=6), sorts)
def test_a_list_is_what_filter_and_order_say_here(
    reader: Person, shelf: str, found: list[dict[str, Any]], asked: list[dict[str, Any]], sort: str
) -> None:
    run = secrets.token_hex(4)
    created = reader.client.post(shelf, json=[{**document, "run": run} for document in found]).json()
    order = parse_sort(sort)
    for filter_ in asked:
        matches = parse_filter(filter_).matches
        expected = sorted((one for one in created if matches(one)), key=order.position_of)
        of_this_run = {"$and": [{"run": run}, filter_]}
        query = {"filter": json.dumps(of_this_run), "sort": sort, "limit": "2"}
        listed: list[dict[str, Any]] = []
        cursor = None
        while True:
            page = reader.client.get(shelf, params=query | ({"cursor": cursor} if cursor else {})).json()
            listed += page["items"]
            cursor = page["nextCursor"]
            if cursor is None:
                break
        assert listed == expected


@some
@given(
    st.lists(flat_documents, min_size=1, max_size=15),
    filters(scalars.filter(lambda value: value is not None), st.sampled_from(["a", "b", "c"])),
    st.lists(st.sampled_from(["a", "b", "c"]), unique=True, max_size=3).flatmap(
        lambda names: st.tuples(*(st.sampled_from([name, f"-{name}"]) for name in names))
    ),
)
def test_what_is_asked_of_a_faithful_engine_is_right_where_this_one_is_faithful(
    scratch: Collection[dict[str, Any]],
    found: list[dict[str, Any]],
    asked: dict[str, Any],
    names: tuple[str, ...],
) -> None:
    """MongoDB is asked in full. FerretDB answers the same for scalars that aren't null."""
    moment = datetime(2026, 1, 2, tzinfo=UTC)
    kept = [Document(f"{n:04}", None, 1, moment, moment, data) for n, data in enumerate(found)]
    scratch.delete_many({})
    scratch.insert_many([to_stored(document) for document in kept])
    sort = parse_sort(",".join(names)) if names else parse_sort("id")
    filter_ = parse_filter(asked)
    ordered = sorted((one.to_json_object() for one in kept), key=sort.position_of)
    for after in [None, *(sort.position_of(one) for one in ordered[::3])]:
        there = plan(filter_, sort, after, owner_id=None, faithful=True)
        assert there.sort is not None
        answered = [one["_id"] for one in scratch.find(there.query).sort(there.sort)]
        by_id = {document.id: document.to_json_object() for document in kept}
        if there.accepts is not None:
            accepts = there.accepts
            answered = [id_ for id_ in answered if accepts(by_id[id_])]
        expected = [
            one["id"]
            for one in ordered
            if filter_.matches(one) and (after is None or after < sort.position_of(one))
        ]
        assert answered == expected
    beyond = plan(EVERYTHING, sort, sort.position_of(ordered[-1]), owner_id=None, faithful=True)
    assert list(scratch.find(beyond.query)) == []
