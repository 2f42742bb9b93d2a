"""Each step of a rotation is one write, and leaves a Secret by which everything goes on."""

import json

import pytest

from backpack_contract.credentials import API_KEYS, redis_acl, redis_digests
from backpack_operator.model import rotation
from backpack_operator.model.credentials import FreshPasswords, complete
from backpack_operator.model.rotation import ANNOTATION, KeyStep, Progress, Rotations, Step

VALUES = complete(None, FreshPasswords("old-mongo", "old-root", "old-redis", "bp_pk_old", "old-spare"))
FRESH = FreshPasswords("m", "r", "new-redis", "bp_pk_new", "new-spare")
LATER = FreshPasswords("m", "r", "later-redis", "bp_pk_later", "later-spare")


def given(values: dict[str, str]) -> dict[str, str]:
    """What the API's pods are started with."""
    return {key: values[key] for key in API_KEYS}


def test_at_first_nothing_that_the_api_uses_changes() -> None:
    values = rotation.adding(VALUES, FRESH)
    assert given(values) == given(VALUES)
    assert values["redis-users.acl"] == redis_acl(VALUES["redis-password"], "new-redis")
    asked = rotation.store_credentials(values, Step.ADDING)
    assert asked is not None
    assert asked.cache == redis_digests(VALUES["redis-password"], "new-redis")
    assert (asked.database.username, asked.database.password) == ("backpack-b", "new-spare")
    assert asked.database.former is None


def test_then_the_api_uses_what_the_stores_have_learnt() -> None:
    before = rotation.adding(VALUES, FRESH)
    values = rotation.moving(before)
    assert (values["redis-password"], values["redis-spare-password"]) == (
        "new-redis",
        VALUES["redis-password"],
    )
    assert (values["mongo-username"], values["mongo-password"]) == ("backpack-b", "new-spare")
    assert values["mongo-spare-username"] == "backpack"
    assert values["redis-users.acl"] == before["redis-users.acl"]
    assert values["publishable-key"] == VALUES["publishable-key"]
    assert rotation.store_credentials(values, Step.MOVING) is None


def test_at_last_the_former_ones_open_nothing() -> None:
    values = rotation.removing(rotation.moving(rotation.adding(VALUES, FRESH)), LATER)
    assert values["redis-users.acl"] == redis_acl("new-redis")
    asked = rotation.store_credentials(values, Step.REMOVING)
    assert asked is not None
    assert asked.cache == redis_digests("new-redis")
    assert (asked.database.username, asked.database.password) == ("backpack", "later-spare")
    assert asked.database.former == VALUES["mongo-password"]
    done = rotation.removed(values)
    assert VALUES["mongo-password"] not in done.values()
    assert VALUES["redis-password"] not in done.values()
    assert given(done) == given(values)
    assert set(done) - set(VALUES) == {"mongo-spare-username", "mongo-spare-password"}


def test_the_next_rotation_goes_back_to_the_first_user() -> None:
    once = rotation.removed(rotation.removing(rotation.moving(rotation.adding(VALUES, FRESH)), LATER))
    again = rotation.adding(once, LATER)
    asked = rotation.store_credentials(again, Step.ADDING)
    assert asked is not None
    assert (asked.database.username, asked.database.password) == ("backpack", "later-spare")


def test_the_publishable_key_is_accepted_before_it_is_told_and_after_it_was() -> None:
    old = VALUES["publishable-key"]
    assert rotation.publishable_keys(VALUES) == ()
    values = rotation.accepting(VALUES, FRESH)
    assert rotation.publishable_keys(values) == (old, "bp_pk_new")
    values = rotation.announced(values)
    assert rotation.publishable_keys(values) == ("bp_pk_new", old)
    values = rotation.alone(values)
    assert rotation.publishable_keys(values) == ()
    assert values == {**VALUES, "publishable-key": "bp_pk_new"}


@pytest.mark.parametrize(
    "rotations",
    [
        Rotations(),
        Rotations(Progress("a")),
        Rotations(Progress("a", "b", "Moving", 17), Progress(None, "c", "Overlap", 18)),
        Rotations().told("former", "users"),
    ],
)
def test_how_far_it_is_is_read_again(rotations: Rotations) -> None:
    text = rotations.to_text()
    assert Rotations.parse({ANNOTATION: text} if text else {}) == rotations


@pytest.mark.parametrize("text", ["", "no", "[]", '{"key": 1}', '{"key": {"more": 1}}', '{"cache": {}}'])
def test_what_somebody_has_broken_is_as_if_there_were_none(text: str) -> None:
    assert Rotations.parse({ANNOTATION: text}) == Rotations()


def test_a_backpack_that_was_never_rotated_says_nothing() -> None:
    assert Rotations().to_text() == ""


def test_the_caches_pods_are_restarted_only_for_users_that_they_were_not_told_of() -> None:
    rotations = Rotations()
    assert rotations.cache_users("one") == "one"
    rotations = rotations.told("one", "two").told("two", "three")
    assert rotations.cache_users("three") == "one"
    assert rotations.cache_users("four") == "four"
    assert json.loads(rotations.to_text())["cache"] == {"template": "one", "users": "three"}


def test_asking_again_for_what_was_done_is_asking_for_nothing() -> None:
    progress = Progress("a").at(KeyStep.ACCEPTING, 1)
    assert not progress.asked("a")
    assert not progress.asked(None)
    assert progress.asked("b")
