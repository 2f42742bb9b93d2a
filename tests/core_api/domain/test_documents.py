"""Which documents are acceptable: rules that hold for every engine."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backpack_api.domain.documents import (
    MAX_FAULTS,
    MAX_PATCH_BYTES,
    SYSTEM_FIELDS,
    Document,
    check_document,
    check_patch,
    faults_of,
    own_fields,
)
from backpack_api.domain.json_text import parse_json, to_json
from backpack_api.problems import InvalidValue, MalformedRequest, TooLarge

good_keys = st.text(
    st.characters(exclude_characters=".\0", exclude_categories=["Cs"]), min_size=1, max_size=8
).filter(lambda key: key[0] != "$")
scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=6)
)
good_values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(good_keys, inner, max_size=3),
    max_leaves=10,
)
good_documents = st.dictionaries(good_keys, good_values, max_size=4)
any_values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=20,
)


@given(good_documents)
def test_a_good_document_is_kept_as_it_is(document: dict[str, Any]) -> None:
    assert check_document(document) == document
    assert parse_json(to_json(document)) == document


@given(st.dictionaries(st.text(max_size=3), any_values, max_size=4))
def test_a_document_is_kept_or_refused_with_a_reason_and_nothing_else(document: dict[str, Any]) -> None:
    faults = list(faults_of(document))
    if not faults:
        assert check_document(document) == document
        return
    with pytest.raises(InvalidValue) as caught:
        check_document(document)
    assert list(caught.value.errors) == faults[:MAX_FAULTS]


@given(st.binary(max_size=40))
def test_any_bytes_are_json_or_a_problem(text: bytes) -> None:
    try:
        value = parse_json(text)
    except (MalformedRequest, InvalidValue):
        return
    assert parse_json(to_json(value)) == value


def test_faults_are_pointers_into_the_document() -> None:
    document = {"a": [{"b.c": 1}, {"x/y~z": {"$d": 1}}], "": 2}
    assert [fault.path for fault in faults_of(document)] == ["/a/0/b.c", "/a/1/x~1y~0z/$d", "/"]


def test_many_faults_are_not_all_listed() -> None:
    with pytest.raises(InvalidValue) as caught:
        check_document({f"${number}": 1 for number in range(1000)})
    assert len(caught.value.errors) == MAX_FAULTS


@pytest.mark.parametrize("container", ["object", "array"])
def test_depth_counts_objects_and_arrays(container: str) -> None:
    value: Any = 1
    for _ in range(31):
        value = {"a": value} if container == "object" else [value]
    check_document({"a": value})
    with pytest.raises(InvalidValue, match="deeper than 32"):
        check_document({"a": {"a": value}})


def test_depth_beyond_any_stack_is_refused_all_the_same() -> None:
    value: Any = {}
    for _ in range(100_000):
        value = {"a": value}
    with pytest.raises(InvalidValue, match="deeper than 32"):
        check_document(value)


def test_size_is_that_of_the_compact_text_in_utf8() -> None:
    check_document({"a": "é" * ((1024 * 1024 - 8) // 2)})
    with pytest.raises(TooLarge):
        check_document({"a": "é" * (1024 * 1024 // 2)})


def test_an_oversized_document_is_refused_before_its_values_are_looked_at() -> None:
    with pytest.raises(TooLarge):
        check_document({"$": 1, "a": [{} for _ in range(400_000)]})


def test_a_patch_can_remove_all_of_the_largest_document_and_bring_another() -> None:
    keys = [f"{number:x}" for number in range(90_000)]
    largest = check_document(dict.fromkeys(keys, 1))
    check_patch(dict.fromkeys(largest, None) | {"new": "x" * 1_000_000})
    with pytest.raises(TooLarge):
        check_patch({"a": "x" * MAX_PATCH_BYTES})


def test_no_more_of_a_document_is_looked_at_than_its_first_faults() -> None:
    class Endless(list[Any]):
        def __iter__(self) -> Iterator[Any]:
            while True:
                yield {"$": 1}

    faults = faults_of({"a": Endless()})
    assert [next(faults).path for _ in range(2)] == ["/a/0/$", "/a/1/$"]


def test_arrays_in_arrays_are_refused_only_where_the_engine_lacks_them() -> None:
    document = {"a": [1, [2]]}
    assert check_document(document) == document
    with pytest.raises(InvalidValue) as caught:
        check_document(document, nested_arrays=False)
    assert [fault.path for fault in caught.value.errors] == ["/a/1"]


def test_system_fields_of_a_client_are_dropped_at_the_top_only() -> None:
    sent = dict.fromkeys(SYSTEM_FIELDS, 1) | {"a": dict.fromkeys(SYSTEM_FIELDS, 1)}
    assert own_fields(sent) == {"a": dict.fromkeys(SYSTEM_FIELDS, 1)}


def test_a_document_is_answered_with_its_system_fields_first() -> None:
    moment = datetime(2026, 1, 2, 3, 4, 5, 6999, tzinfo=UTC)
    document = Document("i", None, 3, moment, moment, {"a": 1})
    assert document.to_json_object() == {
        "id": "i",
        "ownerId": None,
        "version": 3,
        "createdAt": "2026-01-02T03:04:05.006Z",
        "updatedAt": "2026-01-02T03:04:05.006Z",
        "a": 1,
    }
