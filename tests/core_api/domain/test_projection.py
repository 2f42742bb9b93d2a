"""`fields`: which part of a document is answered."""

from typing import Any

import pytest

from backpack_api.domain.documents import SYSTEM_FIELDS
from backpack_api.domain.projection import parse_fields

SYSTEM: dict[str, Any] = dict.fromkeys(sorted(SYSTEM_FIELDS), 0)
DOCUMENT: dict[str, Any] = {
    **SYSTEM,
    "a": {"b": 1, "c": {"d": 2, "e": 3}},
    "list": [{"b": 1, "c": 2}, 7, {"c": 3}, [{"b": 4}]],
    "x": 1,
}


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ("x", {"x": 1}),
        ("a", {"a": DOCUMENT["a"]}),
        ("a.b", {"a": {"b": 1}}),
        ("a.c.d,x", {"a": {"c": {"d": 2}}, "x": 1}),
        ("a.c.d,a.c", {"a": {"c": {"d": 2, "e": 3}}}),
        ("a.b,a.c.e", {"a": {"b": 1, "c": {"e": 3}}}),
        ("a,a.b", {"a": DOCUMENT["a"]}),
        ("list.b", {"list": [{"b": 1}, {}, [{"b": 4}]]}),
        ("x.y", {}),
        ("missing,version", {}),
        ("a.b.z", {"a": {}}),
    ],
)
def test_the_chosen_part_and_the_system_fields(fields: str, expected: dict[str, Any]) -> None:
    assert parse_fields(fields).of(DOCUMENT) == {**SYSTEM, **expected}
