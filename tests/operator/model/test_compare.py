"""A live object that only has more than is wanted is what is wanted; one that has
anything else is not."""

import copy
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backpack_operator.model.backpack import Backpack
from backpack_operator.model.compare import covers
from backpack_operator.settings import Settings
from backpack_operator.specs import children
from backpack_operator.specs.config_map import configuration

CREDENTIALS = {"redis-users.acl": "user default on #hash\n"}

SAME: list[tuple[Any, Any]] = [
    ({"spec": {"a": 1, "b": 2}}, {"spec": {"a": 1}}),
    ({"limits": {"cpu": "1", "memory": "1Gi"}}, {"limits": {"cpu": "1000m", "memory": "1024Mi"}}),
    ({"spec": {"containers": [{"name": "x"}, {"name": "a", "image": "i", "more": 1}]}},
     {"spec": {"containers": [{"name": "a", "image": "i"}]}}),
    ({"containers": {"env": [{"name": "B", "value": "2"}, {"name": "A", "value": "1"}]}},
     {"containers": {"env": [{"name": "A", "value": "1"}]}}),
    ({"spec": {}}, {"spec": {"egress": []}}),
    ({"metadata": {"finalizers": ["a", "b"]}}, {"metadata": {"finalizers": ["b"]}}),
]  # fmt: skip

DIFFERENT: list[tuple[Any, Any]] = [
    ({"spec": {"a": 2}}, {"spec": {"a": 1}}),
    ({"spec": {}}, {"spec": {"a": 1}}),
    ({}, {"spec": {"a": 1}}),
    ({"limits": {"cpu": "2"}}, {"limits": {"cpu": "1"}}),
    ({"spec": {"egress": [{}]}}, {"spec": {"egress": []}}),
    ({"spec": {"args": ["a", "b"]}}, {"spec": {"args": ["a"]}}),
    ({"spec": {"args": ["b", "a"]}}, {"spec": {"args": ["a", "b"]}}),
    ({"spec": {"selector": {"a": "1", "b": "2"}}}, {"spec": {"selector": {"a": "1"}}}),
    ({"spec": {"flag": 1}}, {"spec": {"flag": True}}),
    ({"spec": {"containers": [{"name": "b"}]}}, {"spec": {"containers": [{"name": "a"}]}}),
]


@pytest.mark.parametrize(("live", "wanted"), SAME)
def test_what_others_added_is_no_difference(live: Any, wanted: Any) -> None:
    assert covers(live, wanted)


@pytest.mark.parametrize(("live", "wanted"), DIFFERENT)
def test_what_is_not_as_wanted_is_a_difference(live: Any, wanted: Any) -> None:
    assert not covers(live, wanted)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(st.dictionaries(st.text(), json_values))
def test_everything_covers_itself(value: dict[str, Any]) -> None:
    assert covers(copy.deepcopy(value), value)


def leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The paths of all scalars of an object."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in pairs:
        yield from leaves(inner, (*path, key))
    if not isinstance(value, dict | list):
        yield path


def test_a_change_of_any_single_field_of_any_child_is_seen(plain: Backpack, settings: Settings) -> None:
    bodies = [
        *children.network(plain, settings, configuration(plain, settings, []).to_json()),
        *children.workloads(plain, settings, "ferretdb", CREDENTIALS),
        *children.routes(plain, settings),
    ]
    unseen = []
    for body in bodies:
        for path in leaves(body):
            live = copy.deepcopy(body)
            place = live
            for key in path[:-1]:
                place = place[key]
            place[path[-1]] = "edited"
            if covers(live, body):
                unseen.append((body["kind"], body["metadata"]["name"], path))
    assert unseen == []


@pytest.fixture
def plain(make_backpack: Any) -> Backpack:
    result: Backpack = make_backpack()
    return result
