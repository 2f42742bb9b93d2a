"""A Secret without a fit certificate is told of, and its mending is noticed."""

from typing import Any

from backpack_operator.model.kinds import BACKPACK, INGRESS_ROUTE, MIDDLEWARE, SECRET
from support.certificates import DAY, Authority, Pair, tls_secret
from support.operated_cluster import Operated
from support.waiting import eventually

TLS = {"mode": "Secret", "secretName": "todo-tls"}


HOSTS = ("todo.example.test", "todo-api.example.test")


def secret(namespace: str, pair: Pair) -> dict[str, Any]:
    body = tls_secret("todo-tls", pair)
    return {**body, "metadata": {**body["metadata"], "namespace": namespace}}


def test_a_certificate_may_come_later_and_be_mended(operated: Operated) -> None:
    authority, namespace = Authority.make(), operated.namespace
    operated.cluster.backpack(namespace, "todo", tls=TLS)
    told = operated.cluster.wait_reason(namespace, "todo", "RouteReady", "CertificateMissing")
    assert "kubectl create secret tls todo-tls" in told["message"]
    route = operated.cluster.get(INGRESS_ROUTE, namespace, "todo-site")
    assert route["spec"].get("tls") == {"secretName": "todo-tls"}

    operated.cluster.create(secret(namespace, authority.issue(HOSTS[0])))
    told = operated.cluster.wait_reason(namespace, "todo", "RouteReady", "CertificateInvalid")
    assert "not for todo-api.example.test" in told["message"]

    expired, good = authority.issue(*HOSTS, starts=-2 * DAY, ends=-DAY), authority.issue(*HOSTS)
    for pair, reason in ((expired, "CertificateExpired"), (good, "Routed")):
        operated.cluster.change(SECRET, namespace, "todo-tls", data=secret(namespace, pair)["data"])
        operated.cluster.wait_reason(namespace, "todo", "RouteReady", reason)
    log = operated.operator.process.log_text()
    assert not any(line in log for line in good.key.splitlines())


def test_routes_follow_the_mode(operated: Operated) -> None:
    body = operated.backpack("todo")
    assert body["status"]["url"] == "https://todo.example.test"
    operated.cluster.change(BACKPACK, operated.namespace, "todo", spec={"tls": {"mode": "Disabled"}})

    def plain() -> None:
        route = operated.cluster.get(INGRESS_ROUTE, operated.namespace, "todo-site")
        assert route["spec"]["entryPoints"] == ["web"]
        assert operated.cluster.find(MIDDLEWARE, operated.namespace, "todo-redirect") is None
        assert operated.cluster.find(INGRESS_ROUTE, operated.namespace, "todo-redirect") is None
        status = operated.cluster.get(BACKPACK, operated.namespace, "todo")["status"]
        assert status["url"] == "http://todo.example.test"

    eventually(lambda: plain() is None, within=15)

    acme = {"mode": "Resolver", "resolver": "acme"}
    operated.cluster.change(BACKPACK, operated.namespace, "todo", spec={"tls": acme})

    def certified() -> None:
        for part in ("site", "api"):
            route = operated.cluster.get(INGRESS_ROUTE, operated.namespace, f"todo-{part}")
            assert route["spec"].get("tls") == {
                "certResolver": "acme",
                "domains": [{"main": "todo.example.test", "sans": ["todo-api.example.test"]}],
            }
        assert operated.cluster.find(INGRESS_ROUTE, operated.namespace, "todo-redirect") is not None

    eventually(lambda: certified() is None, within=15)
