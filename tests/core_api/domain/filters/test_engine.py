"""What the database is asked: all of it in MongoDB's words, or as much as every engine gets right."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backpack_api.domain.filters import parse_filter
from backpack_api.domain.filters.engine import query_of
from backpack_api.domain.regexes import is_portable, literal_prefix
from backpack_api.problems import InvalidValue
from support.random_documents import documents, filters

MOMENT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)

FAITHFUL: list[tuple[dict[str, Any], dict[str, Any], bool]] = [
    ({}, {}, True),
    ({"a": 1}, {"data.a": {"$eq": 1}}, True),
    ({"id": "x"}, {"_id": {"$eq": "x"}}, True),
    ({"ownerId": None}, {"ownerId": {"$eq": None}}, True),
    ({"createdAt": {"$gte": "2026-01-02T03:04:05Z"}}, {"createdAt": {"$gte": MOMENT}}, True),
    ({"a": {"$ne": 1}}, {"data.a": {"$not": {"$eq": 1}}}, True),
    ({"a": {"$nin": [1, None]}}, {"data.a": {"$not": {"$in": [1, None]}}}, True),
    ({"a": {"$exists": False}}, {"data.a": {"$not": {"$exists": True}}}, True),
    (
        {"a": {"$not": {"$gt": 1, "$lt": 5}}},
        {"$nor": [{"$and": [{"data.a": {"$gt": 1}}, {"data.a": {"$lt": 5}}]}]},
        True,
    ),
    ({"$or": [{"a": 1}, {"b.c": 2}]}, {"$or": [{"data.a": {"$eq": 1}}, {"data.b.c": {"$eq": 2}}]}, True),
    ({"a": {"$regex": "^ab."}}, {"$and": [{"data.a": {"$gte": "ab"}}, {"data.a": {"$lt": "ac"}}]}, False),
    ({"a": {"$regex": "(?i)b$"}}, {"data.a": {"$regex": "(?i)b$"}}, False),
    ({"a": {"$regex": r"\S"}}, {}, False),
    ({"a": {"$not": {"$regex": "b"}}}, {}, False),
    ({"a": 1, "b": {"$not": {"$regex": "b"}}}, {"data.a": {"$eq": 1}}, False),
    ({"$or": [{"a": 1}, {"b": {"$not": {"$regex": "b"}}}]}, {}, False),
]


@pytest.mark.parametrize(("filter_", "query", "exact"), FAITHFUL, ids=str)
def test_a_faithful_engine_is_asked_in_full(
    filter_: dict[str, Any], query: dict[str, Any], exact: bool
) -> None:
    asked = query_of(parse_filter(filter_), faithful=True)
    assert (asked.query, asked.exact) == (query, exact)


@pytest.mark.parametrize(
    ("filter_", "query"),
    [
        ({"a": 1}, {"data.a": {"$eq": 1}}),
        ({"a": None}, {}),
        ({"a": {"b": 1}}, {}),
        ({"a": {"$ne": 1}}, {}),
        ({"a.0": 1}, {}),
        ({"a": {"$in": [1, None]}}, {}),
        ({"a": {"$in": [1, 2]}, "b": {"$exists": False}}, {"data.a": {"$in": [1, 2]}}),
        ({"$or": [{"a": 1}, {"b": None}]}, {}),
        ({"a": {"$regex": "^ab"}}, {"$and": [{"data.a": {"$gte": "ab"}}, {"data.a": {"$lt": "ac"}}]}),
    ],
    ids=str,
)
def test_another_engine_is_asked_for_what_it_gets_right(
    filter_: dict[str, Any], query: dict[str, Any]
) -> None:
    asked = query_of(parse_filter(filter_), faithful=False)
    assert (asked.query, asked.exact) == (query, False)


@given(filters(), st.booleans())
def test_no_operator_that_is_not_known_reaches_an_engine(filter_: dict[str, Any], faithful: bool) -> None:
    known = {"$and", "$or", "$nor", "$not", "$eq", "$gt", "$gte", "$lt", "$lte", "$in", "$exists", "$regex"}

    def operators(value: Any) -> set[str]:
        if isinstance(value, dict):
            return {key for key in value if key.startswith("$")}.union(*map(operators, value.values()))
        return set().union(*map(operators, value)) if isinstance(value, list) else set()

    assert operators(query_of(parse_filter(filter_), faithful=faithful).query) <= known


@given(documents, filters())
def test_and_means_both_and_not_means_the_rest(document: dict[str, Any], filter_: dict[str, Any]) -> None:
    holds = parse_filter(filter_).matches(document)
    assert parse_filter({"$and": [filter_, {}]}).matches(document) == holds
    assert parse_filter({"$or": [filter_, {"a": {"$in": []}}]}).matches(document) == holds


@pytest.mark.parametrize(
    ("pattern", "prefix"),
    [
        ("^abc", "abc"),
        ("^abc$", "abc"),
        ("^ab*", "a"),
        ("^ab+", "ab"),
        ("^ab?c", "a"),
        ("^ab{0,1}", "a"),
        ("^ab|c", ""),
        ("^(ab)", ""),
        ("(?i)^ab", ""),
        ("ab", ""),
        ("^é.", "é"),
    ],
)
def test_the_beginning_of_what_matches(pattern: str, prefix: str) -> None:
    assert literal_prefix(pattern) == prefix


texts = st.text(st.sampled_from("ab1 _.-\n"), max_size=6)


@given(st.text(st.sampled_from("ab1.*+?^$|()[]{}\\dw"), max_size=8), st.lists(texts, min_size=1, max_size=5))
def test_what_is_portable_is_found_by_backtracking_engines_too(pattern: str, found: list[str]) -> None:
    if not is_portable(pattern):
        return
    try:
        matches = parse_filter({"a": {"$regex": pattern}}).matches
        other = re.compile(pattern, re.ASCII)
    except (InvalidValue, re.error):  # one of them refuses it
        return
    for text in found:
        assert not matches({"a": text}) or other.search(text)
