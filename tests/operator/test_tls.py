"""A Secret without a fit certificate is told of, and its mending is noticed."""

from pathlib import Path
from typing import Any

import pytest

from backpack_devcluster.errors import ApiRefused
from backpack_operator.model.kinds import BACKPACK, INGRESS_ROUTE, MIDDLEWARE, SECRET
from backpack_operator.rbac import RETRY_MIDDLEWARE
from support.certificates import DAY, Authority, Pair, tls_secret
from support.operated_cluster import Operated, OperatedCluster
from support.tls_server import TlsServer
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


@pytest.mark.long
def test_a_certificate_that_does_not_come_is_told_of_and_asked_for_again(
    cluster: OperatedCluster, tmp_path: Path
) -> None:
    authority = Authority.make()
    own, namespace = cluster.namespace("system"), cluster.namespace("apps")
    with TlsServer(default=authority.issue("0123.traefik.default")) as traefik:
        looking = {"TRAEFIK_HTTPS_ADDRESS": traefik.address, "CERTIFICATE_RETRY_SECONDS": "1"}
        with cluster.operator(tmp_path, own, namespace, **looking) as operator:
            cluster.backpack(namespace, "todo", tls={"mode": "Resolver", "resolver": "acme"})
            told = cluster.wait_reason(namespace, "todo", "RouteReady", "CertificatePending")
            assert f"no certificate for {HOSTS[0]} and {HOSTS[1]} yet" in told["message"]

            def asked() -> str:
                body = cluster.get(MIDDLEWARE, own, RETRY_MIDDLEWARE)
                moment: str = body["spec"]["headers"]["customRequestHeaders"]["X-Backpack-Asked-Again"]
                return moment

            first = eventually(asked, within=30, retry_on=(ApiRefused,))
            eventually(lambda: asked() != first, within=30)

            traefik.pairs.update(dict.fromkeys(HOSTS, authority.issue(*HOSTS)))
            cluster.wait_reason(namespace, "todo", "RouteReady", "Routed")
            operator.wait_settled()
            assert operator.metrics()["backpack_operator_certificates_lacking"] == 0

            before = operator.writes()
            operator.kill()
            operator.start()
            operator.wait_settled()
            eventually(lambda: traefik.asked.count(HOSTS[0]) > 1, within=15)
            assert operator.writes() == 0, before
