"""What is told of the certificate that browsers get."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from backpack_operator.model.backpack import Backpack
from backpack_operator.model.certificates import Certificate, Flaw
from backpack_operator.reconcile.judge import judge

Make = Callable[..., Backpack]
BOTH = ("todo.example.com", "todo-api.example.com")


@pytest.fixture
def serving(world: Any, make_backpack: Make) -> Any:
    """The world of a Backpack that serves."""
    world.settle(make_backpack())
    world.bind()
    world.roll_out()
    return world


def told(world: Any, backpack: Backpack) -> Any:
    (verdict,) = (one for one in judge(world.found(backpack)) if one.type == "RouteReady")
    return verdict


def certificate(now: Any, hosts: tuple[str, ...], begins: int = -1, ends: int = 1) -> Certificate:
    """The times in days from now."""
    return Certificate(hosts, now + timedelta(days=begins), now + timedelta(days=ends))


CASES: list[tuple[dict[str, Any] | str | None, str | None, str]] = [
    # The certificate in the Secret; the reason, and what the sentence has.
    (None, "CertificateMissing", "The Secret todo-tls that spec.tls names is not in this namespace"),
    ("lacks tls.key", "CertificateInvalid", "todo-tls that spec.tls names lacks tls.key, and browsers get"),
    ({"hosts": ()}, "CertificateInvalid", "is for no host, and not for todo.example.com and todo-api.exam"),
    ({"hosts": BOTH[:1]}, "CertificateInvalid", "is for todo.example.com, and not for todo-api.example.com,"),
    (
        {"hosts": ("*.todo.example.com", "*.com")},
        "CertificateInvalid",
        "is for *.todo.example.com, *.com, and",
    ),
    ({"hosts": BOTH, "begins": 1, "ends": 2}, "CertificateInvalid", "only from 2026-02-03 at 00:00 UTC"),
    ({"hosts": BOTH, "begins": -2, "ends": -1}, "CertificateExpired", "expired on 2026-02-01 at 00:00 UTC"),
    ({"hosts": BOTH, "ends": 0}, "CertificateExpired", "expired on 2026-02-02 at 00:00 UTC"),
    ({"hosts": BOTH}, None, ""),
    ({"hosts": ("*.example.com",)}, None, ""),
    ({"hosts": ("TODO.example.com", "todo-API.example.com", "else.example.com")}, None, ""),
]


@pytest.mark.parametrize(("held", "reason", "words"), CASES, ids=str)
def test_what_a_secret_holds_is_told(
    serving: Any, make_backpack: Make, held: Any, reason: str | None, words: str
) -> None:
    todo = make_backpack(tls={"mode": "Secret", "secretName": "todo-tls"})
    now = serving.found(todo).now
    if isinstance(held, dict):
        serving.certificate = certificate(now, **held)
    elif held is not None:
        serving.certificate = Flaw(held)
    verdict = told(serving, todo)
    assert (verdict.status, verdict.reason) == (reason is None, reason or "Routed")
    if reason is not None:
        assert words in verdict.message
        assert "kubectl create secret tls todo-tls --namespace apps --cert=FILE" in verdict.message


def test_a_secret_counts_only_where_it_is_asked_for(serving: Any, make_backpack: Make) -> None:
    assert serving.certificate is None
    assert told(serving, make_backpack(tls={"mode": "Disabled"})).reason == "Routed"
    assert told(serving, make_backpack()).reason == "Routed"


def test_a_resolver_that_nobody_names_is_told(serving: Any, make_backpack: Make) -> None:
    verdict = told(serving, make_backpack(tls={"mode": "Resolver"}))
    assert (verdict.status, verdict.reason) == (False, "ResolverMissing")
    assert "set spec.tls.resolver" in verdict.message
