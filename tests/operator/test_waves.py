"""A new image over a fleet, on a real API server and with the real deployment controller;
the tests play the kubelet."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from backpack_devcluster.errors import ApiRefused
from backpack_operator.model.kinds import BACKPACK, DEPLOYMENT, Kind
from support.operated_cluster import Operated
from support.operator_process import RunningOperator
from support.waiting import eventually

EVENT = Kind("events.k8s.io/v1", "Event", "events")
OLD = "registry.test/core-api:1.2.3"
NEW = "registry.test/core-api:2"
BROKEN = "registry.test/core-api:broken"
Object = dict[str, Any]


class Watched:
    """A fleet in the middle of an upgrade, looked at again and again."""

    def __init__(self, operated: Operated, *, broken: str | None = None) -> None:
        self.operated, self.broken = operated, broken
        self.most_in_flight = 0

    def look(self) -> dict[str, Object]:
        """Play the kubelet, and answer every Backpack by name."""
        self.operated.cluster.start_pods(self.operated.namespace, broken=self.broken)
        found = {
            body["metadata"]["name"]: body
            for body in self.operated.cluster.list(BACKPACK, self.operated.namespace)
        }
        flying = [body for body in found.values() if body.get("status", {}).get("upgrade")]
        self.most_in_flight = max(self.most_in_flight, len(flying))
        return found

    def until(
        self, condition: Callable[[dict[str, Object]], Any], what: str, within: float = 120
    ) -> dict[str, Object]:
        """The fleet, once the condition holds of it."""

        def holds() -> dict[str, Object]:
            found = self.look()
            assert condition(found), {name: reason(body) for name, body in found.items()}
            return found

        return eventually(holds, within=within, every=0.2, what=what, retry_on=(AssertionError, ApiRefused))

    def until_reasons(self, wanted: dict[str, str], what: str) -> dict[str, Object]:
        return self.until(lambda fleet: {name: reason(body) for name, body in fleet.items()} == wanted, what)


def up_to_date(body: Object) -> Object:
    conditions = body.get("status", {}).get("conditions", ())
    found: Object = next((one for one in conditions if one["type"] == "UpToDate"), {})
    return found


def reason(body: Object) -> str:
    """Of UpToDate, while the status is of the present spec."""
    known = body.get("status", {}).get("observedGeneration") == body["metadata"]["generation"]
    return str(up_to_date(body).get("reason")) if known else ""


def upgraded(fleet: dict[str, Object], image: str) -> int:
    """How many run this image, with all their pods ready."""
    return sum(
        reason(body) == "Current"
        and body["status"]["runtime"]["images"]["api"] == image
        and body["status"].get("version") == image.rpartition(":")[2]
        and not body["status"].get("upgrade")
        for body in fleet.values()
    )


def settled(fleet: dict[str, Object], image: str) -> bool:
    return upgraded(fleet, image) == len(fleet)


def images(operated: Operated) -> dict[str, str]:
    """What the APIs' Deployments run, by Backpack."""
    return {
        item["metadata"]["name"].removesuffix("-api"): item["spec"]["template"]["spec"]["containers"][0][
            "image"
        ]
        for item in operated.cluster.list(DEPLOYMENT, operated.namespace, "app.kubernetes.io/component=api")
    }


def start(operated: Operated, *names: str, **spec: Any) -> None:
    """Backpacks that serve, and whose API has taken its configuration."""
    for name in names:
        operated.cluster.backpack(operated.namespace, name, **spec)
    for name in names:
        operated.cluster.wait_ready(operated.namespace, name, within=120)
    for name in names:
        operated.cluster.wait_reason(operated.namespace, name, "Configured", "Taken", within=60)
        operated.cluster.wait_reason(operated.namespace, name, "Progressing", "Settled", within=60)


