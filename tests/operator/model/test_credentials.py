"""Credentials are made once, completed where something is missing, never replaced."""

import pytest

from backpack_contract.credentials import KEYS, SPARE_KEYS, redis_acl
from backpack_operator.model.credentials import FreshPasswords, complete, opens_database


def passwords(age: str) -> FreshPasswords:
    return FreshPasswords(
        mongo=f"{age}-mongo",
        mongo_root=f"{age}-root",
        redis=f"{age}-redis",
        publishable=f"bp_pk_{age}",
        mongo_spare=f"{age}-spare",
    )


FRESH, OLD = passwords("new"), passwords("old")


def test_a_new_backpack_gets_all_keys() -> None:
    values = complete(None, FRESH)
    assert set(values) == set(KEYS)
    assert values["redis-users.acl"] == redis_acl("new-redis")


@pytest.mark.parametrize("missing", KEYS)
def test_only_what_is_missing_is_made(missing: str) -> None:
    old = complete(None, OLD)
    rest = {key: value for key, value in old.items() if key != missing}
    values = complete(rest, FRESH)
    kept = {key: value for key, value in values.items() if key not in (missing, "redis-users.acl")}
    assert kept == {key: value for key, value in rest.items() if key != "redis-users.acl"}
    assert values["redis-users.acl"] == redis_acl(values["redis-password"])


def test_complete_credentials_stay_as_they_are() -> None:
    old = complete(None, FRESH)
    assert complete(old, FreshPasswords.make()) == old


def test_what_a_rotation_has_added_stays_and_counts() -> None:
    spare = dict.fromkeys(SPARE_KEYS, "spare")
    values = complete({**complete(None, OLD), **spare}, FRESH)
    assert {key: values[key] for key in SPARE_KEYS} == spare
    assert values["redis-users.acl"] == redis_acl("old-redis", "spare")


def test_only_a_new_database_gets_a_second_user_at_once() -> None:
    values = complete(None, FRESH, second_user=True)
    assert (values["mongo-spare-username"], values["mongo-spare-password"]) == ("backpack-b", "new-spare")
    assert complete(complete(None, OLD), FRESH, second_user=True) == complete(None, OLD)


@pytest.mark.parametrize(
    ("existing", "opens"),
    [(None, False), ({}, False), ({"mongo-password": ""}, False), ({"mongo-password": "x"}, True)],
)
def test_what_opens_the_database(existing: dict[str, str] | None, opens: bool) -> None:
    assert opens_database(existing) is opens


def test_passwords_are_long_and_not_shown() -> None:
    made = FreshPasswords.make()
    assert len(made.mongo) >= 43
    assert len({made.mongo, made.mongo_root, made.redis}) == 3
    assert made.mongo not in repr(made)
    assert made.publishable.startswith("bp_pk_")
    assert len(made.publishable) >= 38
