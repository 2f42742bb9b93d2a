"""Whose turn it is: pure."""

from collections import Counter
from dataclasses import dataclass, field

from backpack_operator.reconcile.waves.member import IN_FLIGHT, Member, State


@dataclass(slots=True)
class Tally:
    """Counts of members; those whose turn has come, but who have not begun yet, are counted
    as `called`."""

    states: Counter[State] = field(default_factory=Counter)
    first_in_flight: int = 0
    proven: Counter[str] = field(default_factory=Counter)
    """Those that serve with what the settings say, by engine: each has images of its own."""
    called: int = 0
    called_first: int = 0
    called_behind: int = 0

    def count(self, member: Member, by: int) -> None:
        """One more (`by` 1) or less (-1)."""
        self.states[member.state] += by
        if member.first and member.state in IN_FLIGHT:
            self.first_in_flight += by
        if member.serves and member.state is State.CURRENT:
            self.proven[member.engine] += by

    def call(self, member: Member, by: int) -> None:
        """The turn of one has come (1), or is over or missed (-1)."""
        self.called += by
        self.called_first += by * member.first
        self.called_behind += by * (member.state is State.BEHIND)

    @property
    def taking_part(self) -> int:
        return sum(count for state, count in self.states.items() if state is not State.APART)

    @property
    def in_flight(self) -> int:
        """All that are, or are about to be, without some of their pods."""
        return sum(self.states[state] for state in IN_FLIGHT) + self.called - self.called_behind


def limit(max_unavailable: str, taking_part: int) -> int:
    """How many Backpacks may be upgraded at a time: a number, or a part of all that take
    part, rounded down but at least one."""
    number, percent, _ = max_unavailable.partition("%")
    return max(1, taking_part * int(number) // 100) if percent else int(number)


def may_begin(candidate: Member, tally: Tally, max_unavailable: str) -> bool:
    """Whether the turn of the first of those who wait has come.

    Until one of its engine serves with what is new they go one at a time, so that what can't
    work breaks one of them. Who asks to go first has come through before the others begin. And one
    that is in flight already, with something that is not wanted any more, needs no
    further place."""
    if tally.states[State.FAILED]:
        return False
    if not tally.proven[candidate.engine] and tally.states[State.UPGRADING] + tally.called > 0:
        return False
    if candidate.state is State.BEHIND:
        return True
    if not candidate.first and tally.first_in_flight + tally.called_first > 0:
        return False
    return tally.in_flight < limit(max_unavailable, tally.taking_part)
