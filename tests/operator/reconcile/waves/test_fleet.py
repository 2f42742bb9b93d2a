"""The wave over a whole fleet: never too many at a time, always to its end, and no further
once one has failed."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from backpack_operator.model.backpack import Key
from backpack_operator.reconcile.waves.fleet import Fleet
from backpack_operator.reconcile.waves.rules import limit
from backpack_operator.settings import Settings
from support.fleets import SimulatedFleet, names

NEW = "registry.test/core-api:2"
NEWER = "registry.test/core-api:3"


def settings_with(max_unavailable: str) -> Settings:
    return Settings(
        domain="example.com",
        image_api="registry.test/core-api:1",
        image_web="registry.test/web:1",
        image_redis="registry.test/redis:1",
        image_ferretdb="registry.test/ferretdb:1",
        namespace="backpack-system",
        upgrade_max_unavailable=max_unavailable,
    )


def fleet_of(count: int, max_unavailable: str = "3") -> SimulatedFleet:
    result = SimulatedFleet(settings_with(max_unavailable))
    result.create(*names(count))
    return result


def test_without_a_change_nobody_is_woken() -> None:
    fleet = fleet_of(10)
    fleet.restart()
    assert (fleet.begun, fleet.in_flight()) == ([], [])


def test_one_goes_alone_and_then_so_many_at_a_time() -> None:
    fleet = fleet_of(10)
    fleet.restart(image_api=NEW)
    assert fleet.in_flight() == ["b000"]
    fleet.become_ready("b000")
    assert fleet.in_flight() == ["b001", "b002", "b003"]
    fleet.become_ready("b002")
    assert fleet.in_flight() == ["b001", "b003", "b004"]
    for _ in range(10):
        for name in fleet.in_flight():
            fleet.become_ready(name)
    assert (len(fleet.current()), fleet.in_flight()) == (10, [])
    assert fleet.begun == list(names(10))


def test_it_stops_with_the_first_that_fails_and_goes_on_when_that_is_ready() -> None:
    fleet = fleet_of(10)
    fleet.restart(image_api=NEW)
    fleet.become_ready("b000")
    fleet.run_out_of_time("b002")
    assert fleet.fleet.halted_by == Key("apps", "b002")
    fleet.become_ready("b001")
    fleet.become_ready("b003")
    assert fleet.in_flight() == ["b002"]
    fleet.become_ready("b002")
    assert fleet.fleet.halted_by is None
    assert fleet.in_flight() == ["b004", "b005", "b006"]


@pytest.mark.parametrize("way", ["suspend", "paused", "deleted"])
def test_it_goes_on_without_the_one_that_failed(way: str) -> None:
    fleet = fleet_of(10)
    fleet.restart(image_api=NEW)
    fleet.become_ready("b000")
    fleet.run_out_of_time("b001")
    for name in ("b002", "b003"):
        fleet.become_ready(name)
    assert fleet.in_flight() == ["b001"]
    if way == "deleted":
        fleet.delete("b001")
    else:
        fleet.spec("b001", **{way: True})
    assert fleet.in_flight() == ["b004", "b005", "b006"]


@pytest.mark.parametrize("image", [NEWER, "registry.test/core-api:1"], ids=["onwards", "back"])
def test_another_image_reaches_the_one_that_failed_first(image: str) -> None:
    fleet = fleet_of(10)
    fleet.restart(image_api=NEW)
    fleet.become_ready("b000")
    fleet.run_out_of_time("b002")
    fleet.become_ready("b001")
    fleet.become_ready("b003")
    fleet.begun.clear()
    fleet.restart(image_api=image)
    assert fleet.begun[0] == "b002"
    assert fleet.fleet.halted_by is None
    for _ in range(10):
        for name in fleet.in_flight():
            fleet.become_ready(name)
    assert len(fleet.current()) == 10
    wrong = {"b000", "b001", "b002", "b003"}
    assert set(fleet.begun) == (wrong if image.endswith(":1") else set(names(10)))


def test_those_who_ask_for_it_go_before_the_others() -> None:
    fleet = fleet_of(4)
    fleet.create("z1", "z2", first=True)
    fleet.restart(image_api=NEW)
    assert fleet.in_flight() == ["z1"]
    fleet.become_ready("z1")
    assert fleet.in_flight() == ["z2"]
    fleet.become_ready("z2")
    assert fleet.in_flight() == ["b000", "b001", "b002"]


def test_one_that_did_not_serve_comes_last_and_halts_nobody() -> None:
    fleet = SimulatedFleet(settings_with("1"))
    fleet.create("a", serves=False)
    fleet.create("b", "c")
    fleet.restart(image_api=NEW)
    for name in ("b", "c"):
        assert fleet.in_flight() == [name]
        fleet.become_ready(name)
    assert fleet.in_flight() == ["a"]
    fleet.run_out_of_time("a")
    assert (fleet.failed(), fleet.in_flight(), len(fleet.current())) == ([], [], 3)


def test_those_who_rest_take_it_without_counting_and_new_ones_have_it() -> None:
    fleet = fleet_of(3, "1")
    fleet.spec("b001", suspend=True)
    fleet.restart(image_api=NEW)
    fleet.create("new")
    fleet.spec("b001", suspend=True)
    assert fleet.in_flight() == ["b000"]
    assert set(fleet.current()) == {"b000", "b001", "new"}
    fleet.spec("b001", suspend=False)
    assert fleet.in_flight() == ["b000", "b002"][: len(fleet.in_flight())]


def test_all_who_wait_are_told_once_that_it_is_halted_and_that_it_goes_on() -> None:
    times: dict[str, list[float]] = {}
    fleet = fleet_of(200, "1")
    fleet.restart(image_api=NEW)

    def wake(key: Key, seconds: float) -> None:
        times.setdefault(key.name, []).append(seconds)

    fleet.fleet._wake = wake
    fleet.run_out_of_time("b000")
    assert {name: len(told) for name, told in times.items()} == dict.fromkeys(list(names(200))[1:], 1)
    assert max(times["b199"]) > 1, "not all at the same time"
    fleet.become_ready("b000")
    assert times["b001"][-1] == 0
    assert {len(times[name]) for name in list(names(200))[2:]} == {2}


def test_nothing_begins_before_everything_is_known() -> None:
    former = fleet_of(3)
    settings = former.settings.model_copy(update={"image_api": NEW})
    woken: list[Key] = []
    fleet = Fleet(settings, lambda key, _: woken.append(key))
    for name in former.bodies:
        written = [{"type": k, **v} for k, v in former.bodies[name]["status"]["conditions"].items()]
        body = former.bodies[name]
        fleet.note(Key("apps", name), {**body, "status": {**body["status"], "conditions": written}})
    assert woken == []
    fleet.open()
    assert woken == [Key("apps", "b000")]


def test_what_a_later_version_has_written_besides_is_no_difference() -> None:
    fleet = fleet_of(2)
    fleet._status("b000", runtime={**fleet.target, "unheardOf": True})
    fleet.restart()
    assert fleet.begun == []


class Waves(RuleBasedStateMachine):
    """Anything may happen to a fleet in the middle of a wave, a restart of the operator included."""

    def __init__(self) -> None:
        super().__init__()
        self.max_unavailable = "25%"
        self.fleet = SimulatedFleet(settings_with(self.max_unavailable))
        self.fleet.create(*names(12))
        self.fleet.create("c001", serves=False)
        self.fleet.create("z001", first=True)
        self.made = 0
        self.version = 1

    def pick(self, data: st.DataObject, among: list[str]) -> str:
        return data.draw(st.sampled_from(sorted(among)))

    @rule()
    def new_image(self) -> None:
        self.version += 1
        with self.step():
            self.fleet.restart(image_api=f"registry.test/core-api:{self.version}")

    @rule()
    def back(self) -> None:
        with self.step():
            self.fleet.restart(image_api="registry.test/core-api:1")

    @rule()
    def the_operator_is_killed(self) -> None:
        with self.step():
            self.fleet.restart()

    @precondition(lambda self: self.fleet.in_flight())
    @rule(data=st.data())
    def ready(self, data: st.DataObject) -> None:
        with self.step():
            self.fleet.become_ready(self.pick(data, self.fleet.in_flight()))

    @precondition(lambda self: self.fleet.in_flight())
    @rule(data=st.data())
    def late(self, data: st.DataObject) -> None:
        with self.step():
            self.fleet.run_out_of_time(self.pick(data, self.fleet.in_flight()))

    @rule(data=st.data(), what=st.sampled_from(["suspend", "paused"]), on=st.booleans())
    def rest(self, data: st.DataObject, what: str, on: bool) -> None:
        with self.step():
            self.fleet.spec(self.pick(data, list(self.fleet.bodies)), **{what: on})

    @rule()
    def another(self) -> None:
        self.made += 1
        with self.step():
            self.fleet.create(f"n{self.made:03}")
            # A part of more is more.
            self.fleet.reconcile()

    @precondition(lambda self: len(self.fleet.bodies) > 3)
    @rule(data=st.data())
    def gone(self, data: st.DataObject) -> None:
        with self.step():
            self.fleet.delete(self.pick(data, list(self.fleet.bodies)))

    @contextmanager
    def step(self) -> Iterator[None]:
        """What begins meanwhile: no more than there is room for, and nothing beside one that failed.
        Who was in flight before, be it one that is paused, and gets what is wanted now, takes no
        further room."""
        before = set(self.fleet.marked())
        self.fleet.begun.clear()
        yield
        if set(self.fleet.begun) - before:
            most = limit(self.max_unavailable, len(self.fleet.taking_part()))
            assert len(self.fleet.in_flight()) <= most
        if self.fleet.begun:
            assert self.fleet.failed() == []
        assert len(self.fleet.begun) == len(set(self.fleet.begun))

    @invariant()
    def the_books_are_right(self) -> None:
        states = dict(self.fleet.fleet.upgrades().states)
        assert sum(states.values()) == len(self.fleet.bodies)
        assert states["failed"] == len(self.fleet.failed())
        flying = states["upgrading"] + states["failed"] + states["behind"]
        assert flying == len(self.fleet.in_flight())

    @invariant()
    def who_halts_it_is_one_that_failed(self) -> None:
        by, failed = self.fleet.fleet.halted_by, self.fleet.failed()
        assert (by.name in failed) if by is not None else not failed

    def teardown(self) -> None:
        """With every pod ready in the end, everything ends on the same image."""
        for name in list(self.fleet.bodies):
            self.fleet.spec(name, paused=False, suspend=False)
        for _ in range(3 * len(self.fleet.bodies)):
            for name in self.fleet.in_flight():
                self.fleet.become_ready(name)
        assert set(self.fleet.current()) == set(self.fleet.bodies)
        assert self.fleet.in_flight() == []


TestAnything: Any = Waves.TestCase
TestAnything.settings = hypothesis_settings(
    max_examples=60, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck)
)
