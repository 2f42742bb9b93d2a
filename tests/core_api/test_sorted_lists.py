"""`GET /db/{collection}?sort=`: orders, and paging by them."""

import json
import random
import secrets
import threading
from typing import Any

import pytest

from support.core_api import Person, assert_problem

pytestmark = pytest.mark.timeout(60)

IN_ORDER: list[dict[str, Any]] = [
    {"a": []},
    {"a": None},
    {},
    {"a": -1.5},
    {"a": 0},
    {"a": [1, "z"]},
    {"a": 2**53},
    {"a": 2**53 + 1},
    {"a": ""},
    {"a": "B"},
    {"a": "a"},
    {"a": "é"},
    {"a": {}},
    {"a": {"b": 1}},
    {"a": False},
    {"a": True},
]
"""Ascending by `a`, as MongoDB sorts: by type, then by value, an array by its least element."""


@pytest.fixture
def tasks(ada: Person) -> str:
    return ada.make_collection()


def pages_of(person: Person, path: str, **parameters: str) -> list[list[dict[str, Any]]]:
    """Every page of a list."""
    pages, cursor = [], None
    while True:
        query = parameters | ({"cursor": cursor} if cursor else {})
        answer = person.client.get(path, params=query)
        assert answer.status_code == 200, answer.text
        pages.append(answer.json()["items"])
        cursor = answer.json()["nextCursor"]
        if cursor is None:
            return pages


def all_of(person: Person, path: str, **parameters: str) -> list[dict[str, Any]]:
    return [item for page in pages_of(person, path, **parameters) for item in page]


@pytest.mark.parametrize("limit", ["1", "3", "1000"])
@pytest.mark.parametrize("descending", [False, True])
def test_values_of_all_types_are_in_mongodbs_order(
    ada: Person, tasks: str, limit: str, descending: bool
) -> None:
    shuffled = [{**document, "n": number} for number, document in enumerate(IN_ORDER)]
    random.Random(7).shuffle(shuffled)
    ada.client.post(tasks, json=shuffled)
    numbers = [item["n"] for item in all_of(ada, tasks, sort="-a" if descending else "a", limit=limit)]
    null, missing = 1, 2
    if descending:
        # By its greatest element: after the numbers, among the strings.
        expected = [15, 14, 13, 12, 11, 5, 10, 9, 8, 7, 6, 4, 3, null, missing, 0]
    else:
        expected = list(range(16))
    # Equal by the order, so by id: as they were created.
    if [document["n"] for document in shuffled].index(null) > [d["n"] for d in shuffled].index(missing):
        at = expected.index(null)
        expected[at : at + 2] = [missing, null]
    assert numbers == expected


