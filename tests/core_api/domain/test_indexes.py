"""Indexes, as they may be asked for."""

import pytest

from backpack_api.domain.indexes import MAX_INDEXES, check_indexes, parse_index
from backpack_api.problems import InvalidValue


def test_an_index_is_named_by_what_it_is() -> None:
    indexes = [
        parse_index(["a"], unique=False),
        parse_index(["a"], unique=True),
        parse_index(["-a"], unique=False),
        parse_index(["a", "b"], unique=False),
        parse_index(["b", "a"], unique=False),
    ]
    assert len({index.name for index in indexes}) == len(indexes)
    assert parse_index(["a"], unique=True).name == indexes[1].name


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ([], "/keys"),
        ([f"a{number}" for number in range(9)], "/keys"),
        (["a", "a"], "/keys/1"),
        (["a", "-a"], "/keys/1"),
        (["a..b"], "/keys/0"),
        (["$a"], "/keys/0"),
        (["a.0"], "/keys/0"),
        (["id"], "/keys/0"),
        (["-"], "/keys/0"),
        (["it's"], "/keys/0"),
        (['a"b'], "/keys/0"),
        (["a\\b"], "/keys/0"),
        (["a\nb"], "/keys/0"),
    ],
)
def test_what_can_not_be_indexed_is_named(fields: list[str], path: str) -> None:
    with pytest.raises(InvalidValue) as caught:
        parse_index(fields, unique=False)
    assert [fault.path for fault in caught.value.errors] == [path]


def test_a_collection_has_few_indexes_and_no_two_over_the_same_fields() -> None:
    with pytest.raises(InvalidValue, match="more than"):
        check_indexes([parse_index([f"a{n}"], unique=False) for n in range(MAX_INDEXES + 1)])
    with pytest.raises(InvalidValue, match="same fields"):
        check_indexes([parse_index(["a"], unique=False), parse_index(["a"], unique=True)])
