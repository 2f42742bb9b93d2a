"""The API server on its bad days: away, overloaded, in conflict, forgetful, and with rights
taken away. The operator's process goes on, and all is well by itself afterwards."""

import base64
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import httpx
import pytest

from backpack_devcluster import control_plane, processes
from backpack_devcluster.errors import ApiRefused
from backpack_devcluster.plane import API_SERVER, ControlPlane
from backpack_operator.model.kinds import BACKPACK, INGRESS_ROUTE, SECRET, SERVICE
from support.api_proxy import Answer, ApiProxy, Asked
from support.operated_cluster import CHILDREN_OF_ONE, Operated, OperatedCluster, decoded
from support.waiting import eventually

RBAC = "/apis/rbac.authorization.k8s.io/v1"


@pytest.fixture
def proxy(quiet: OperatedCluster) -> Iterator[ApiProxy]:
    with ApiProxy(quiet.plane) as result:
        yield result


@pytest.fixture
def operated(quiet: OperatedCluster, proxy: ApiProxy, tmp_path: Path) -> Iterator[Operated]:
    """An operator that speaks to the API server through the proxy."""
    own, namespace, other = (quiet.namespace(prefix) for prefix in ("system", "apps", "other"))
    with quiet.operator(tmp_path, own, namespace, other, through=proxy) as operator:
        yield Operated(quiet, operator, namespace, other, own)
        operator.process.alive()


def alive(operated: Operated) -> bool:
    return httpx.get(f"{operated.operator.url}/healthz", trust_env=False).status_code == 200


def forget_the_past(plane: ControlPlane) -> None:
    """Have etcd forget all but the present, and the API server what it remembers of it."""
    processes.stop(plane.directory, API_SERVER)
    etcd = f"http://127.0.0.1:{plane.ports.etcd}/v3/kv"
    key = base64.b64encode(b"x").decode()
    revision = httpx.post(f"{etcd}/range", json={"key": key}).json()["header"]["revision"]
    compacted = httpx.post(f"{etcd}/compaction", json={"revision": revision, "physical": True})
    assert compacted.status_code == 200, compacted.text
    control_plane.start(plane)


@pytest.mark.parametrize("seconds", [1, pytest.param(60, marks=pytest.mark.long)])
def test_what_changes_while_it_is_away_is_seen_afterwards(
    operated: Operated, proxy: ApiProxy, seconds: int
) -> None:
    cluster, namespace = operated.cluster, operated.namespace
    for name in ("goes", "stays"):
        operated.backpack(name)
    with proxy.away():
        since = time.monotonic()
        forget_the_past(cluster.plane)
        eventually(partial(cluster.list, BACKPACK, namespace), within=20, retry_on=(ApiRefused,))
        cluster.delete(BACKPACK, namespace, "goes")
        cluster.delete(SERVICE, namespace, "stays-web")
        cluster.change(BACKPACK, namespace, "stays", spec={"hostname": "moved"})
        cluster.backpack(namespace, "new", hostname="goes")
        while time.monotonic() - since < seconds:
            assert alive(operated)
            time.sleep(1)
        assert alive(operated)
    for name in ("stays", "new"):
        cluster.wait_made(namespace, name, within=60)
    eventually(lambda: cluster.find(SERVICE, namespace, "stays-web"), within=60)
    for name, hostname in (("stays", "moved"), ("new", "goes")):
        (rule,) = cluster.get(INGRESS_ROUTE, namespace, f"{name}-site")["spec"]["routes"]
        assert rule["match"] == f"Host(`{hostname}.example.test`)"
    assert proxy.expired > 0, "no watch was told that what it knew is too old"
    assert alive(operated)


BAD = {
    "conflicts": Answer(409),
    "internal-errors": Answer(500),
    "etcd-timeouts": Answer(503),
    "answers-lost": Answer(lost=True),
}


@pytest.mark.long
def test_every_other_write_fails(operated: Operated, proxy: ApiProxy) -> None:
    for name, answer in BAD.items():
        writes = 0

        def instead(asked: Asked, answer: Answer = answer) -> Answer | None:
            nonlocal writes
            writes += asked.writes and asked.by_reconciler
            return answer if asked.writes and asked.by_reconciler and writes % 2 and writes < 10 else None

        proxy.instead = instead
        operated.cluster.backpack(operated.namespace, name)
        secret = eventually(
            partial(operated.cluster.find, SECRET, operated.namespace, f"{name}-credentials"), within=60
        )
        assert secret is not None
        operated.cluster.wait_made(operated.namespace, name, within=120)
        again = operated.cluster.get(SECRET, operated.namespace, f"{name}-credentials")
        assert decoded(again) == decoded(secret)
        assert writes >= 10
    proxy.instead = lambda _: None
    operated.operator.wait_settled()
    assert len(operated.cluster.children(operated.namespace)) == len(BAD) * CHILDREN_OF_ONE
    assert "Traceback" not in operated.operator.process.log_text()


