"""What is next in a rotation, and what is told of it, step by step."""

import base64
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from backpack_contract.resources import ROTATE_CREDENTIALS_ANNOTATION, ROTATE_PUBLISHABLE_KEY_ANNOTATION
from backpack_contract.store_credentials import PATH
from backpack_operator.model.backpack import Backpack
from backpack_operator.model.conditions import Verdict
from backpack_operator.model.credentials import FreshPasswords
from backpack_operator.model.delivery import Report
from backpack_operator.reconcile.judge import judge, status
from backpack_operator.reconcile.rotate import asked_of_api, next_change
from backpack_operator.reconcile.verdicts.found import Found
from backpack_operator.specs.credentials_secret import credentials_secret

Make = Callable[..., Backpack]
START = datetime(2026, 2, 2, tzinfo=UTC)
TAKEN = Report("whatever", taken=True)


class Rotating:
    """A Backpack in the world of a dict, and the clock; each `turn` is a reconcile."""

    def __init__(self, world: Any, backpack: Backpack) -> None:
        self.world, self.backpack, self.now = world, backpack, START
        self.operation: Report | None = None
        self.configured = False

    @property
    def secret(self) -> dict[str, str]:
        data = self.world.objects["Secret/todo-credentials"]["data"]
        return {key: base64.b64decode(value).decode() for key, value in data.items()}

    def template(self, component: str) -> Any:
        return self.world.objects[f"Deployment/todo-{component}"]["spec"]["template"]

    def turn(self) -> Found:
        """Apply what is wanted, and have every pod of it run."""
        self.world.settle(self.backpack)
        self.world.bind()
        self.world.roll_out()
        return self.found()

    def found(self) -> Found:
        found: Found = self.world.found(self.backpack, operation=self.operation, now=self.now)
        if self.configured and found.plan.document is not None:
            taken = Report(found.plan.document.digest, taken=True)
            found = self.world.found(self.backpack, report=taken, operation=self.operation, now=self.now)
        return found

    def step(self) -> bool:
        """Write what is next, if anything."""
        change = next_change(self.turn(), FreshPasswords.make())
        self.operation = None
        if change is None:
            return False
        observed = self.world.observed(self.backpack)
        body = credentials_secret(
            self.backpack, change.values, (), observed.revision(self.backpack), change.rotations
        )
        self.world.put(body)
        return True

    def asked(self) -> bool:
        """Whether the API is asked for anything."""
        found = self.turn()
        asked = asked_of_api(self.backpack, found.plan, found.observed, found.settings)
        assert asked is None or asked.path == PATH
        return asked is not None

    def told(self, kind: str = "CredentialsRotated") -> Verdict | None:
        return next((item for item in judge(self.found()) if item.type == kind), None)

    def reason(self, kind: str = "CredentialsRotated") -> str | None:
        told = self.told(kind)
        return told.reason if told is not None else None


@pytest.fixture
def rotating(world: Any, make_backpack: Make) -> Rotating:
    """Passwords are to be replaced for the first time."""
    return Rotating(world, make_backpack(annotations={ROTATE_CREDENTIALS_ANNOTATION: "one"}))


def test_nobody_has_asked(world: Any, make_backpack: Make) -> None:
    idle = Rotating(world, make_backpack())
    assert not idle.step()
    assert not idle.asked()
    assert (idle.told(), idle.told("PublishableKeyRotated")) == (None, None)


def test_passwords_are_replaced_in_four_steps(rotating: Rotating) -> None:
    rotating.turn()
    before, api, redis = rotating.secret, rotating.template("api"), rotating.template("redis")

    assert rotating.step()
    assert rotating.asked()
    assert not rotating.step(), "the stores have not learnt them yet"
    assert rotating.template("api") == api
    assert rotating.reason() == "Rotating"

    rotating.operation = TAKEN
    assert rotating.step()
    assert rotating.secret["redis-password"] != before["redis-password"]
    assert not rotating.asked()
    # Only the next turn replaces the pods.
    rotating.world.settle(rotating.backpack)
    rotating.world.roll_out("todo-api", updatedReplicas=0)
    assert next_change(rotating.found(), FreshPasswords.make()) is None
    assert rotating.template("api") != api

    assert rotating.step()
    rotating.now += timedelta(seconds=39)
    assert not rotating.step(), "the last of the former pods may still be there"
    rotating.now += timedelta(seconds=1)
    assert rotating.step()
    assert rotating.asked()
    assert before["redis-password"] not in rotating.secret.values()
    assert rotating.reason() == "Rotating"

    rotating.operation = TAKEN
    assert rotating.step()
    assert not rotating.step()
    assert not rotating.asked()
    assert not {before["redis-password"], before["mongo-password"]} & set(rotating.secret.values())
    told = rotating.told()
    assert told == Verdict(
        "CredentialsRotated",
        True,
        "Rotated",
        "The passwords of database and cache were last replaced for `one`.",
    )
    assert status(rotating.found(), [], "2026-02-02T00:00:00Z").rotated_credentials == "one"
    assert rotating.template("redis") == redis, "the cache was never restarted"


