"""Looks at certificates: beside the reconciles, told of when something has changed, and
with Traefik asked now and then to try again."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta

import pytest

from backpack_operator.errors import NotSeen, Unreachable
from backpack_operator.model.backpack import Key
from backpack_operator.model.certificates import Certificate, Sight
from backpack_operator.reconcile import looks as module
from backpack_operator.reconcile.looks import PATIENCE, WORKERS, Looks

TODO, SHOP = Key("apps", "todo"), Key("apps", "shop")
HOSTS = ("todo.test", "todo-api.test")
NOW = datetime.now(UTC)
DEFAULT = Certificate(("0123.traefik.default",), NOW, NOW + timedelta(days=365))
GOOD = Certificate(HOSTS, NOW - timedelta(days=1), NOW + timedelta(days=90))
NOTHING, ALL = Sight(HOSTS, (DEFAULT, DEFAULT)), Sight(HOSTS, (GOOD, GOOD))


class Traefik:
    """What stands for it: what it shows, and what it was asked."""

    def __init__(self) -> None:
        self.shows: Certificate | Exception | None = DEFAULT
        self.silent: set[str] = set()
        self.looked: list[str] = []
        self.woken: list[Key] = []
        self.asked = 0
        self.time = 1000.0
        self.refuses = False
        self.news = asyncio.Event()

    async def shown(self, host: str) -> Certificate | None:
        self.looked.append(host)
        self.news.set()
        if host in self.silent:
            await asyncio.Event().wait()
        if isinstance(self.shows, Exception):
            raise self.shows
        return self.shows

    def wake(self, key: Key) -> None:
        self.woken.append(key)
        self.news.set()

    async def ask_again(self) -> None:
        self.asked += 1
        self.news.set()
        if self.refuses:
            raise Unreachable("no answer")

    async def another_look(self) -> None:
        """One that begins after this."""
        seen = len(self.looked)
        await self.until(lambda: len(self.looked) > seen + 2 * len(HOSTS))

    async def until(self, condition: Callable[[], object]) -> None:
        async with asyncio.timeout(20):
            while not condition():
                self.news.clear()
                await self.news.wait()


@pytest.fixture
def traefik() -> Traefik:
    return Traefik()


@pytest.fixture
async def looks(traefik: Traefik, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Looks]:
    """They look again at once, and have Traefik asked again after 60 seconds of its clock."""
    monkeypatch.setattr(module, "_now", lambda: traefik.time)
    monkeypatch.setattr(module, "_FIRST_SECONDS", 0.001)
    monkeypatch.setattr(module, "_MOST_SECONDS", 0.004)
    result = Looks(traefik.shown, traefik.wake, traefik.ask_again, 60)
    yield result
    await result.close()


async def test_what_is_well_is_looked_at_once(traefik: Traefik, looks: Looks) -> None:
    traefik.shows = GOOD
    assert looks.want(TODO, HOSTS) is None
    await traefik.until(lambda: traefik.woken)
    assert looks.want(TODO, HOSTS) == ALL
    assert (traefik.looked, traefik.woken, looks.lacking) == ([*HOSTS], [TODO], 0)


async def test_what_was_seen_long_ago_is_looked_at_again(
    traefik: Traefik, looks: Looks, monkeypatch: pytest.MonkeyPatch
) -> None:
    traefik.shows = GOOD
    looks.want(TODO, HOSTS)
    await traefik.until(lambda: traefik.woken)
    monkeypatch.setattr(module, "_FRESH_SECONDS", -1.0)
    traefik.shows = DEFAULT
    assert looks.want(TODO, HOSTS) == ALL
    await traefik.until(lambda: len(traefik.woken) == 2)
    assert looks.want(TODO, HOSTS) == NOTHING


async def test_a_certificate_that_comes_is_noticed(traefik: Traefik, looks: Looks) -> None:
    looks.want(TODO, HOSTS)
    await traefik.until(lambda: len(traefik.looked) >= 8)
    assert (traefik.woken, looks.want(TODO, HOSTS), looks.lacking) == ([TODO], NOTHING, 1)
    traefik.shows = GOOD
    await traefik.until(lambda: len(traefik.woken) == 2)
    assert (looks.want(TODO, HOSTS), looks.lacking) == (ALL, 0)


async def test_other_hosts_are_looked_at_anew(traefik: Traefik, looks: Looks) -> None:
    looks.want(TODO, HOSTS)
    await traefik.until(lambda: traefik.woken)
    assert looks.want(TODO, ("new.test",)) is None
    await traefik.until(lambda: len(traefik.woken) == 2)
    assert looks.want(TODO, ("new.test",)) == Sight(("new.test",), (DEFAULT,))


async def test_an_entry_point_that_is_away_is_told_of_after_some_attempts(
    traefik: Traefik, looks: Looks
) -> None:
    traefik.shows = NotSeen("Connection refused")
    looks.want(TODO, HOSTS)
    await traefik.until(lambda: traefik.woken)
    assert len(traefik.looked) == PATIENCE
    assert looks.want(TODO, HOSTS) == Sight(HOSTS, unseen="Connection refused")
    assert looks.lacking == 0
    traefik.shows = GOOD
    await traefik.until(lambda: len(traefik.woken) == 2)
    assert looks.want(TODO, HOSTS) == ALL


async def test_traefik_is_asked_again_ever_more_seldom_while_nothing_comes(
    traefik: Traefik, looks: Looks
) -> None:
    looks.want(TODO, HOSTS)
    await traefik.another_look()
    for number, pause in enumerate((60, 120, 240)):
        traefik.time += pause - 1
        await traefik.another_look()
        assert traefik.asked == number
        traefik.time += 1
        await traefik.another_look()
        assert traefik.asked == number + 1


async def test_traefik_is_asked_once_for_all(traefik: Traefik, looks: Looks) -> None:
    for number in range(5):
        looks.want(Key("apps", f"todo-{number}"), HOSTS)
    await traefik.until(lambda: looks.lacking == 5)
    traefik.time += 60
    for _ in range(5):
        await traefik.another_look()
    assert traefik.asked == 1


async def test_one_more_that_lacks_a_certificate_is_asked_for_as_soon_as_the_first(
    traefik: Traefik, looks: Looks
) -> None:
    looks.want(TODO, HOSTS)
    await traefik.another_look()
    for pause in (60, 120, 240):
        traefik.time += pause
        await traefik.another_look()
    looks.want(SHOP, ("shop.test",))
    await traefik.until(lambda: looks.lacking == 2)
    traefik.time += 60
    await traefik.another_look()
    assert traefik.asked == 4


async def test_traefik_is_not_asked_where_nothing_lacks(traefik: Traefik, looks: Looks) -> None:
    looks.want(TODO, HOSTS)
    await traefik.another_look()
    traefik.shows = GOOD
    await traefik.until(lambda: len(traefik.woken) == 2)
    traefik.time += 3600
    looks.want(SHOP, HOSTS)
    looks.want(TODO, HOSTS)
    await traefik.until(lambda: len(traefik.woken) == 3)
    assert (traefik.asked, looks.lacking) == (0, 0)


async def test_that_asking_again_fails_is_no_end(traefik: Traefik, looks: Looks) -> None:
    traefik.refuses = True
    looks.want(TODO, HOSTS)
    for pause in (60, 60, 120):
        await traefik.another_look()
        traefik.time += pause
    await traefik.until(lambda: traefik.asked == 2)
    assert looks.alive


async def test_a_defect_of_one_look_is_no_end(traefik: Traefik, looks: Looks) -> None:
    traefik.shows = RuntimeError("a defect")
    looks.want(TODO, HOSTS)
    await traefik.until(lambda: len(traefik.looked) > WORKERS)
    traefik.shows = GOOD
    await traefik.until(lambda: traefik.woken)
    assert looks.alive


async def test_what_is_dropped_is_forgotten(traefik: Traefik, looks: Looks) -> None:
    looks.want(TODO, HOSTS)
    await traefik.until(lambda: traefik.woken)
    looks.drop(TODO)
    assert looks.lacking == 0
    seen = traefik.looked.count(HOSTS[0])
    looks.want(SHOP, ("shop.test",))
    await traefik.until(lambda: traefik.looked.count("shop.test") > 8)
    assert traefik.looked.count(HOSTS[0]) <= seen + 1


async def test_who_does_not_answer_keeps_only_so_many_waiting(traefik: Traefik, looks: Looks) -> None:
    for number in range(WORKERS - 1):
        traefik.silent.add(f"silent-{number}.test")
        looks.want(Key("apps", f"silent-{number}"), (f"silent-{number}.test",))
    looks.want(TODO, HOSTS)
    await traefik.until(lambda: traefik.woken == [TODO])