@pytest.fixture
def successor(operated: Operated, tmp_path: Path) -> Callable[..., Any]:
    """The operator in the place of the one that runs, with other settings."""

    @contextmanager
    def succeed(**settings: str) -> Iterator[RunningOperator]:
        operated.operator.stop()
        watched = (operated.namespace, operated.other_namespace)
        with operated.cluster.operator(tmp_path, operated.own_namespace, *watched, **settings) as newer:
            yield newer

    return succeed


@pytest.mark.long
@pytest.mark.timeout(600)
def test_a_new_image_goes_over_twenty_backpacks_three_at_a_time_though_the_operator_is_killed(
    operated: Operated, successor: Callable[..., Any]
) -> None:
    names = [f"b{number:02}" for number in range(20)]
    start(operated, *names)
    with successor(IMAGE_API=NEW, UPGRADE_MAX_UNAVAILABLE="3") as newer:
        fleet = Watched(operated)
        for done in (1, 6, 12):

            def reached(found: dict[str, Object], done: int = done) -> bool:
                return upgraded(found, NEW) >= done

            found = fleet.until(reached, f"{done} are upgraded")
            assert upgraded(found, NEW) < len(names)
            newer.kill()
            newer.start()
        fleet.until(lambda found: settled(found, NEW), "all are upgraded")
        assert 1 <= fleet.most_in_flight <= 3
        assert Counter(images(operated).values()) == {NEW: len(names)}
        assert "Traceback" not in newer.process.log_text()


def test_a_new_operator_alone_writes_nothing(operated: Operated, successor: Callable[..., Any]) -> None:
    start(operated, "one", "two")
    operated.operator.stop()
    before = operated.versions()
    with successor(WORKERS="4", UPGRADE_MAX_UNAVAILABLE="1", API_VERSION="1.2.3") as newer:
        newer.wait_settled()
        assert newer.writes() == 0
        assert operated.versions() == before


@pytest.mark.timeout(600)
def test_it_stops_with_the_first_that_fails_tells_all_who_wait_and_is_mended_by_another_image(
    operated: Operated, successor: Callable[..., Any]
) -> None:
    start(operated, "one", "rests", "two", "zero")
    operated.cluster.change(BACKPACK, operated.namespace, "rests", spec={"suspend": True})
    operated.cluster.wait_reason(operated.namespace, "rests", "Ready", "Suspended")
    mark = {"labels": {"backpack.dev/upgrade-first": "true"}}
    operated.cluster.change(BACKPACK, operated.namespace, "zero", metadata=mark)
    limits = {"UPGRADE_MAX_UNAVAILABLE": "100%", "UPGRADE_TIMEOUT_SECONDS": "3"}

    with successor(IMAGE_API=BROKEN, **limits) as newer:
        fleet = Watched(operated, broken=BROKEN)
        found = fleet.until_reasons(
            {"zero": "UpgradeFailed", "one": "UpgradeHalted", "two": "UpgradeHalted", "rests": "Current"},
            "the upgrade is halted",
        )
        assert f"{operated.namespace}/zero has failed with it" in up_to_date(found["one"])["message"]
        assert "not all ready within 3 seconds" in up_to_date(found["zero"])["message"]
        assert images(operated) == {"zero": BROKEN, "one": OLD, "two": OLD, "rests": BROKEN}
        assert fleet.most_in_flight == 1, "the first goes alone"
        ready = operated.cluster.condition(operated.namespace, "zero", "Ready")
        assert ready["status"] == "True", "its former pod serves on"

        numbers = newer.metrics()
        place = f'backpack_name="zero",backpack_namespace="{operated.namespace}"'
        assert numbers["backpack_operator_upgrade_halted"] == 1
        assert numbers[f"backpack_operator_upgrade_failed{{{place}}}"] == 1
        assert numbers['backpack_operator_upgrade_backpacks{state="waiting"}'] == 2
        assert numbers['backpack_operator_backpacks_by_version{version="1.2.3"}'] == 4

        # A new Backpack has nothing to lose, and one that waits is changed with what it runs.
        operated.cluster.backpack(operated.namespace, "fresh")
        operated.cluster.wait_made(operated.namespace, "fresh")
        operated.cluster.change(BACKPACK, operated.namespace, "one", spec={"api": {"logLevel": "debug"}})
        fleet.until(lambda found: reason(found["one"]) == "UpgradeHalted", "one is looked at")
        assert {name: images(operated)[name] for name in ("fresh", "one")} == {"fresh": BROKEN, "one": OLD}
        operated.cluster.delete(BACKPACK, operated.namespace, "fresh")

        events = operated.cluster.list(EVENT, operated.namespace)
        told = [event["regarding"]["name"] for event in events if event["reason"].startswith("Upgrade")]
        assert told == ["zero"]

        # Without it, the next one is tried.
        operated.cluster.change(BACKPACK, operated.namespace, "zero", spec={"paused": True})
        found = fleet.until(lambda found: reason(found["one"]) == "UpgradeFailed", "one fails")
        fleet.until(lambda found: reason(found["two"]) == "UpgradeHalted", "two waits")
        assert images(operated)["two"] == OLD

    with successor(IMAGE_API=NEW, **limits) as newer:
        fleet = Watched(operated, broken=BROKEN)
        fleet.until(
            lambda found: settled({name: found[name] for name in ("one", "two")}, NEW), "they are upgraded"
        )
        assert images(operated)["zero"] == BROKEN, "it is paused"
        operated.cluster.change(BACKPACK, operated.namespace, "zero", spec={"paused": False})
        operated.cluster.change(BACKPACK, operated.namespace, "rests", spec={"suspend": False})
        fleet.until(lambda found: settled(found, NEW), "all are upgraded")
        assert newer.metrics()["backpack_operator_upgrade_halted"] == 0