def test_several_fields_and_then_the_id_decide(ada: Person, tasks: str) -> None:
    documents = [{"done": n % 2 == 0, "rank": n // 4, "n": n} for n in range(20)]
    ada.client.post(tasks, json=documents)
    expected = sorted(documents, key=lambda one: (not one["done"], one["rank"], one["n"]))
    for limit in ("1", "4", "7"):
        items = all_of(ada, tasks, sort="-done,rank", limit=limit)
        assert [item["n"] for item in items] == [document["n"] for document in expected]


def test_dotted_paths_lead_through_objects_and_arrays(ada: Person, tasks: str) -> None:
    values = [{"a": {"b": 2}}, {"a": [{"b": 3}, {"b": 1}]}, {"a": {"b": 5}}, {"a": 1}, {"a": [{"b": 4}, {}]}]
    ada.client.post(tasks, json=[{**value, "n": number} for number, value in enumerate(values)])
    assert [item["n"] for item in all_of(ada, tasks, sort="a.b", limit="2")] == [3, 4, 1, 0, 2]
    assert [item["n"] for item in all_of(ada, tasks, sort="-a.b", limit="2")] == [2, 4, 1, 0, 3]


@pytest.mark.parametrize(
    "sort", ["id", "-id", "createdAt", "-createdAt", "version,-id", "-version", "ownerId"]
)
def test_system_fields_sort(ada: Person, tasks: str, sort: str) -> None:
    ids = [ada.client.post(tasks, json={"n": n}).json()["id"] for n in range(6)]
    for id_ in ids[::2]:
        ada.client.patch(f"{tasks}/{id_}", json={"touched": True})
    items = all_of(ada, tasks, sort=sort, limit="2")
    first, _, second = sort.partition(",")

    def ordered(items: list[dict[str, Any]], name: str) -> list[dict[str, Any]]:
        return sorted(items, key=lambda item: item[name.lstrip("-")], reverse=name.startswith("-"))

    assert items == ordered(ordered(sorted(items, key=lambda item: item["id"]), second or "id"), first)
    assert {item["id"] for item in items} == set(ids)


def test_filter_sort_fields_and_total_go_together(ada: Person, tasks: str) -> None:
    ada.client.post(tasks, json=[{"n": n, "even": n % 2 == 0, "x": {"y": n, "z": n}} for n in range(11)])
    parameters = {"filter": json.dumps({"even": True}), "sort": "-n", "fields": "x.y", "limit": "4"}
    first = ada.client.get(tasks, params={**parameters, "total": "true"}).json()
    assert [item["x"] for item in first["items"]] == [{"y": 10}, {"y": 8}, {"y": 6}, {"y": 4}]
    assert first["total"] == 6
    second = ada.client.get(tasks, params={**parameters, "cursor": first["nextCursor"]}).json()
    assert [item["x"] for item in second["items"]] == [{"y": 2}, {"y": 0}]
    assert second["nextCursor"] is None
    assert set(second["items"][0]) == {"id", "ownerId", "version", "createdAt", "updatedAt", "x"}


def test_a_cursor_outlives_the_document_it_stands_at(ada: Person, tasks: str) -> None:
    documents = ada.client.post(tasks, json=[{"n": n} for n in range(4)]).json()
    cursor = ada.client.get(tasks, params={"sort": "-n", "limit": 2}).json()["nextCursor"]
    ada.client.delete(f"{tasks}/{documents[2]['id']}")
    rest = ada.client.get(tasks, params={"sort": "-n", "cursor": cursor}).json()["items"]
    assert [item["n"] for item in rest] == [1, 0]


def test_a_cursor_belongs_to_its_filter_and_order(ada: Person, tasks: str) -> None:
    ada.client.post(tasks, json=[{"n": n} for n in range(3)])
    asked = {"sort": "n", "filter": '{"n": {"$gte": 0}, "ownerId": {"$ne": null}}', "limit": "1"}
    cursor = ada.client.get(tasks, params=asked).json()["nextCursor"]
    for other in ({"sort": "-n"}, {"sort": "m"}, {"filter": '{"n": {"$gte": 1}}'}):
        problem = assert_problem(ada.client.get(tasks, params={**asked, **other, "cursor": cursor}), 422)
        assert [fault["path"] for fault in problem["errors"]] == ["cursor"]
    same = {
        **asked,
        "filter": ' {"ownerId": {"$ne": null}, "n": {"$gte": 0}}',
        "limit": "2",
        "cursor": cursor,
    }
    assert [item["n"] for item in ada.client.get(tasks, params=same).json()["items"]] == [1, 2]


@pytest.mark.parametrize("sort", ["rank", "-rank", "done,-rank", "-createdAt"])
def test_paging_neither_repeats_nor_skips_while_others_write(
    ada: Person, grace: Person, tasks: str, sort: str
) -> None:
    chance = random.Random(11)
    documents = [{"rank": chance.randrange(9), "done": chance.random() < 0.5, "n": n} for n in range(90)]
    before = {one["id"] for one in ada.client.post(tasks, json=documents).json()}
    doomed = ada.client.post(tasks, json=[{"rank": n % 9, "done": True} for n in range(40)]).json()
    stop = threading.Event()

    def write() -> None:
        for document in doomed:
            if stop.is_set():
                return
            grace.client.post(tasks, json={"rank": chance.randrange(9), "late": True})
            ada.client.delete(f"{tasks}/{document['id']}")
            touched = chance.choice(sorted(before))
            ada.client.patch(f"{tasks}/{touched}", json={"touched": secrets.token_hex(2)})

    writer = threading.Thread(target=write)
    writer.start()
    try:
        seen = [item["id"] for item in all_of(ada, tasks, sort=sort, limit="7")]
    finally:
        stop.set()
        writer.join()
    assert len(seen) == len(set(seen))
    assert before <= set(seen)


def test_a_sorted_page_of_large_documents_ends_early(ada: Person, tasks: str) -> None:
    for n in range(11):
        ada.client.post(tasks, json={"n": (n * 7) % 11, "a": "x" * (1_000_000 if n % 2 else 900_000)})
    pages = pages_of(ada, tasks, sort="-n", limit="1000")
    assert len(pages) == 2
    assert [item["n"] for page in pages for item in page] == list(range(10, -1, -1))


def test_values_too_long_to_page_by_are_told(ada: Person, tasks: str) -> None:
    ada.client.post(tasks, json=[{"a": f"{n}" + "x" * 10_000} for n in range(2)])
    assert len(ada.client.get(tasks, params={"sort": "a"}).json()["items"]) == 2
    problem = assert_problem(ada.client.get(tasks, params={"sort": "a", "limit": "1"}), 422)
    assert [fault["path"] for fault in problem["errors"]] == ["sort"]


@pytest.mark.parametrize(
    ("parameters", "name"),
    [
        ({"sort": ""}, "sort"),
        ({"sort": "a,"}, "sort"),
        ({"sort": "-"}, "sort"),
        ({"sort": "--a"}, None),
        ({"sort": "a,-a"}, "sort"),
        ({"sort": "a,b,c,d,e"}, "sort"),
        ({"sort": "$natural"}, "sort"),
        ({"sort": "a..b"}, "sort"),
        ({"sort": "id.a"}, "sort"),
        ({"sort": "+a"}, None),
        ({"fields": ","}, "fields"),
        ({"fields": "a.$b"}, "fields"),
        ({"fields": ",".join(f"a{n}" for n in range(101))}, "fields"),
        ({"cursor": "x" * 9000}, "cursor"),
        ({"cursor": "W10"}, "cursor"),
    ],
)
def test_what_can_not_be_asked_for_is_named(
    ada: Person, tasks: str, parameters: dict[str, str], name: str | None
) -> None:
    answer = ada.client.get(tasks, params=parameters)
    if name is None:
        assert answer.status_code == 200
        return
    assert [fault["path"] for fault in assert_problem(answer, 422)["errors"]] == [name]
