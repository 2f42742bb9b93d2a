"""A Secret with a certificate that is missing is told of, and its coming is noticed."""

from backpack_operator.model.kinds import BACKPACK, INGRESS_ROUTE, MIDDLEWARE
from support.operated_cluster import Operated
from support.waiting import eventually

TLS = {"mode": "Secret", "secretName": "todo-tls"}


def test_a_certificate_may_come_later(operated: Operated) -> None:
    operated.cluster.backpack(operated.namespace, "todo", tls=TLS)
    told = operated.cluster.wait_reason(operated.namespace, "todo", "RouteReady", "CertificateMissing")
    assert "kubectl create secret tls todo-tls" in told["message"]
    route = operated.cluster.get(INGRESS_ROUTE, operated.namespace, "todo-site")
    assert route["spec"].get("tls") == {"secretName": "todo-tls"}

    secret = {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": "todo-tls", "namespace": operated.namespace},
        "type": "kubernetes.io/tls",
        "stringData": {"tls.crt": "a certificate", "tls.key": "a key"},
    }
    operated.cluster.create(secret)
    operated.cluster.wait_reason(operated.namespace, "todo", "RouteReady", "Routed")
    assert "a key" not in operated.operator.process.log_text()


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
