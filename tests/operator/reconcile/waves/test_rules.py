"""Whose turn it is, as a table of states."""

from typing import Any

import pytest

from backpack_operator.reconcile.waves.member import Member, State
from backpack_operator.reconcile.waves.rules import Tally, limit, may_begin


def member(
    state: State = State.WAITING, *, first: bool = False, serves: bool = True, engine: str = "ferretdb"
) -> Member:
    return Member(state, first, serves, engine)


def tally(*members: Member, called: tuple[Member, ...] = ()) -> Tally:
    result = Tally()
    for one in (*members, *called):
        result.count(one, 1)
    for one in called:
        result.call(one, 1)
    return result


CURRENT = member(State.CURRENT)
UPGRADING = member(State.UPGRADING)
FIRST_UPGRADING = member(State.UPGRADING, first=True)
FAILED = member(State.FAILED)
BEHIND = member(State.BEHIND)
WAITS = member()
RESTS = member(State.APART)


@pytest.mark.parametrize(
    ("max_unavailable", "taking_part", "most"),
    [
        ("1", 1000, 1),
        ("7", 3, 7),
        ("5%", 1000, 50),
        ("5%", 119, 5),
        ("5%", 3, 1),
        ("100%", 3, 3),
        ("100%", 0, 1),
    ],
)
def test_a_part_is_rounded_down_but_at_least_one(max_unavailable: str, taking_part: int, most: int) -> None:
    assert limit(max_unavailable, taking_part) == most


@pytest.mark.parametrize(
    ("candidate", "others", "begins"),
    [
        (WAITS, {"members": [WAITS]}, True),
        (WAITS, {"members": [CURRENT, UPGRADING]}, True),
        (WAITS, {"members": [CURRENT, UPGRADING, UPGRADING]}, False),
        (WAITS, {"members": [CURRENT, UPGRADING], "called": (WAITS,)}, False),
        # One alone, until one serves with what is new.
        (WAITS, {"members": [UPGRADING]}, False),
        (WAITS, {"members": [], "called": (WAITS,)}, False),
        (WAITS, {"members": [member(State.CURRENT, serves=False), UPGRADING]}, False),
        (WAITS, {"members": [RESTS, UPGRADING]}, False),
        # Another engine's images say nothing of its own.
        (member(engine="mongodb"), {"members": [CURRENT, CURRENT]}, True),
        (member(engine="mongodb"), {"members": [CURRENT, member(State.UPGRADING, engine="mongodb")]}, False),
        (WAITS, {"members": [CURRENT, member(State.UPGRADING, engine="mongodb")]}, True),
        # Nobody after one has failed.
        (WAITS, {"members": [CURRENT, FAILED]}, False),
        (BEHIND, {"members": [CURRENT, FAILED, BEHIND]}, False),
        # Those who ask for it before the others.
        (WAITS, {"members": [CURRENT, FIRST_UPGRADING]}, False),
        (WAITS, {"members": [CURRENT], "called": (member(first=True),)}, False),
        (member(first=True), {"members": [CURRENT, FIRST_UPGRADING]}, True),
        # Who is in flight with something else already needs no further place.
        (WAITS, {"members": [CURRENT, BEHIND, BEHIND]}, False),
        (BEHIND, {"members": [CURRENT, BEHIND, BEHIND, BEHIND]}, True),
        (BEHIND, {"members": [BEHIND, BEHIND]}, True),
        (BEHIND, {"members": [BEHIND, UPGRADING]}, False),
        (BEHIND, {"members": [BEHIND], "called": (BEHIND,)}, False),
        (WAITS, {"members": [CURRENT, BEHIND], "called": (BEHIND,)}, False),
    ],
)
def test_the_turn_of_the_first_of_those_who_wait(
    candidate: Member, others: dict[str, Any], begins: bool
) -> None:
    state = tally(*others["members"], called=others.get("called", ()))
    assert may_begin(candidate, state, "2") is begins


def test_a_part_is_of_those_who_take_part() -> None:
    members = [CURRENT] * 50 + [WAITS] * 50 + [RESTS] * 900
    assert may_begin(WAITS, tally(*members, *[UPGRADING] * 4), "5%")
    assert not may_begin(WAITS, tally(*members, *[UPGRADING] * 5), "5%")
