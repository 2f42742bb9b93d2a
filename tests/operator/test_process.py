"""The operator as a process: killed, doubled, without Traefik, without rights, cluster-wide."""

import signal
import subprocess
import sys
from functools import partial
from pathlib import Path

import httpx
import pytest

from backpack_devcluster.plane import ControlPlane
from backpack_operator.errors import ApiError, OperatorError, Unreachable
from backpack_operator.handlers.http import Health
from backpack_operator.model.kinds import BACKPACK, DEPLOYMENT, SECRET, SERVICE
from support.control_plane import start_control_plane
from support.operated_cluster import CHILDREN_OF_ONE, Operated, OperatedCluster, decoded
from support.waiting import eventually


@pytest.mark.long
def test_killed_at_any_moment_it_goes_on_where_it_was(operated: Operated, tmp_path: Path) -> None:
    """Killed again and again while it makes three Backpacks, each time a bit later."""
    names = ("one", "two", "three")
    operated.operator.kill()
    for name in names:
        operated.cluster.backpack(operated.namespace, name)
    passwords: dict[str, dict[str, str]] = {}
    for children in (1, 9, 24, 43):
        operated.operator.start()

        def reached(children: int = children) -> bool:
            return len(operated.cluster.children(operated.namespace)) >= children

        eventually(reached, within=30, every=0.01)
        operated.operator.kill()
        for name in names:
            secret = operated.cluster.find(SECRET, operated.namespace, f"{name}-credentials")
            if secret is not None:
                assert passwords.setdefault(name, decoded(secret)) == decoded(secret)
    operated.operator.start()
    for name in names:
        operated.cluster.wait_made(operated.namespace, name)
        operated.cluster.wait_ready(operated.namespace, name)
    assert len(operated.cluster.children(operated.namespace)) == len(names) * CHILDREN_OF_ONE
    for name in names:
        secret = operated.cluster.get(SECRET, operated.namespace, f"{name}-credentials")
        assert passwords.setdefault(name, decoded(secret)) == decoded(secret)


def test_two_at_once_are_harmless(operated: Operated, tmp_path: Path) -> None:
    watched = (operated.namespace, operated.other_namespace)
    with operated.cluster.operator(tmp_path, operated.own_namespace, *watched) as second:
        passwords = {}
        for name in ("one", "two", "three"):
            operated.cluster.backpack(operated.namespace, name)
        for name in ("one", "two", "three"):
            secret = eventually(
                partial(operated.cluster.find, SECRET, operated.namespace, f"{name}-credentials"),
                within=15,
                every=0.01,
            )
            assert secret is not None
            passwords[name] = decoded(secret)
        for name in ("one", "two", "three"):
            operated.cluster.wait_made(operated.namespace, name)
            operated.cluster.wait_ready(operated.namespace, name)
            operated.cluster.wait_reason(operated.namespace, name, "Progressing", "Settled")
        for running in (operated.operator, second):
            running.wait_settled()
        for name, made in passwords.items():
            secret = operated.cluster.get(SECRET, operated.namespace, f"{name}-credentials")
            assert decoded(secret) == made
        before = operated.versions()
        operated.cluster.delete(SERVICE, operated.namespace, "one-web")
        eventually(lambda: operated.cluster.find(SERVICE, operated.namespace, "one-web"), within=15)
        after = operated.versions()
        assert {key for key in after if after[key] != before[key]} == {
            f"{operated.namespace}/Service/one-web"
        }


def test_it_ends_in_order_when_told_to(operated: Operated) -> None:
    operated.backpack("todo")
    operated.operator.process.signal(signal.SIGTERM)
    assert operated.operator.process.wait() == 0
    assert "Traceback" not in operated.operator.process.log_text()


def test_it_answers_for_its_health(operated: Operated) -> None:
    for path in ("healthz", "readyz"):
        answer = httpx.get(f"{operated.operator.url}/{path}", trust_env=False)
        assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


@pytest.mark.parametrize(
    ("error", "alive"),
    [
        (None, True),
        (Unreachable("no answer"), True),
        (ApiError(503, "ServiceUnavailable", "starting"), True),
        (ApiError(401, "Unauthorized", "an old token"), False),
    ],
    ids=["answers", "away", "starting", "refuses"],
)
async def test_an_api_server_that_is_away_is_no_reason_to_be_restarted(
    error: OperatorError | None, alive: bool
) -> None:
    async def ask() -> None:
        if error is not None:
            raise error

    health = Health(ask, lambda: True)
    assert (await health.fatal() is None) is alive
    assert (await health.trouble() is None) is (error is None)
    assert await Health(ask, lambda: False).fatal() == "a worker has ended"
    assert await Health(ask, lambda: True, lambda: "a watch is silent").fatal() == "a watch is silent"


def test_a_setting_that_is_missing_is_named() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "backpack_operator"], env={}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "BACKPACK_OPERATOR_DOMAIN: Field required" in done.stderr


def test_a_new_image_reaches_only_what_runs_it(operated: Operated, tmp_path: Path) -> None:
    operated.backpack("todo")
    operated.cluster.wait_ready(operated.namespace, "todo")
    operated.cluster.wait_reason(operated.namespace, "todo", "Progressing", "Settled")
    operated.operator.stop()
    before = operated.versions()
    watched = (operated.namespace, operated.other_namespace)
    image = {"IMAGE_WEB": "registry.test/web:2"}
    with operated.cluster.operator(tmp_path, operated.own_namespace, *watched, **image) as newer:
        newer.wait_settled()
        after = operated.versions()
        live = operated.cluster.get(DEPLOYMENT, operated.namespace, "todo-web")
    assert live["spec"]["template"]["spec"]["containers"][0]["image"] == "registry.test/web:2"
    assert {key for key in after if after[key] != before[key]} <= {
        f"{operated.namespace}/Deployment/todo-web",
        f"{operated.namespace}/Backpack/todo",
    }


@pytest.mark.long
def test_cluster_wide_and_before_traefik(tmp_path: Path) -> None:
    """With the rights of the chart's ClusterRole; Traefik's definitions come later."""
    with start_control_plane(tmp_path / "plane") as plane:
        _cluster_wide(plane, tmp_path)


def _cluster_wide(plane: ControlPlane, directory: Path) -> None:
    with OperatedCluster(plane) as cluster:
        cluster.install(traefik=False)
        own, namespace = cluster.namespace("system"), cluster.namespace("apps")
        with cluster.operator(directory, own) as operator:
            cluster.backpack(namespace, "todo")
            told = cluster.wait_reason(namespace, "todo", "RouteReady", "TraefikMissing")
            assert "install Traefik 3" in told["message"]
            cluster.install()
            cluster.wait_made(namespace, "todo", within=120)
            cluster.wait_ready(namespace, "todo")
            cluster.delete(BACKPACK, namespace, "todo")
            eventually(lambda: len(cluster.children(namespace)) == 4, within=60)
            assert "Traceback" not in operator.process.log_text()
