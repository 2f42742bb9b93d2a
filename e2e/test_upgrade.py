"""A new image of the core API goes over the Backpacks in waves: nobody's request fails, a
broken one stops with the first, and another one mends it.

The operator is upgraded as a user does it, with Helm, and watches only this module's
namespace meanwhile, so that no other Backpack is touched. Afterwards it is rolled back."""

import json
import secrets
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from backpack_dev.programs import run
from backpack_dev.provider import choose
from backpack_dev.source import CHART
from backpack_dev.system import OPERATOR_NAMESPACE, RELEASE, RunningSystem
from backpack_devcluster import report as reports
from backpack_images.build import BuiltImage, build_all
from support.backpack_client import BackpackClient
from support.backpacks import unique
from support.images import retagged
from support.kubectl import Kubectl, Object, backpack
from support.waiting import eventually

FIRST = {"backpack.dev/upgrade-first": "true"}


@dataclass(frozen=True)
class Release:
    """The chart as it is installed."""

    system: RunningSystem
    namespace: str

    def helm(self, *arguments: str) -> str:
        place = (f"--namespace={OPERATOR_NAMESPACE}", f"--kubeconfig={self.system.kubeconfig}")
        return run(self.system.helm, *arguments, *place, seconds=200)

    def revision(self) -> str:
        return str(json.loads(self.helm("status", RELEASE, "--output=json"))["version"])

    @contextmanager
    def upgrading(self, image: str, **values: Any) -> Iterator[None]:
        """`upgrade`, while the block runs: the first Backpack is through before Helm is."""
        with ThreadPoolExecutor(1) as pool:
            helm = pool.submit(self.upgrade, image, **values)
            yield
            helm.result()

    def upgrade(self, image: str, **values: Any) -> None:
        """Another image of the core API, and other values below `operator.upgrades`."""
        others = [f"--set=operator.upgrades.{name}={value}" for name, value in values.items()]
        self.helm(
            *("upgrade", RELEASE, str(CHART), "--reuse-values", "--wait", "--timeout=180s"),
            f"--set-string=images.api={image}",
            f"--set=operator.watchNamespaces={{{self.namespace}}}",
            *others,
        )


@pytest.fixture(scope="module")
def images(system: RunningSystem, tmp_path_factory: pytest.TempPathFactory) -> tuple[BuiltImage, BuiltImage]:
    """The image that runs, and the same with another tag, both known to the node."""
    report = reports.for_terminal()
    built = build_all(["core-api"], report)["core-api"]
    tag = built.reference.rpartition(":")[2]
    # The same name in each run, since the node keeps it.
    other = retagged(built, f"{tag}-next", tmp_path_factory.mktemp("images"))
    choose().load({"core-api": other}, report)
    return built, other


@pytest.fixture(scope="module")
def fleet(namespace: Kubectl) -> list[str]:
    """Three Backpacks that serve: one that goes first, one with two API pods, a third."""
    names = [unique(stem) for stem in ("first", "twins", "last")]
    for name, replicas in zip(names, (1, 2, 1), strict=True):
        body = backpack(name, api={"replicas": replicas})
        labels = FIRST if name == names[0] else {}
        namespace.apply({**body, "metadata": {**body["metadata"], "labels": labels}})
    for name in names:
        namespace.wait_ready(name)
        namespace.wait_reason(name, "Progressing", "Settled", within=60)
    return names


@pytest.fixture(scope="module")
def release(system: RunningSystem, namespace: Kubectl, fleet: list[str]) -> Iterator[Release]:
    """The release; after the tests it is as it was."""
    assert namespace.namespace
    result = Release(system, namespace.namespace)
    before = result.revision()
    yield result
    result.helm("rollback", RELEASE, before, "--wait", "--timeout=180s")


@dataclass
class Writer:
    """Somebody who creates documents all the time."""

    user: BackpackClient
    created: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)

    @contextmanager
    def at_work(self) -> Iterator[None]:
        stop = threading.Event()
        thread = threading.Thread(target=self._write, args=(stop,))
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join(timeout=30)

    def _write(self, stop: threading.Event) -> None:
        while not stop.wait(0.02):
            title = f"number {len(self.created)}"
            try:
                answer = self.user.http.post("/db/tasks", json={"title": title})
            except httpx.HTTPError as error:
                self.failed.append(repr(error))
                continue
            if answer.status_code == 201:
                self.created.append(title)
            else:
                self.failed.append(f"{answer.status_code}: {answer.text[:200]}")


