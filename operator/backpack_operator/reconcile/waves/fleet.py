"""The whole fleet as the wave sees it: told of each change of a Backpack, so that no
reconcile has to look at all of them. Nothing here is the truth of anything: whose turn has
come is written in the status of that Backpack before a pod of it is touched."""

import logging
from bisect import bisect_left, insort
from collections.abc import Callable, Mapping
from typing import Any

from backpack_operator.logs import about
from backpack_operator.metrics import Upgrades
from backpack_operator.model.backpack import Key
from backpack_operator.reconcile.waves.member import WANTING, Member, State, Targets
from backpack_operator.reconcile.waves.rules import Tally, may_begin
from backpack_operator.settings import Settings

logger = logging.getLogger(__name__)

_PACE = 0.02
"""Seconds between two Backpacks that are only to be told that the wave is halted, or goes on."""

_Place = tuple[bool, bool, bool, str, str]


class Fleet:
    """`wake(key, seconds)` has a Backpack looked at."""

    def __init__(self, settings: Settings, wake: Callable[[Key, float], None]) -> None:
        self._targets, self._wake = Targets(settings), wake
        self._max_unavailable = settings.upgrade_max_unavailable
        self._members: dict[Key, Member] = {}
        self._tally = Tally()
        self._waiting: list[_Place] = []
        """Of those whose turn has not come, in the order in which it will."""
        self._called: set[Key] = set()
        self._failed: set[Key] = set()
        self._halted_by: Key | None = None
        self._open = False

    def open(self) -> None:
        """Every Backpack that exists is known now: let the wave begin, or go on."""
        self._open = True
        if self._waiting:
            logger.info("%d Backpacks wait for their turn to be upgraded", len(self._waiting))
        self._halted_by = min(self._failed, key=str, default=None)
        self._advance()

    def note(self, key: Key, body: Mapping[str, Any] | None) -> None:
        """A Backpack as it is now; None: it is gone."""
        old = self._members.get(key)
        new = self._targets.member(body) if body is not None else None
        if new == old:
            return
        if old is not None:
            self._leave(key, old)
        if new is None:
            self._members.pop(key, None)
            self._uncall(key, old)
        else:
            self._enter(key, old, new)
        self._tell()
        self._advance()

    def turn(self, key: Key) -> bool:
        """Whether the turn of this Backpack has come."""
        return key in self._called and not self._failed

    @property
    def halted_by(self) -> Key | None:
        """The Backpack for whose sake nobody's turn comes."""
        return self._halted_by

    def upgrades(self) -> Upgrades:
        """What the metrics tell."""
        states = tuple((state.value, self._tally.states[state]) for state in State)
        failed = tuple((key.namespace, key.name) for key in sorted(self._failed, key=str))
        return Upgrades(states, failed)

    def _leave(self, key: Key, old: Member) -> None:
        self._tally.count(old, -1)
        self._failed.discard(key)
        place = _place(key, old)
        index = bisect_left(self._waiting, place)
        if index < len(self._waiting) and self._waiting[index] == place:
            del self._waiting[index]

    def _enter(self, key: Key, old: Member | None, new: Member) -> None:
        self._members[key] = new
        self._tally.count(new, 1)
        if new.state is State.FAILED:
            self._failed.add(key)
        was_called = key in self._called
        self._uncall(key, old)
        if new.state not in WANTING:
            return
        if was_called:
            self._call(key, new)
        else:
            insort(self._waiting, _place(key, new))

    def _call(self, key: Key, member: Member) -> None:
        self._called.add(key)
        self._tally.call(member, 1)

    def _uncall(self, key: Key, member: Member | None) -> None:
        if key in self._called and member is not None:
            self._called.discard(key)
            self._tally.call(member, -1)

    def _advance(self) -> None:
        while self._open and self._waiting:
            *_, namespace, name = self._waiting[0]
            key = Key(namespace, name)
            member = self._members[key]
            if not may_begin(member, self._tally, self._max_unavailable):
                return
            del self._waiting[0]
            self._call(key, member)
            self._wake(key, 0)

    def _tell(self) -> None:
        """Those who wait, that the wave is halted, or by whom, or goes on."""
        if self._halted_by in self._failed or not self._open:
            return
        before, self._halted_by = self._halted_by, min(self._failed, key=str, default=None)
        if before == self._halted_by:
            return
        if (by := self._halted_by) is not None:
            logger.warning("the upgrade of the fleet is halted", extra=about(by.namespace, by.name))
        else:
            logger.info("the upgrade of the fleet goes on")
        waiting = (Key(namespace, name) for *_, namespace, name in self._waiting)
        for index, key in enumerate((*self._called, *waiting)):
            self._wake(key, index * _PACE)


def _place(key: Key, member: Member) -> _Place:
    return (*member.rank, key.namespace, key.name)
