"""The revision of a configuration grows with whatever changes in it."""

from dataclasses import replace

import pytest

from backpack_contract.configuration import AdminKey, BackpackConfiguration
from backpack_operator.model.revision import ANNOTATION, Revision, numbered

CONFIGURATION = BackpackConfiguration(
    name="todo",
    namespace="apps",
    uid="b7c1",
    site_origin="https://todo.example.com",
    api_origin="https://todo-api.example.com",
    secure_cookies=True,
    generation=3,
)


def test_the_first_is_one() -> None:
    configuration, revision = numbered(CONFIGURATION, None)
    assert (configuration.revision, revision.number, revision.generation) == (1, 1, 3)
    assert Revision.parse({ANNOTATION: revision.to_text()}) == revision


def test_the_same_keeps_its_number() -> None:
    _, last = numbered(CONFIGURATION, None)
    assert numbered(CONFIGURATION, last) == (replace(CONFIGURATION, revision=1), last)


@pytest.mark.parametrize(
    "changed",
    [
        replace(CONFIGURATION, generation=4),
        replace(CONFIGURATION, generation=2),
        replace(CONFIGURATION, admin_keys=(AdminKey(kid="a", x="b"),)),
    ],
)
def test_whatever_changes_it_grows(changed: BackpackConfiguration) -> None:
    _, last = numbered(CONFIGURATION, None)
    assert numbered(changed, last)[1].number == 2


def test_an_api_that_knows_of_more_is_outbid_once() -> None:
    _, last = numbered(CONFIGURATION, None)
    configuration, outbid = numbered(CONFIGURATION, last, in_force=40)
    assert (configuration.revision, outbid.number) == (41, 41)
    assert numbered(CONFIGURATION, outbid, in_force=40) == (configuration, outbid)


@pytest.mark.parametrize("text", ["", "1", "1/2", "1/2/", "x/2/abc", "1/y/abc", "-1/2/abc"])
def test_what_somebody_has_changed_is_none(text: str) -> None:
    assert Revision.parse({ANNOTATION: text}) is None