def test_it_begins_only_where_the_api_serves(rotating: Rotating) -> None:
    rotating.world.settle(rotating.backpack)
    rotating.world.bind()
    assert next_change(rotating.found(), FreshPasswords.make()) is None
    assert rotating.reason() == "Waiting"


def test_a_suspended_backpack_goes_on_when_it_is_resumed(rotating: Rotating, make_backpack: Make) -> None:
    rotating.step()
    rotating.backpack = make_backpack(suspend=True, annotations={ROTATE_CREDENTIALS_ANNOTATION: "one"})
    rotating.operation = TAKEN
    assert not rotating.step()
    assert not rotating.asked()
    assert rotating.reason() == "Suspended"
    rotating.backpack = make_backpack(annotations={ROTATE_CREDENTIALS_ANNOTATION: "one"})
    rotating.operation = TAKEN
    assert rotating.step()


def test_what_was_begun_is_finished_though_the_annotation_is_gone(
    rotating: Rotating, make_backpack: Make
) -> None:
    rotating.step()
    rotating.backpack = make_backpack()
    rotating.operation = TAKEN
    assert rotating.step()


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("ApiUnreachable", "NetworkPolicies of both namespaces"),
        ("ApiUnavailable", "see DatabaseReady and CacheReady"),
        ("KeyNotTrusted", "kubectl rollout restart --namespace apps deployment/todo-api"),
        ("ApiTooOld", "once the image is a newer one"),
    ],
)
def test_what_the_api_can_not_do_is_told(rotating: Rotating, reason: str, words: str) -> None:
    rotating.step()
    rotating.turn()
    rotating.operation = Report("whatever", reason=reason, detail="500, something")
    told = rotating.told()
    assert told is not None
    assert (told.status, told.reason) == (False, reason)
    assert words in told.message


def test_stores_that_are_not_as_far_are_no_failure(rotating: Rotating) -> None:
    rotating.step()
    rotating.turn()
    rotating.operation = Report("whatever", reason="StoresNotReady", detail="409, not yet")
    told = rotating.told()
    assert told is not None
    assert told.reason == "Rotating"
    assert "It says: 409, not yet." in told.message


def test_a_database_with_one_user_is_restarted_once_and_never_again(world: Any, make_backpack: Make) -> None:
    """MongoDB, whose second user only its own start can make; new ones have both at once."""
    annotations = {ROTATE_CREDENTIALS_ANNOTATION: "one"}
    new = Rotating(world, make_backpack(database={"engine": "mongodb"}, annotations=annotations))
    new.turn()
    assert new.secret["mongo-spare-username"] == "backpack-b"
    assert "backpack-b" not in str(new.template("mongo"))

    secret = world.objects["Secret/todo-credentials"]
    for key in ("mongo-spare-username", "mongo-spare-password"):
        del secret["data"][key]
    old = new
    old.turn()
    templates = [old.template("mongo")]
    for _ in range(20):
        old.operation = TAKEN
        old.now += timedelta(minutes=1)
        old.step()
        old.turn()
        if old.template("mongo") not in templates:
            templates.append(old.template("mongo"))
    assert old.reason() == "Rotated"
    assert len(templates) == 2


def test_the_publishable_key_is_replaced_with_an_overlap(world: Any, make_backpack: Make) -> None:
    rotating = Rotating(world, make_backpack(annotations={ROTATE_PUBLISHABLE_KEY_ANNOTATION: "one"}))
    kind = "PublishableKeyRotated"

    def accepted() -> tuple[str, ...]:
        document = rotating.found().plan.document
        assert document is not None
        return document.configuration.publishable_keys

    rotating.turn()
    old, api = rotating.secret["publishable-key"], rotating.template("api")
    assert rotating.step()
    rotating.turn()
    new = rotating.secret["publishable-spare-key"]
    assert accepted() == (old, new)
    assert rotating.template("api") == api
    rotating.now += timedelta(minutes=5)
    assert not rotating.step(), "not before the API has taken its configuration"
    rotating.configured = True
    assert rotating.step()
    rotating.turn()
    assert accepted() == (new, old)
    assert rotating.secret["publishable-key"] == new
    assert rotating.reason(kind) == "FormerAccepted"
    assert "until 2026-02-09 00:05 UTC" in str(rotating.told(kind))
    rotating.now += timedelta(days=7)
    assert rotating.step()
    rotating.turn()
    assert accepted() == ()
    assert old not in rotating.secret.values()
    assert rotating.reason(kind) == "Rotated"
    assert not rotating.step()
