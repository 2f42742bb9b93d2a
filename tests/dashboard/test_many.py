"""200 backpacks and 50 open pages: one watch for all of them, and pages that are there at once."""

import statistics
import time
from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import psutil
import pytest

from backpack_operator.model.kinds import BACKPACK
from support.api_proxy import ApiProxy
from support.dashboard import Dashboard, Visitor
from support.live_pages import comes, live
from support.operated_cluster import OperatedCluster
from support.redis import Redis
from support.waiting import eventually

BACKPACKS, PAGES = 200, 50
MIB = 1024 * 1024
MOST_FOR_PAGES = 60 * MIB


@pytest.fixture
def crowded(cluster: OperatedCluster, redis: Redis, proxy: ApiProxy, tmp_path: Path) -> Iterator[Dashboard]:
    """A dashboard with many backpacks, of which all requests to the API server are seen."""
    own, namespace = cluster.namespace("crowded"), cluster.namespace("apps")
    for number in range(BACKPACKS):
        cluster.backpack(namespace, f"shop-{number:03}", displayName=f"Shop {number}", admins=["shopkeeper"])
    process = Dashboard(
        tmp_path, cluster, redis, own=own, namespace=namespace, through=proxy, REDIS_DATABASE="7"
    )
    process.start()
    yield process
    process.stop()


@pytest.mark.timeout(180)
def test_pages_cost_the_api_server_nothing(crowded: Dashboard, proxy: ApiProxy) -> None:
    owner = crowded.account("olga", "owner")
    eventually(lambda: "Shop 199" in owner.get("/").text, within=20)
    process = psutil.Process(crowded.pid)
    before, asked = process.memory_info().rss, len(proxy.asked)
    with ExitStack() as stack:
        pages = [stack.enter_context(live(owner, "/backpacks")) for _ in range(PAGES)]
        for page in pages:
            comes(page, "Shop 199")
        changed = partial(crowded.cluster.change, BACKPACK, crowded.namespace, "shop-007")
        began = time.monotonic()
        changed(spec={"displayName": "Flowers"})
        for page in pages:
            comes(page, "Flowers")
        told = time.monotonic() - began
        taken = sorted(took(owner, "/") for _ in range(40))
        more = process.memory_info().rss - before
    p95 = statistics.quantiles(taken, n=20)[-1]
    print(
        f"{BACKPACKS} backpacks, {PAGES} pages: told {told * 1000:.0f} ms after the change, "
        f"list p95 {p95 * 1000:.0f} ms, {before / MIB:.0f} MiB and {more / MIB:.1f} MiB for the pages"
    )
    assert proxy.asked[asked:] == []
    assert more < MOST_FOR_PAGES


def took(visitor: Visitor, path: str) -> float:
    began = time.monotonic()
    assert "Shop 199" in visitor.get(path).text
    return time.monotonic() - began