@pytest.mark.long
def test_what_an_operator_without_waves_has_left_goes_in_waves_too(
    operated: Operated, successor: Callable[..., Any]
) -> None:
    start(operated, "one", "two")
    operated.operator.stop()
    for name in ("one", "two"):
        path = f"{BACKPACK.path(operated.namespace, name)}/status"
        written = operated.cluster.get(BACKPACK, operated.namespace, name)["status"]["conditions"]
        others = [condition for condition in written if condition["type"] != "UpToDate"]
        operated.cluster.api.merge(path, {"status": {"runtime": None, "conditions": others}})
    with successor(IMAGE_API=BROKEN, UPGRADE_MAX_UNAVAILABLE="2", UPGRADE_TIMEOUT_SECONDS="2"):
        fleet = Watched(operated, broken=BROKEN)
        # Until both statuses say it again, either may be taken for the first.
        found = fleet.until(
            lambda found: sorted(map(reason, found.values())) == ["UpgradeFailed", "UpgradeHalted"],
            "the upgrade is halted",
        )
        failed = {name: reason(body) == "UpgradeFailed" for name, body in found.items()}
        assert images(operated) == {name: BROKEN if failed[name] else OLD for name in failed}


@pytest.mark.long
@pytest.mark.timeout(600)
def test_it_goes_on_by_itself_when_the_pods_of_the_one_that_failed_are_ready(
    operated: Operated, successor: Callable[..., Any]
) -> None:
    start(operated, "one", "two")
    with successor(IMAGE_API=BROKEN, UPGRADE_TIMEOUT_SECONDS="2"):
        fleet = Watched(operated, broken=BROKEN)
        fleet.until_reasons({"one": "UpgradeFailed", "two": "UpgradeHalted"}, "the upgrade is halted")
        fleet.broken = None
        fleet.until(lambda found: settled(found, BROKEN), "all are upgraded")

    # Back is the same mechanism: again one at a time.
    with successor(IMAGE_API=OLD):
        fleet = Watched(operated)
        fleet.until(lambda found: settled(found, OLD), "all are back")
        assert fleet.most_in_flight == 1