@pytest.fixture
def writer(namespace: Kubectl, fleet: list[str]) -> Iterator[Writer]:
    url = namespace.get("backpack", fleet[1])["status"]["apiUrl"]
    with BackpackClient(url, f"ada-{secrets.token_hex(4)}@example.com") as user:
        yield Writer(user.sign_up())


def up_to_date(body: Object) -> Mapping[str, str]:
    conditions = body.get("status", {}).get("conditions", [])
    found: Mapping[str, str] = next((one for one in conditions if one["type"] == "UpToDate"), {})
    return found


def runs(body: Object) -> str:
    return str(body["status"].get("runtime", {}).get("images", {}).get("api", ""))


class _NotYet(Exception):
    """What was seen instead."""


def wait_for(
    namespace: Kubectl, condition: Callable[[dict[str, Object]], bool], what: str, within: float = 240
) -> tuple[dict[str, Object], list[str]]:
    """The Backpacks once the condition holds of them, and the order in which they were upgraded."""
    order: list[str] = []

    def holds() -> dict[str, Object]:
        found = {body["metadata"]["name"]: body for body in namespace.list("backpacks")}
        flying = [name for name, body in found.items() if body["status"].get("upgrade")]
        assert len(flying) <= 1, flying
        order.extend(name for name in flying if name not in order)
        if not condition(found):
            raise _NotYet({name: up_to_date(body) for name, body in found.items()})
        return found

    return eventually(holds, within=within, every=0.2, what=what, retry_on=(_NotYet,)), order


def all_run(image: str) -> Callable[[dict[str, Object]], bool]:
    def condition(found: dict[str, Object]) -> bool:
        return all(
            runs(body) == image
            and up_to_date(body).get("reason") == "Current"
            and body["status"]["version"] == image.rpartition(":")[2]
            for body in found.values()
        )

    return condition


@pytest.mark.timeout(400)
def test_a_new_image_goes_out_one_by_one_and_no_request_fails(
    namespace: Kubectl,
    fleet: list[str],
    release: Release,
    images: tuple[BuiltImage, BuiltImage],
    writer: Writer,
) -> None:
    with writer.at_work():
        with release.upgrading(images[1].reference, maxUnavailable=1):
            _, order = wait_for(namespace, all_run(images[1].reference), "all run the new image")
        assert writer.failed == []
    assert writer.failed == []
    assert len(writer.created) > 20
    assert set(writer.created) == writer.user.titles("tasks")
    assert order[0] == fleet[0], "the one with the label"
    assert set(order) == set(fleet)


@pytest.mark.long
@pytest.mark.timeout(500)
def test_a_broken_image_stops_with_the_first_and_another_one_mends_it(
    namespace: Kubectl,
    fleet: list[str],
    release: Release,
    images: tuple[BuiltImage, BuiltImage],
    writer: Writer,
) -> None:
    built = images[0]
    former = runs(namespace.wait_ready(fleet[1]))
    broken = f"{built.reference.rpartition(':')[0]}:never-built"
    reasons = {fleet[0]: "UpgradeFailed", fleet[1]: "UpgradeHalted", fleet[2]: "UpgradeHalted"}

    def halted(found: dict[str, Object]) -> bool:
        return {name: up_to_date(body).get("reason") for name, body in found.items()} == reasons

    with writer.at_work():
        release.upgrade(broken, maxUnavailable=1, timeoutSeconds=15)
        found, _ = wait_for(namespace, halted, "the upgrade is halted")
        assert [runs(found[name]) for name in fleet] == [broken, former, former]
        assert f"{namespace.namespace}/{fleet[0]} has failed" in up_to_date(found[fleet[1]])["message"]
        assert namespace.wait_ready(fleet[0])["status"]["version"] == former.rpartition(":")[2]

        events = [one for one in namespace.list("events") if one["reason"].startswith("Upgrade")]
        assert [one["involvedObject"]["name"] for one in events] == [fleet[0]]

        with release.upgrading(built.reference, maxUnavailable=1, timeoutSeconds=600):
            _, order = wait_for(namespace, all_run(built.reference), "all are back")
    assert writer.failed == []
    assert order[0] == fleet[0], "it is mended before others are touched"
    # As anybody sees it who asks.
    said = namespace.run("get", "backpacks", "-o", "wide")
    assert said.count(built.reference.rpartition(":")[2]) == len(fleet)