def test_an_overloaded_server_is_left_alone_for_as_long_as_it_asks(
    operated: Operated, proxy: ApiProxy
) -> None:
    told: list[float] = []
    asked_at: list[float] = []

    def instead(asked: Asked) -> Answer | None:
        if not asked.by_reconciler or asked.path == "/version":
            return None
        asked_at.append(time.monotonic())
        if not asked.writes or told:
            return None
        told.append(asked_at[-1])
        return Answer(429, headers={"Retry-After": "3"})

    proxy.instead = instead
    operated.cluster.backpack(operated.namespace, "todo")
    operated.cluster.wait_made(operated.namespace, "todo", within=60)
    (moment,) = told
    # What was on its way at that moment had been asked before.
    assert min(at for at in asked_at if at > moment + 0.5) >= moment + 3


def test_an_overloaded_server_stops_no_watch(operated: Operated, proxy: ApiProxy) -> None:
    operated.backpack("todo")
    refused = 0

    def instead(asked: Asked) -> Answer | None:
        nonlocal refused
        if not asked.watches:
            return None
        refused += 1
        return Answer(429, headers={"Retry-After": "1"}) if refused <= 15 else None

    proxy.instead = instead
    proxy.cut()
    operated.cluster.delete(SERVICE, operated.namespace, "todo-web")
    eventually(lambda: operated.cluster.find(SERVICE, operated.namespace, "todo-web"), within=60)
    assert refused > 15


@pytest.mark.parametrize("seconds", [1, pytest.param(90, marks=pytest.mark.long)])
def test_rights_that_are_taken_away_and_given_back(operated: Operated, proxy: ApiProxy, seconds: int) -> None:
    """Those of the whole cluster: see `test_process.py`."""
    operated.backpack("todo")
    bindings = [
        f"{RBAC}/namespaces/{operated.own_namespace}/rolebindings/own-{operated.own_namespace}",
        f"{RBAC}/namespaces/{operated.namespace}/rolebindings/backpacks-{operated.own_namespace}",
    ]
    bodies = [operated.cluster.api.request("GET", path) for path in bindings]
    for path in bindings:
        operated.cluster.api.request("DELETE", path)
    proxy.cut()
    before = proxy.statuses.count(403)
    operated.cluster.delete(SERVICE, operated.namespace, "todo-web")
    operated.cluster.change(BACKPACK, operated.namespace, "todo", spec={"hostname": "tasks"})
    eventually(lambda: proxy.statuses.count(403) > before + 10, within=60, what="it is refused")
    time.sleep(seconds)  # The longer it lasts, the more often it has been refused.
    assert alive(operated)
    assert operated.cluster.find(SERVICE, operated.namespace, "todo-web") is None

    for path, body in zip(bindings, bodies, strict=True):
        kept = {"metadata": {"name": body["metadata"]["name"], "namespace": body["metadata"]["namespace"]}}
        operated.cluster.api.request("POST", path.rpartition("/")[0], {**body, **kept})
    eventually(lambda: operated.cluster.find(SERVICE, operated.namespace, "todo-web"), within=60)
    operated.cluster.wait_made(operated.namespace, "todo", within=60)
    (rule,) = operated.cluster.get(INGRESS_ROUTE, operated.namespace, "todo-site")["spec"]["routes"]
    assert rule["match"] == "Host(`tasks.example.test`)"


def test_one_right_that_is_missing_is_told(operated: Operated) -> None:
    operated.backpack("todo")
    path = f"{RBAC}/namespaces/{operated.namespace}/roles/backpacks-{operated.own_namespace}"
    rules = operated.cluster.api.request("GET", path)["rules"]
    lesser = [
        {**rule, "verbs": [verb for verb in rule["verbs"] if verb not in ("create", "patch")]}
        if "services" in rule["resources"]
        else rule
        for rule in rules
    ]
    operated.cluster.api.merge(path, {"rules": lesser})
    operated.cluster.delete(SERVICE, operated.namespace, "todo-web")
    told = operated.cluster.wait_reason(operated.namespace, "todo", "Degraded", "RightMissing", within=60)
    assert "upgrading its Helm release gives its roles back" in told["message"]
    operated.cluster.api.merge(path, {"rules": rules})
    operated.cluster.wait_reason(operated.namespace, "todo", "Degraded", "AsExpected", within=60)
    assert operated.cluster.find(SERVICE, operated.namespace, "todo-web") is not None
