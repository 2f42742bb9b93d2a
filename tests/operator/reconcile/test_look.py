"""Whose certificates Traefik is looked at for, and what is told of what was seen."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from backpack_operator.model.backpack import Backpack
from backpack_operator.model.certificates import Certificate, Sight
from backpack_operator.model.conditions import Verdict
from backpack_operator.reconcile.events import news
from backpack_operator.reconcile.judge import judge, status
from backpack_operator.reconcile.look import hosts_to_look_at
from backpack_operator.reconcile.observed import Holder

Make = Callable[..., Backpack]
HOSTS = ("todo.example.com", "todo-api.example.com")
ADDRESS = "traefik.test:443"
RESOLVER = {"mode": "Resolver", "resolver": "acme"}


@pytest.fixture
def looking(world: Any, make_backpack: Make) -> Any:
    """The world of a Backpack that serves, where Traefik is looked at."""
    world.settings = world.settings.model_copy(update={"traefik_https_address": ADDRESS})
    world.settle(make_backpack())
    world.bind()
    world.roll_out()
    return world


def hosts(world: Any, backpack: Backpack) -> tuple[str, ...]:
    return hosts_to_look_at(backpack, world.observed(backpack), world.settings)


def route(world: Any, backpack: Backpack, sight: Sight | None) -> Verdict:
    (verdict,) = (
        one for one in judge(world.found(backpack, looked_at=True, sight=sight)) if one.type == "RouteReady"
    )
    return verdict


def test_a_resolvers_certificates_are_looked_at(looking: Any, make_backpack: Make) -> None:
    assert hosts(looking, make_backpack(tls=RESOLVER)) == HOSTS


@pytest.mark.parametrize(
    "tls",
    [{}, {"mode": "Disabled"}, {"mode": "Secret", "secretName": "todo-tls"}, {"mode": "Resolver"}],
    ids=str,
)
def test_no_others_are(looking: Any, make_backpack: Make, tls: dict[str, str]) -> None:
    assert hosts(looking, make_backpack(tls=tls)) == ()


def test_none_are_before_the_routes_are_there_and_its_own(world: Any, make_backpack: Make) -> None:
    todo = make_backpack(tls=RESOLVER)
    assert hosts(world, todo) == ()
    world.settle(todo)
    assert hosts(world, todo) == HOSTS
    world.holder = Holder("todo", "uid-of-another", "apps", "older")
    assert hosts(world, todo) == ()


def test_none_are_where_the_operator_is_not_told_where_to_look(looking: Any, make_backpack: Make) -> None:
    looking.settings = looking.settings.model_copy(update={"traefik_https_address": None})
    assert hosts(looking, make_backpack(tls=RESOLVER)) == ()


def shown(world: Any, backpack: Backpack, *names: str, days: int = 1) -> Sight:
    now = world.found(backpack).now
    one = Certificate(names, now - timedelta(days=90), now + timedelta(days=days))
    return Sight(HOSTS, (one, one))


def test_what_is_missing_is_told_with_what_to_do(looking: Any, make_backpack: Make) -> None:
    todo = make_backpack(tls=RESOLVER)
    verdict = route(looking, todo, shown(looking, todo, "0123.traefik.default"))
    assert (verdict.status, verdict.reason) == (False, "CertificatePending")
    assert "Traefik shows no certificate for todo.example.com and todo-api.example.com yet" in verdict.message
    assert "its resolver `acme`" in verdict.message
    assert "kubectl logs --namespace traefik --selector app.kubernetes.io/name=traefik" in verdict.message
    assert "after 15 minutes" in verdict.message
    assert "0123" not in verdict.message, "it is another with each start of Traefik"
    half = route(looking, todo, shown(looking, todo, HOSTS[0]))
    assert "no certificate for todo-api.example.com yet" in half.message
    none = route(looking, todo, Sight(HOSTS, (None, None)))
    assert none == verdict


def test_what_has_expired_is_told(looking: Any, make_backpack: Make) -> None:
    todo = make_backpack(tls=RESOLVER)
    verdict = route(looking, todo, shown(looking, todo, *HOSTS, days=-3))
    assert (verdict.status, verdict.reason) == (False, "CertificateNotRenewed")
    assert "expired on 2026-01-30 at 00:00 UTC" in verdict.message


@pytest.mark.parametrize("names", [HOSTS, ("*.example.com",)])
def test_what_is_well_needs_no_words(looking: Any, make_backpack: Make, names: tuple[str, ...]) -> None:
    todo = make_backpack(tls=RESOLVER)
    verdict = route(looking, todo, shown(looking, todo, *names))
    assert (verdict.status, verdict.message) == (True, "Traefik has both routes.")


def test_an_entry_point_that_cannot_be_reached_is_no_failure(looking: Any, make_backpack: Make) -> None:
    todo = make_backpack(tls=RESOLVER)
    verdict = route(looking, todo, Sight(HOSTS, unseen="Connection refused"))
    assert (verdict.status, verdict.reason) == (True, "Routed")
    assert ADDRESS in verdict.message
    assert "Connection refused" in verdict.message


def test_until_something_is_seen_the_status_stays_as_it_is(looking: Any, make_backpack: Make) -> None:
    """An operator that has just started writes nothing."""
    todo = make_backpack(tls=RESOLVER)
    for sight in (shown(looking, todo, *HOSTS), shown(looking, todo), shown(looking, todo, *HOSTS, days=-1)):
        before = route(looking, todo, sight)
        found = looking.found(todo, looked_at=True, sight=sight)
        written = status(found, judge(found), "2026-02-02T00:00:00Z").to_dict()
        assert route(looking, make_backpack(written, tls=RESOLVER), None) == before


def test_a_change_counts_as_served_only_once_it_was_seen(looking: Any, make_backpack: Make) -> None:
    todo = make_backpack(tls=RESOLVER)
    assert route(looking, todo, None).reason == "CertificatePending"
    found = looking.found(todo, looked_at=True, sight=shown(looking, todo, *HOSTS))
    written = status(found, judge(found), "2026-02-02T00:00:00Z").to_dict()
    changed = make_backpack(written, tls=RESOLVER, generation=4)
    assert route(looking, changed, None).reason == "CertificatePending"


def test_waiting_for_a_certificate_is_no_warning(looking: Any, make_backpack: Make) -> None:
    starting = make_backpack(tls=RESOLVER)
    looking.roll_out(availableReplicas=0)
    found = looking.found(starting)
    written = status(found, judge(found), "2026-02-02T00:00:00Z").to_dict()
    looking.roll_out()
    todo = make_backpack(written, tls=RESOLVER)
    verdicts = judge(looking.found(todo, looked_at=True, sight=shown(looking, todo)))
    assert [(item.reason, item.warning) for item in news(todo, verdicts)] == [("CertificatePending", False)]
