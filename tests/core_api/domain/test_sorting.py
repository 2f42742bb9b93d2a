"""Orders of lists, and the cursors that stand in them."""

import base64
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backpack_api.domain.filters import EVERYTHING, parse_filter
from backpack_api.domain.positions import MAX_LENGTH, decode_position, encode_position
from backpack_api.domain.sorting import parse_sort
from backpack_api.problems import InvalidValue
from support.random_documents import documents, sorts

SYSTEM: dict[str, Any] = {
    "ownerId": None,
    "version": 3,
    "createdAt": "2026-01-02T03:04:05.678Z",
    "updatedAt": "2026-01-02T03:04:05.678Z",
}


def with_ids(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{**SYSTEM, "id": f"{number:04}", **document} for number, document in enumerate(found)]


@given(st.lists(documents, max_size=8), sorts)
def test_an_order_has_no_ties(found: list[dict[str, Any]], text: str) -> None:
    sort = parse_sort(text)
    positions = [sort.position_of(document) for document in with_ids(found)]
    for one in positions:
        assert not one < one  # noqa: PLR0124
        for other in positions:
            assert one is other or (one < other) != (other < one)


@given(st.lists(documents, min_size=1, max_size=8), sorts)
def test_pages_by_cursors_hold_every_document_once(found: list[dict[str, Any]], text: str) -> None:
    sort = parse_sort(text)
    stored = with_ids(found)
    expected = sorted(stored, key=sort.position_of)
    seen: list[dict[str, Any]] = []
    cursor: str | None = None
    while len(seen) < len(stored):
        after = None if cursor is None else decode_position(cursor, sort, EVERYTHING)
        left = [one for one in stored if after is None or after < sort.position_of(one)]
        page = sorted(left, key=sort.position_of)[:2]
        seen += page
        cursor = encode_position(sort.position_of(page[-1]), EVERYTHING)
    assert seen == expected


@given(st.text(max_size=40))
def test_any_other_text_is_no_cursor(text: str) -> None:
    with pytest.raises(InvalidValue):
        decode_position(text, parse_sort("a"), EVERYTHING)


@pytest.mark.parametrize("sort", ["id", "-version", "createdAt", "ownerId", "-a,b"])
@given(
    values=st.lists(documents.map(lambda one: one.get("a", 1)).map(lambda a: [a]) | st.just([]), max_size=3)
)
def test_a_forged_cursor_is_refused_or_a_position(sort: str, values: list[Any]) -> None:
    order = parse_sort(sort)
    genuine = encode_position(order.position_of(with_ids([{}])[0]), EVERYTHING)
    version, print_, _ = orjson.loads(base64.urlsafe_b64decode(genuine + "=="))
    forged = base64.urlsafe_b64encode(orjson.dumps([version, print_, values])).decode().rstrip("=")
    try:
        position = decode_position(forged, order, EVERYTHING)
    except InvalidValue:
        return
    assert not position < position  # noqa: PLR0124


def test_a_cursor_is_bound_to_filter_and_order_and_bounded() -> None:
    sort, filter_ = parse_sort("a"), parse_filter({"a": 1, "b": 2})
    position = sort.position_of(with_ids([{"a": 1}])[0])
    cursor = encode_position(position, filter_)
    decode_position(cursor, sort, parse_filter({"b": 2, "a": 1}))
    for other_sort, other_filter in ((parse_sort("-a"), filter_), (sort, parse_filter({"a": 1}))):
        with pytest.raises(InvalidValue, match="another"):
            decode_position(cursor, other_sort, other_filter)
    with pytest.raises(InvalidValue, match="too long"):
        encode_position(sort.position_of(with_ids([{"a": "x" * MAX_LENGTH}])[0]), filter_)


@pytest.mark.parametrize(
    ("text", "keys"), [("a", "a,id"), ("-createdAt,b.c", "-createdAt,b.c,id"), ("-id", "-id"), ("id,a", "id")]
)
def test_the_id_decides_last_and_nothing_after_it(text: str, keys: str) -> None:
    assert parse_sort(text).text == keys
