"""Any document that is accepted comes back as it was, through the real engine."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from support.core_api import CoreApi, new_person

pytestmark = pytest.mark.timeout(120)

SYSTEM_FIELDS = {"id", "ownerId", "version", "createdAt", "updatedAt"}

text = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
keys = st.text(
    st.characters(exclude_characters=".\0", exclude_categories=["Cs"]), min_size=1, max_size=8
).filter(lambda key: key[0] != "$" and key not in SYSTEM_FIELDS)
scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | text
)
values: st.SearchStrategy[Any] = st.recursive(
    scalars,
    # No array directly within an array: the engine of the tests can't keep one.
    lambda inner: st.dictionaries(keys, inner | st.lists(inner, max_size=3), max_size=3),
    max_leaves=8,
)
objects = st.dictionaries(keys, values | st.lists(values, max_size=3), max_size=4)


def test_a_document_comes_back(api: CoreApi) -> None:
    ada = new_person(api)
    tasks = ada.make_collection()

    @settings(max_examples=80, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
    @given(objects, objects)
    def comes_back(first: dict[str, Any], second: dict[str, Any]) -> None:
        created = ada.client.post(tasks, json=first)
        assert created.status_code == 201, created.text
        path = created.headers["location"]
        assert own(ada.client.get(path).json()) == first
        replaced = ada.client.put(path, json=second)
        assert replaced.status_code == 200, replaced.text
        assert own(ada.client.get(path).json()) == second

    comes_back()


def own(document: dict[str, Any]) -> dict[str, Any]:
    return {key: item for key, item in document.items() if key not in SYSTEM_FIELDS}
