"""`GET /db/{collection}?filter=`: the same table as in this process, on the engine."""

import json

import httpx
import pytest

from support.core_api import CoreApi, Person, assert_problem, new_person
from support.filter_cases import CASES, DOCUMENTS, Case

pytestmark = pytest.mark.timeout(60)


@pytest.fixture(scope="module")
def reader(api: CoreApi) -> Person:
    return new_person(api)


@pytest.fixture(scope="module")
def table(reader: Person) -> str:
    """A collection that holds the table's documents."""
    path = reader.make_collection()
    documents = [{**document, "name": name} for name, document in DOCUMENTS.items()]
    assert reader.client.post(path, json=documents).status_code == 201
    return path


def get_filtered(person: Person, path: str, filter_: object, **parameters: str) -> httpx.Response:
    return person.client.get(path, params={"filter": json.dumps(filter_), "limit": "1000", **parameters})


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case.filter))
def test_a_filter_matches_what_mongodb_would(reader: Person, table: str, case: Case) -> None:
    answer = get_filtered(reader, table, case.filter, total="true")
    assert answer.status_code == 200, answer.text
    items = answer.json()["items"]
    assert {item["name"] for item in items} == case.expected
    assert answer.json()["total"] == len(case.expected)
    assert [item["id"] for item in items] == sorted(item["id"] for item in items)


REFUSED = [
    ({"$where": "sleep(1000)"}, "$where"),
    ({"a": {"$where": "1"}}, "$where"),
    ({"$or": [{"a": {"$not": {"$where": "1"}}}]}, "$where"),
    ({"$expr": {"$gt": ["$a", 1]}}, "$expr"),
    ({"$nor": [{"a": 1}]}, "$nor"),
    ({"$not": {"a": 1}}, "$not"),
    ({"$jsonSchema": {}}, "$jsonSchema"),
    ({"$text": {"$search": "a"}}, "$text"),
    ({"$comment": "a"}, "$comment"),
    ({"a": {"$elemMatch": {"b": 1}}}, "$elemMatch"),
    ({"a": {"$size": 1}}, "$size"),
    ({"a": {"$type": "string"}}, "$type"),
    ({"a": {"$regex": "a", "$options": "i"}}, "$options"),
    ({"a": {"$gt": 1, "b": 2}}, "`b`"),
    ({"a": {"b": {"$gt": 1}}}, "$"),
    ({"a": {"$in": [{"$gt": 1}]}}, "$"),
    ({"a": {"$eq": {"$gt": 1}}}, "$"),
    ({"a": {"$in": 1}}, "$in"),
    ({"a": {"$nin": "a"}}, "$nin"),
    ({"a": {"$exists": 1}}, "$exists"),
    ({"a": {"$not": 1}}, "$not"),
    ({"a": {"$not": {}}}, "$not"),
    ({"a": {"$not": {"b": 1}}}, "`b`"),
    ({"$and": []}, "$and"),
    ({"$or": {}}, "$or"),
    ({"$or": [1]}, "object"),
    ({"a": {"$regex": 1}}, "$regex"),
    ({"a": {"$regex": "("}}, "$regex"),
    ({"a": {"$regex": "(?=a)"}}, "$regex"),
    ({"a": {"$regex": r"(a)\1"}}, "$regex"),
    ({"a": {"$regex": "a" * 129}}, "128"),
    ({"a": {"$regex": "((a{1,100}){1,100}){1,100}"}}, "$regex"),
    ({"createdAt": {"$regex": "2026"}}, "createdAt"),
    ({"createdAt": {"$gt": 1}}, "createdAt"),
    ({"createdAt": "yesterday"}, "createdAt"),
    ({"createdAt": "2026-02-30T00:00:00Z"}, "createdAt"),
    ({"updatedAt": {"$in": ["2026-01-01"]}}, "updatedAt"),
    ({"id.a": 1}, "id"),
    ({"": 1}, "path"),
    ({"a.": 1}, "path"),
    ({".a": 1}, "path"),
    ({"a..b": 1}, "path"),
    ({"a.$b": 1}, "$b"),
    ({"a\0": 1}, "key"),
    ({"a" * 300: 1}, "key"),
    ({".".join("a" * 40): 1}, "32"),
    ([], "object"),
    (3, "object"),
    ("a", "object"),
    (None, "object"),
    ({"a": {"$in": list(range(1001))}}, "1000"),
    ({f"a{number}": 1 for number in range(101)}, "100"),
    ({"$or": [{"a": number} for number in range(101)]}, "100"),
    ({f"a{number}": {"$regex": "a"} for number in range(11)}, "10 regular"),
]


@pytest.mark.parametrize(("filter_", "named"), REFUSED, ids=lambda value: str(value)[:60])
def test_anything_else_is_refused_by_name(reader: Person, table: str, filter_: object, named: str) -> None:
    problem = assert_problem(get_filtered(reader, table, filter_), 422)
    assert [fault["path"] for fault in problem["errors"]] == ["filter"]
    assert named in problem["detail"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "{'a':1}",
        '{"a":NaN}',
        '{"a":1}x',
        '{"a":"\\ud800"}',
        '{"$and":[' * 3000,
        '{"a":' + "[" * 5000,
    ],
)
def test_what_is_not_json_is_refused(reader: Person, table: str, text: str) -> None:
    problem = assert_problem(reader.client.get(table, params={"filter": text}), 422)
    assert [fault["path"] for fault in problem["errors"]] == ["filter"]


@pytest.mark.parametrize("operator", ["$and", "$or", "$not"])
def test_nesting_is_bounded(reader: Person, table: str, operator: str) -> None:
    def nested(levels: int) -> object:
        inner: object = {"$gt": 1} if operator == "$not" else {"a": 1}
        for _ in range(levels):
            inner = {operator: inner if operator == "$not" else [inner]}
        return {"a": inner} if operator == "$not" else inner

    assert get_filtered(reader, table, nested(16)).status_code == 200
    for levels in (17, 400):
        assert "nested" in assert_problem(get_filtered(reader, table, nested(levels)), 422)["detail"]


def test_a_filter_does_not_widen_what_may_be_read(ada: Person, grace: Person, anyone: httpx.Client) -> None:
    path = ada.make_collection()
    assert_problem(anyone.get(path, params={"filter": "{}"}), 401)
    ada.client.post(path, json={"a": 1})
    for filter_ in ({"ownerId": ada.id}, {"$or": [{"ownerId": {"$ne": grace.id}}, {}]}):
        assert len(get_filtered(grace, path, filter_).json()["items"]) == 1
