"""What a Backpack's pods run: what they ran before until its turn comes, and what is said of it."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from backpack_operator.errors import Refused
from backpack_operator.model.backpack import Backpack, Key
from backpack_operator.model.conditions import Verdict
from backpack_operator.model.kinds import DEPLOYMENT, VOLUME_CLAIM, ObjectKey
from backpack_operator.model.runtime import Runtime
from backpack_operator.model.upgrade import Upgrade
from backpack_operator.reconcile.events import news
from backpack_operator.reconcile.judge import judge, status
from backpack_operator.reconcile.turn import begun
from backpack_operator.reconcile.verdicts.found import Wave
from backpack_operator.reconcile.verdicts.refusals import Refusal
from backpack_operator.settings import Settings

OLD, NEW = "registry.test/core-api:1.2.3", "registry.test/core-api:2"
NOW, LATER = "2026-02-02T00:00:00Z", "2026-02-02T00:20:00Z"
LATE = 601.0
Make = Callable[..., Backpack]


def images(world: Any) -> dict[str, str]:
    """What the Deployments run."""
    return {
        body["metadata"]["name"].removeprefix("todo-"): body["spec"]["template"]["spec"]["containers"][0][
            "image"
        ]
        for body in world.objects.values()
        if body["kind"] == "Deployment"
    }


def after(world: Any, backpack: Backpack, now: str = NOW, *refusals: Refusal) -> Backpack:
    """The Backpack with the status that is written now."""
    found = world.found(backpack, *refusals)
    return replace(backpack, status=status(found, judge(found), now))


def verdicts(world: Any, backpack: Backpack, *refusals: Refusal) -> dict[str, Verdict]:
    return {verdict.type: verdict for verdict in judge(world.found(backpack, *refusals))}


def told(world: Any, backpack: Backpack, *refusals: Refusal) -> tuple[bool | None, str]:
    verdict = verdicts(world, backpack, *refusals)["UpToDate"]
    return verdict.status, verdict.reason


def new_image(world: Any, image: str = NEW) -> None:
    world.settings = world.settings.model_copy(update={"image_api": image})


def begin(world: Any, backpack: Backpack) -> Backpack:
    """Its turn comes, and its Deployments are applied: its old pods are there, the new ones not yet."""
    world.may_upgrade = True
    plan = world.decide(backpack)
    assert plan.turn.begins
    backpack = replace(backpack, status=begun(backpack, plan.turn, NOW))
    world.may_upgrade = False
    serving = all(
        body["status"]["availableReplicas"] for body in world.objects.values() if body["kind"] == "Deployment"
    )
    world.settle(backpack)
    world.roll_out(updatedReplicas=0, availableReplicas=int(serving))
    return after(world, backpack)


@pytest.fixture
def todo(world: Any, make_backpack: Make) -> Backpack:
    """One that serves, up to date, before there is a new image."""
    backpack = make_backpack()
    world.settle(backpack)
    world.bind()
    world.roll_out()
    backpack = after(world, after(world, backpack))
    assert told(world, backpack) == (True, "Current")
    assert backpack.status.version == "1.2.3"
    new_image(world)
    return backpack


def test_until_its_turn_comes_nothing_of_it_is_changed(world: Any, todo: Backpack) -> None:
    before = {name: body["metadata"]["resourceVersion"] for name, body in world.objects.items()}
    world.settle(todo)
    assert images(world)["api"] == OLD
    written = {wanted.digest for wanted in world.decide(todo).apply}
    new_image(world, OLD)
    assert written == {wanted.digest for wanted in world.decide(todo).apply}
    assert before
    new_image(world)
    verdict = verdicts(world, todo)["UpToDate"]
    assert (verdict.status, verdict.reason) == (False, "WaitingForWave")
    assert f"It gets {NEW} (api) when its turn comes" in verdict.message
    assert "at most 5% of the Backpacks" in verdict.message
    assert after(world, todo).status.version == "1.2.3"


def test_its_own_changes_are_made_with_the_image_that_it_has(
    world: Any, todo: Backpack, make_backpack: Make
) -> None:
    changed = make_backpack(api={"logLevel": "debug", "replicas": 2})
    world.settle(replace(changed, status=todo.status))
    live = world.objects["Deployment/todo-api"]["spec"]
    assert live["replicas"] == 2
    assert {"name": "BACKPACK_LOG_LEVEL", "value": "debug"} in live["template"]["spec"]["containers"][0][
        "env"
    ]
    assert images(world)["api"] == OLD


def test_an_edit_of_its_image_is_set_right_to_the_one_that_it_has(world: Any, todo: Backpack) -> None:
    container = world.objects["Deployment/todo-api"]["spec"]["template"]["spec"]["containers"][0]
    container["image"] = "stranger/core-api:666"
    world.settle(todo)
    assert images(world)["api"] == OLD


def test_its_turn_is_written_before_a_pod_is_touched(world: Any, todo: Backpack) -> None:
    world.may_upgrade = True
    plan = world.decide(todo)
    state = begun(todo, plan.turn, NOW)
    assert state.upgrade == Upgrade(NOW, served=True)
    assert state.runtime == Runtime.of(world.settings, "ferretdb")
    assert [one.reason for one in state.conditions if one.type == "UpToDate"] == ["Upgrading"]
    world.may_upgrade = False
    # An operator that starts after a crash finds it, and goes on.
    world.settle(replace(todo, status=state))
    assert images(world)["api"] == NEW


def test_it_is_over_when_all_pods_are_of_the_new_template_and_ready(world: Any, todo: Backpack) -> None:
    todo = begin(world, todo)
    assert told(world, todo) == (False, "Upgrading")
    world.roll_out()
    world.roll_out("todo-api", updatedReplicas=1, replicas=2)
    assert told(world, todo) == (False, "Upgrading"), "the old pod is still there"
    world.roll_out()
    todo = after(world, todo)
    assert told(world, todo) == (True, "Current")
    assert (todo.status.upgrade, todo.status.version) == (None, "2")
    world.roll_out("todo-api", availableReplicas=0)
    assert told(world, todo) == (True, "Current"), "what fails later is no upgrade's"


def test_one_that_is_not_ready_in_time_has_failed_and_says_why(world: Any, todo: Backpack) -> None:
    todo = begin(world, todo)
    world.roll_out()
    state = world.objects["Deployment/todo-api"]["status"]
    state |= {"updatedReplicas": 0}
    state["conditions"] = [{"type": "Progressing", "status": "False", "message": "has timed out."}]
    assert told(world, todo) == (False, "Upgrading")
    world.wave = Wave(seconds=LATE)
    found = verdicts(world, todo)
    for kind, value in (("UpToDate", False), ("Degraded", True)):
        assert (found[kind].status, found[kind].reason) == (value, "UpgradeFailed")
        assert "not all ready within 600 seconds" in found[kind].message
        assert "has timed out. See: kubectl describe pods" in found[kind].message
        assert "No other Backpack is upgraded until they are" in found[kind].message
    assert found["Ready"].status is True, "its old pods serve on"

    (event,) = news(todo, judge(world.found(todo)))
    assert (event.reason, event.warning) == ("UpgradeFailed", True)
    failed = after(world, todo)
    assert list(news(failed, judge(world.found(failed)))) == []

    world.roll_out()
    world.wave = Wave(seconds=3 * LATE)
    assert told(world, failed) == (True, "Current")
    (event,) = news(failed, judge(world.found(failed)))
    assert (event.type, event.reason, event.warning) == ("Degraded", "AsExpected", False)


def test_what_the_api_server_refuses_is_why(world: Any, todo: Backpack) -> None:
    todo = begin(world, todo)
    world.roll_out()
    world.wave = Wave(seconds=LATE)
    refusal = Refusal(ObjectKey(DEPLOYMENT, "apps", "todo-api"), Refused(403, "Forbidden", "exceeded quota"))
    assert told(world, todo, refusal) == (False, "UpgradeFailed")
    assert "exceeded quota" in verdicts(world, todo, refusal)["UpToDate"].message


def test_a_volume_that_can_t_grow_holds_no_upgrade_up(world: Any, todo: Backpack) -> None:
    todo = begin(world, todo)
    world.roll_out()
    key = ObjectKey(VOLUME_CLAIM, "apps", "todo-files")
    live = world.observed(todo).children[key]
    assert told(world, todo, Refusal(key, Refused(403, "Forbidden", "no"), live)) == (True, "Current")


def test_those_who_wait_are_told_by_whom_the_wave_is_halted(world: Any, todo: Backpack) -> None:
    world.wave = Wave(halted_by=Key("shop", "first"))
    verdict = verdicts(world, todo)["UpToDate"]
    assert (verdict.status, verdict.reason) == (False, "UpgradeHalted")
    assert "shop/first has failed with it" in verdict.message
    assert list(news(after(world, todo), judge(world.found(todo)))) == [], "one Event, at the one that failed"


def test_one_that_did_not_serve_before_is_given_up_without_halting(world: Any, todo: Backpack) -> None:
    world.roll_out("todo-api", availableReplicas=0)
    todo = begin(world, after(world, todo))
    assert todo.status.upgrade == Upgrade(NOW, served=False)
    world.wave = Wave(seconds=LATE)
    todo = after(world, todo)
    assert (todo.status.upgrade, told(world, todo)) == (None, (True, "Current"))


def test_who_was_in_flight_gets_the_next_image_with_a_new_time(world: Any, todo: Backpack) -> None:
    todo = begin(world, todo)
    new_image(world, "registry.test/core-api:3")
    assert told(world, todo) == (False, "WaitingForWave")
    world.roll_out("todo-api", availableReplicas=0)
    todo = after(world, todo, LATER)
    world.may_upgrade = True
    state = begun(todo, world.decide(todo).turn, LATER)
    assert state.upgrade == Upgrade(LATER, served=True), "it served before all this began"


def test_a_new_one_starts_with_what_the_settings_say(world: Any, make_backpack: Make) -> None:
    new_image(world)
    todo = make_backpack()
    world.settle(todo)
    assert images(world)["api"] == NEW
    todo = after(world, todo)
    assert told(world, todo) == (True, "Current")
    assert todo.status.upgrade is None


def test_one_whose_status_was_lost_keeps_what_it_runs(
    world: Any, todo: Backpack, make_backpack: Make
) -> None:
    lost = make_backpack()
    world.settle(lost)
    assert images(world)["api"] == OLD
    found = after(world, lost).status.runtime
    assert found is not None
    assert found.images.api == OLD
    assert told(world, lost) == (False, "WaitingForWave")


def test_a_former_backpack_s_deployments_say_nothing(world: Any, todo: Backpack, make_backpack: Make) -> None:
    for body in world.objects.values():
        if body["kind"] == "Deployment":
            owner = body["metadata"]["ownerReferences"][0]
            body["metadata"]["ownerReferences"] = [{**owner, "uid": "another"}]
            body["metadata"]["annotations"] = {"backpack.dev/uid": "another"}
    plan = world.decide(make_backpack())
    assert plan.turn.runtime.images.api == NEW


def test_one_that_is_suspended_takes_it_once_its_pods_are_gone(
    world: Any, todo: Backpack, make_backpack: Make
) -> None:
    resting = replace(make_backpack(suspend=True), status=todo.status)
    world.settle(resting)
    world.roll_out(replicas=1)
    assert images(world)["api"] == OLD, "its pods are being ended, and not replaced first"
    world.settle(resting)
    world.roll_out(replicas=1)
    assert told(world, resting) == (False, "Suspended")
    world.roll_out(replicas=0, updatedReplicas=0, availableReplicas=0)
    world.settle(resting)
    assert images(world)["api"] == NEW
    assert told(world, resting) == (True, "Current")
    assert after(world, resting).status.upgrade is None


def test_suspended_in_the_middle_it_is_in_nobody_s_way(
    world: Any, todo: Backpack, make_backpack: Make
) -> None:
    flying = begin(world, todo)
    resting = replace(make_backpack(suspend=True), status=flying.status)
    world.settle(resting)
    assert after(world, resting).status.upgrade is None


def test_where_nothing_may_be_touched_no_turn_begins(world: Any, todo: Backpack) -> None:
    del world.objects["Secret/todo-credentials"]
    world.may_upgrade = True
    plan = world.decide(todo)
    assert (plan.hold.reason, plan.turn) == ("CredentialsLost", None)
    held = after(world, todo)
    assert told(world, held) == (False, "Waiting")
    assert held.status.runtime == todo.status.runtime


def test_only_a_change_of_its_own_engine_concerns_a_backpack(world: Any, todo: Backpack) -> None:
    settings: Settings = world.settings
    world.settings = settings.model_copy(update={"image_api": OLD, "image_mongodb": "mongo:9"})
    assert told(world, todo) == (True, "Current")
    world.settings = settings.model_copy(update={"image_api": OLD, "image_ferretdb": "ferretdb:9"})
    assert told(world, todo) == (False, "WaitingForWave")
