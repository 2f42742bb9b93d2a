"""One signing key takes the place of another, in steps of one write each."""

import json
from dataclasses import replace

import pytest

from backpack_operator.model.key_rotation import (
    ASKED,
    DONE,
    PHASE,
    SINCE,
    KeyRotation,
    Periods,
    Phase,
    Step,
    next_step,
)
from backpack_operator.model.signing_keys import KeySet, new_keys, read_keys

OLD, NEW = bytes(range(32)), bytes(range(1, 33))
PERIODS = Periods(announce=90, patience=900, overlap=600)
NOW = 1_800_000_000
IDLE = new_keys(OLD)
ASKED_FOR = KeyRotation(asked="now")


def step(keys: KeySet, rotation: KeyRotation, *, after: int = 0, confirmed: bool = True) -> Step | None:
    """The step that is made so many seconds after the phase began."""
    return next_step(keys, rotation, confirmed=confirmed, now=NOW + after, seed=NEW, periods=PERIODS)


def must(made: Step | None) -> Step:
    assert made is not None
    return made


def announced() -> Step:
    return must(step(IDLE, ASKED_FOR))


def switched() -> Step:
    first = announced()
    return replace(must(step(first.keys, first.rotation, after=90)))


@pytest.mark.parametrize("rotation", [KeyRotation(), KeyRotation("", None), KeyRotation("a", "a")])
def test_nobody_has_asked(rotation: KeyRotation) -> None:
    assert step(IDLE, rotation) is None


def test_first_the_new_key_is_trusted_and_the_old_one_signs() -> None:
    made = announced()
    assert made.rotation == KeyRotation("now", None, "now", Phase.ANNOUNCED, NOW)
    assert made.keys.trusted == (IDLE.trusted[0], new_keys(NEW).trusted[0])
    assert made.keys.token("operator", "u", NOW) == IDLE.token("operator", "u", NOW)
    assert read_keys(made.keys.to_json()).next is not None


@pytest.mark.parametrize(
    ("after", "confirmed", "moves"),
    [(89, True, False), (90, True, True), (90, False, False), (899, False, False), (900, False, True)],
)
def test_then_it_signs_once_all_trust_it_or_have_had_their_time(
    after: int, confirmed: bool, moves: bool
) -> None:
    first = announced()
    made = step(first.keys, first.rotation, after=after, confirmed=confirmed)
    assert (made is not None) is moves
    if made is not None:
        assert made.keys.trusted == (new_keys(NEW).trusted[0], IDLE.trusted[0])
        assert made.keys.token("operator", "u", NOW) == new_keys(NEW).token("operator", "u", NOW)
        assert made.rotation.phase is Phase.SWITCHED
        assert ["d" in key for key in json.loads(made.keys.to_json())["keys"]] == [True, False]


def test_at_last_the_old_one_is_trusted_no_longer() -> None:
    second = switched()
    assert step(second.keys, second.rotation, after=90 + 599) is None
    made = must(step(second.keys, second.rotation, after=90 + 600))
    assert made.keys.trusted == new_keys(NEW).trusted
    assert made.rotation == KeyRotation("now", "now")
    assert step(made.keys, made.rotation, after=10_000) is None


def test_what_is_asked_for_meanwhile_comes_afterwards() -> None:
    second = switched()
    made = must(step(second.keys, replace(second.rotation, asked="again"), after=90 + 600))
    assert (made.rotation.asked, made.rotation.done) == ("again", "now")
    assert must(step(made.keys, made.rotation)).rotation.under_way == "again"


@pytest.mark.parametrize("first", [announced(), switched()])
def test_every_state_is_read_again_as_it_was_written(first: Step) -> None:
    annotations = {ASKED: "now", **first.rotation.to_annotations()}
    kept = {key: value for key, value in annotations.items() if value is not None}
    assert KeyRotation.parse(kept) == first.rotation
    again = read_keys(first.keys.to_json())
    assert (again.trusted, again.next is None) == (first.keys.trusted, first.keys.next is None)


def test_annotations_that_were_lost_begin_the_wait_anew() -> None:
    first = announced()
    made = must(step(first.keys, KeyRotation(asked="now"), after=5000))
    assert made.keys == first.keys
    assert made.rotation == KeyRotation("now", None, "now", Phase.ANNOUNCED, NOW + 5000)


@pytest.mark.parametrize("moment", ["", "tomorrow", "2100-01-01T00:00:00Z"])
def test_a_moment_that_cannot_be_makes_it_wait_once_more(moment: str) -> None:
    second = switched()
    annotations = {ASKED: "now", DONE: "", PHASE: "Switched", SINCE: moment}
    made = must(step(second.keys, KeyRotation.parse(annotations)))
    assert made.keys == second.keys
    assert made.rotation.since == NOW


def test_a_new_key_that_was_lost_is_made_anew() -> None:
    made = must(step(IDLE, announced().rotation, after=10))
    assert made.keys.next is not None
    assert made.rotation.since == NOW + 10
