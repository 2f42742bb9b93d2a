"""The dashboard is killed the moment that the API server has done what it was asked for: what was
begun goes on without it, its pages show that, and whoever was signed in still is."""

import signal
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from backpack_operator.model.kinds import BACKPACK
from support.api_proxy import ApiProxy, Asked
from support.dashboard import Dashboard, Visitor
from support.operated_cluster import OperatedCluster
from support.redis import Redis
from support.waiting import eventually


@pytest.fixture
def mortal(cluster: OperatedCluster, redis: Redis, proxy: ApiProxy, tmp_path: Path) -> Iterator[Dashboard]:
    own, namespace = cluster.namespace("mortal"), cluster.namespace("apps")
    process = Dashboard(
        tmp_path, cluster, redis, own=own, namespace=namespace, through=proxy, REDIS_DATABASE="8"
    )
    process.start()
    yield process
    proxy.after = lambda _: None
    process.stop()


def killed_in(
    mortal: Dashboard, proxy: ApiProxy, visitor: Visitor, method: str, path: str, **form: str
) -> None:
    """Ask for a change of a Backpack that nobody answers any more."""

    def after(asked: Asked) -> None:
        if asked.method == method and "/backpacks" in asked.path:
            proxy.after = lambda _: None
            mortal.signal(signal.SIGKILL)

    proxy.after = after
    with pytest.raises(httpx.TransportError):
        visitor.send(method, path, form)
    mortal.wait()
    mortal.start()


def test_what_was_begun_goes_on(mortal: Dashboard, proxy: ApiProxy) -> None:
    mara = mortal.account("mara")
    killed_in(mortal, proxy, mara, "POST", "/new", name="flowers", display_name="Killed flowers")
    eventually(lambda: "Killed flowers" in mara.get("/").text, within=20)
    again = mara.send("POST", "/new", {"name": "flowers", "display_name": "Killed flowers"})
    assert again.status_code == 422
    assert "There is a backpack of this name" in again.text

    place = f"/backpacks/{mortal.namespace}/flowers"
    killed_in(mortal, proxy, mara, "DELETE", f"{place}?typed=flowers")
    eventually(lambda: "Killed flowers" not in mara.get("/").text, within=20)
    assert mortal.cluster.find(BACKPACK, mortal.namespace, "flowers") is None
    assert mara.get(place).status_code == 404
