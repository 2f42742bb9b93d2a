"""Configurations on their way to APIs: once each, again after a failure, and never in
another's way."""

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest

from backpack_operator.errors import NotDelivered
from backpack_operator.model.backpack import Key
from backpack_operator.model.delivery import PATIENCE, Delivery, Report, failure
from backpack_operator.reconcile.deliveries import WORKERS, Deliveries

TODO, SHOP = Key("apps", "todo"), Key("apps", "shop")


def delivery(digest: str, name: str = "todo") -> Delivery:
    return Delivery(f"http://{name}:9000", f"uid-{name}", f"text-{digest}", digest)


class Apis:
    """What stands for the APIs: what arrived, and what to answer."""

    def __init__(self) -> None:
        self.arrived: list[Delivery] = []
        self.failing: dict[str, NotDelivered] = {}
        self.silent: set[str] = set()
        self.woken: list[Key] = []
        self.news = asyncio.Event()

    async def send(self, one: Delivery) -> None:
        self.arrived.append(one)
        self.news.set()
        if one.url in self.silent:
            await asyncio.Event().wait()
        if one.url in self.failing:
            raise self.failing[one.url]

    def wake(self, key: Key) -> None:
        self.woken.append(key)
        self.news.set()

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(20):
            while not condition():
                self.news.clear()
                await self.news.wait()


@pytest.fixture
def apis() -> Apis:
    return Apis()


@pytest.fixture
async def deliveries(apis: Apis) -> AsyncIterator[Deliveries]:
    result = Deliveries(apis.send, apis.wake)
    yield result
    await result.close()


async def test_what_is_wanted_is_sent_once_and_reported(apis: Apis, deliveries: Deliveries) -> None:
    one = delivery("a")
    assert deliveries.want(TODO, one) == Report("a")
    assert deliveries.want(TODO, one) == Report("a")
    await apis.until(lambda: apis.woken == [TODO])
    assert deliveries.want(TODO, one) == Report("a", taken=True)
    assert (apis.arrived, deliveries.waiting) == ([one], 0)


async def test_what_is_newer_takes_the_place_of_what_fails(apis: Apis, deliveries: Deliveries) -> None:
    apis.failing[delivery("a").url] = NotDelivered(422, "no such rule")
    deliveries.want(TODO, delivery("a"))
    await apis.until(lambda: bool(apis.woken))
    assert deliveries.want(TODO, delivery("a")) == Report(
        "a", reason="ConfigurationRefused", detail="422, no such rule"
    )
    apis.failing.clear()
    assert deliveries.want(TODO, delivery("b")) == Report("b")
    await apis.until(lambda: len(apis.woken) == 2)
    assert deliveries.want(TODO, delivery("b")).taken


async def test_an_api_that_is_away_is_tried_again_and_told_of_once(
    apis: Apis, deliveries: Deliveries, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliveries._backoff, "first", 0.001)
    apis.failing[delivery("a").url] = NotDelivered(None, "Connection refused")
    deliveries.want(TODO, delivery("a"))
    await apis.until(lambda: len(apis.arrived) > PATIENCE + 2)
    assert apis.woken == [TODO]
    report = deliveries.want(TODO, delivery("a"))
    assert (report.reason, report.detail) == ("ApiUnreachable", "http://todo:9000: Connection refused")
    apis.failing.clear()
    await apis.until(lambda: len(apis.woken) == 2)
    assert deliveries.want(TODO, delivery("a")).taken


async def test_apis_that_do_not_answer_keep_only_so_many_others_waiting(
    apis: Apis, deliveries: Deliveries
) -> None:
    for number in range(WORKERS - 1):
        silent = delivery("a", f"silent-{number}")
        apis.silent.add(silent.url)
        deliveries.want(Key("apps", f"silent-{number}"), silent)
    deliveries.want(SHOP, delivery("a", "shop"))
    await apis.until(lambda: apis.woken == [SHOP])


async def test_what_is_dropped_is_not_tried_again(
    apis: Apis, deliveries: Deliveries, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliveries._backoff, "first", 0.001)
    apis.failing[delivery("a").url] = NotDelivered(503, "the database is away")
    deliveries.want(TODO, delivery("a"))
    await apis.until(lambda: len(apis.arrived) >= 2)
    deliveries.drop(TODO)
    before = len(apis.arrived)
    deliveries.want(SHOP, delivery("a", "shop"))
    await apis.until(lambda: apis.woken[-1:] == [SHOP])
    assert deliveries.waiting == 0
    assert len(apis.arrived) - before <= 2


@pytest.mark.parametrize(
    ("status", "times", "reason"),
    [
        (None, PATIENCE - 1, None),
        (None, PATIENCE, "ApiUnreachable"),
        (503, 1, None),
        (503, PATIENCE, "ApiUnavailable"),
        (401, 1, "KeyNotTrusted"),
        (409, 1, "NewerInForce"),
        (422, 1, "ConfigurationRefused"),
        (413, 1, "ConfigurationRefused"),
        (404, PATIENCE, "ApiUnavailable"),
    ],
)
def test_which_failures_are_told_of(status: int | None, times: int, reason: str | None) -> None:
    assert failure(delivery("a"), NotDelivered(status, "x"), times).reason == reason
