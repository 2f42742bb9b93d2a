"""What the operator writes is what the API reads."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backpack_contract.configuration import BackpackConfiguration, ConfigurationError

EXAMPLE = BackpackConfiguration(
    name="todo",
    namespace="apps",
    uid="b7c1",
    site_origin="https://todo.example.com",
    api_origin="https://todo-api.example.com",
    secure_cookies=True,
)

text = st.text(min_size=1, max_size=60)


@given(
    st.builds(
        BackpackConfiguration,
        name=text,
        namespace=text,
        uid=text,
        site_origin=text,
        api_origin=text,
        secure_cookies=st.booleans(),
    )
)
def test_reading_gives_back_what_was_written(configuration: BackpackConfiguration) -> None:
    assert BackpackConfiguration.from_json(configuration.to_json()) == configuration


def test_a_key_of_a_newer_operator_is_ignored() -> None:
    newer = json.dumps(json.loads(EXAMPLE.to_json()) | {"brand_new": [1]})
    assert BackpackConfiguration.from_json(newer) == EXAMPLE


@pytest.mark.parametrize("key", ["name", "namespace", "uid", "site_origin", "api_origin", "secure_cookies"])
@pytest.mark.parametrize("value", [None, 7, ""])
def test_a_missing_or_mistyped_key_is_named(key: str, value: object) -> None:
    document = json.loads(EXAMPLE.to_json()) | {key: value}
    with pytest.raises(ConfigurationError, match=f"`{key}`"):
        BackpackConfiguration.from_json(json.dumps(document))


@pytest.mark.parametrize("document", ["", "{", "[]", "null", '"todo"'])
def test_what_is_not_an_object_is_refused(document: str) -> None:
    with pytest.raises(ConfigurationError):
        BackpackConfiguration.from_json(document)


@pytest.mark.parametrize(
    ("revision", "generation", "other_revision", "other_generation", "older"),
    [
        (1, 5, 2, 5, True),
        (2, 5, 2, 5, False),
        (3, 4, 2, 5, False),  # the resource was restored from a backup
        (2, 5, 3, 4, True),
        (0, 5, 2, 6, True),  # an operator that counts no revisions
        (0, 5, 2, 5, False),
        (2, 5, 0, 6, True),
    ],
)
def test_which_of_two_is_older(
    revision: int, generation: int, other_revision: int, other_generation: int, older: bool
) -> None:
    one = replace(EXAMPLE, revision=revision, generation=generation)
    assert one.older_than(replace(EXAMPLE, revision=other_revision, generation=other_generation)) is older
