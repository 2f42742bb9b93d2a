"""What a site is after crashes, and while its stores are away."""

import os
import threading
import time
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import httpx
import pytest

from backpack_api.stores.release_files import ABANDONED_SECONDS
from backpack_contract.configuration import AdminKey
from support.admin_client import AdminSigner
from support.core_api import CoreApi, assert_problem
from support.ferretdb import FerretDB
from support.redis import Redis
from support.site_zips import site_zip
from support.sites import uploader, visitor_of
from support.tcp_proxy import tcp_proxy
from support.waiting import eventually

pytestmark = pytest.mark.timeout(120)

StartApi = Callable[..., CoreApi]


def names(directory: Path) -> set[str]:
    return {path.name for path in directory.iterdir()} if directory.exists() else set()


def make_old(directory: Path) -> None:
    """As if nobody had touched it for long."""
    then = time.time() - ABANDONED_SECONDS - 60
    for path in [*directory.rglob("*"), directory]:
        os.utime(path, (then, then))


async def test_a_crash_in_the_middle_of_an_upload_leaves_the_site_as_it_was(
    start_site_api: StartApi, signer: AdminSigner
) -> None:
    api = start_site_api()
    site = api.files / "site"
    kept = uploader(api, signer)({"kept.txt": "kept"}).json()
    archive = site_zip({"noise.bin": os.urandom(2_000_000)})

    def half() -> Iterator[bytes]:
        yield archive[:1_500_000]
        eventually(lambda: names(site / "incoming"), within=10, every=0.02)
        api.kill()
        yield archive[1_500_000:]

    with pytest.raises(httpx.TransportError):
        uploader(api, signer)(half())
    assert names(site / "incoming")
    # Nor is a release that no database names: a crash before it was written down.
    (site / "releases" / "unknown").mkdir()
    api.start()
    with visitor_of(api) as visitor:
        assert visitor.get("/kept.txt").text == "kept"
    assert names(site / "releases") == {kept["id"], "unknown"}, "another replica may be working on it"
    api.stop()
    for directory in (site / "incoming", site / "releases"):
        make_old(directory)
    api.start()
    eventually(lambda: not names(site / "incoming"), within=10, every=0.02)
    eventually(lambda: names(site / "releases") == {kept["id"]}, within=10, every=0.02)
    with visitor_of(api) as visitor:
        assert visitor.get("/kept.txt").text == "kept"


async def test_whenever_it_crashes_what_was_acknowledged_is_there_and_nothing_half_is(
    start_site_api: StartApi, signer: AdminSigner
) -> None:
    api = start_site_api({"keep_releases": 3})
    acknowledged = [0]
    for delay in (0.0, 0.008, 0.02, 0.045):
        wait_before_the_end = threading.Event()

        def work(begun: threading.Event = wait_before_the_end) -> None:
            upload = uploader(api, signer)
            for number in count(acknowledged[-1] + 1):
                pages = {f"{page}.txt": f"{number} " * 2_000 for page in range(20)}
                try:
                    answer = upload(site_zip(pages, index=str(number).encode()))
                except httpx.TransportError:
                    return
                assert answer.status_code == 201
                acknowledged.append(number)
                begun.set()

        worker = threading.Thread(target=work)
        worker.start()
        assert wait_before_the_end.wait(20)
        time.sleep(delay)  # noqa: ASYNC251  not a wait for a condition: the crash is to come at any moment
        api.kill()
        worker.join()
        api.start()
        async with api.runtime() as runtime:
            releases = await runtime.sites.releases()
            for release in releases:
                opened = runtime.sites._files.open(release["id"])
                assert opened is not None
                assert len(opened.files) == release["files"] == 21
        with visitor_of(api) as visitor:
            number = int(visitor.get("/").text)
            assert number in (acknowledged[-1], acknowledged[-1] + 1)
            for page in range(20):
                assert visitor.get(f"/{page}.txt").text == f"{number} " * 2_000
        acknowledged.append(number)


def test_a_full_disk_is_a_507_and_the_site_stays_as_it_was(
    start_site_api: StartApi, signer: AdminSigner, tiny_volume: Path
) -> None:
    api = start_site_api(BACKPACK_FILES_DIRECTORY=str(tiny_volume))
    upload = uploader(api, signer)
    assert upload({"kept.txt": "kept"}).status_code == 201
    too_large = os.urandom(9_000_000)
    too_large_unpacked = b"some words " * 1_000_000
    for content in (too_large, too_large_unpacked):
        problem = assert_problem(upload({"a.txt": content}), 507)
        assert "full" in problem["detail"]
        assert names(tiny_volume / "site" / "incoming") == set()
        assert len(names(tiny_volume / "site" / "releases")) == 1
    with visitor_of(api) as visitor:
        assert visitor.get("/kept.txt").text == "kept"
    assert upload({"a.txt": os.urandom(2_000_000)}).status_code == 201


def test_the_site_is_shown_while_its_stores_are_away(
    ferretdb: FerretDB, redis: Redis, signer: AdminSigner, tmp_path: Path
) -> None:
    with tcp_proxy(ferretdb.host, b"") as database, tcp_proxy(redis.host, b"") as cache:
        api = CoreApi(
            tmp_path,
            database,
            cache,
            redis_database=1,
            configuration={"admin_keys": (AdminKey(**signer.key),)},
        )
        api.start()
        try:
            assert uploader(api, signer)({"a.txt": "shown"}).status_code == 201
            with visitor_of(api) as visitor:
                assert visitor.get("/a.txt").text == "shown"
                database.close()
                cache.close()
                for path in ("/a.txt", "/tasks/7", "/"):
                    assert visitor.get(path).status_code == 200
                began = time.monotonic()
                for _ in range(20):
                    assert visitor.get("/tasks/7").status_code == 200
                assert time.monotonic() - began < 1, "a visitor waits for a database that is known to be away"
            assert uploader(api, signer)({"b.txt": "not now"}).status_code == 503
        finally:
            api.stop()
            api.close_clients()
