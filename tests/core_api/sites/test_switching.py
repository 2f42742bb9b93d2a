"""Releases replace each other in one step, on every replica, and survive crashes."""

import threading
import time
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from backpack_api.problems import Conflict, NotFound
from backpack_api.services.sites import SiteService
from support.admin_client import AdminSigner
from support.core_api import CoreApi, assert_problem
from support.site_zips import site_zip
from support.sites import Upload, uploader, visitor_of
from support.waiting import eventually

pytestmark = pytest.mark.timeout(120)

StartApi = Callable[..., CoreApi]


def numbered(number: int) -> bytes:
    """A site that says its number in two files."""
    return site_zip({"number.txt": str(number)}, index=f"<h1>{number}</h1>".encode())


def page(visitor: httpx.Client, path: str = "/") -> str:
    return visitor.get(path).text


@pytest.fixture
async def sites(site_api: CoreApi) -> AsyncIterator[SiteService]:
    """Another replica's services."""
    async with site_api.runtime() as runtime:
        yield runtime.sites


async def test_a_rollback_is_seen_at_once(upload: Upload, visitor: httpx.Client, sites: SiteService) -> None:
    first, second = (upload(numbered(number)).json() for number in (1, 2))
    assert page(visitor) == "<h1>2</h1>"
    activated = await sites.activate(first["id"])
    assert activated == {**first, "active": True}
    eventually(lambda: page(visitor) == "<h1>1</h1>", within=1.5, every=0.02)
    assert page(visitor, "/number.txt") == "1"
    newest, *_ = await sites.releases()
    assert newest == {**second, "active": False}


async def test_the_active_release_cannot_be_deleted_and_others_can(
    upload: Upload, visitor: httpx.Client, sites: SiteService, volume: Path
) -> None:
    first, second = (upload(numbered(number)).json() for number in (1, 2))
    with pytest.raises(Conflict, match="activate another"):
        await sites.delete(second["id"])
    await sites.delete(first["id"])
    for refused in (sites.delete, sites.activate):
        for unknown in (first["id"], "no-such-release", "../releases"):
            with pytest.raises(NotFound):
                await refused(unknown)
    assert not (volume / "releases" / first["id"]).exists()
    assert page(visitor) == "<h1>2</h1>"


def test_old_releases_go_and_the_newest_stay(start_site_api: StartApi, signer: AdminSigner) -> None:
    api = start_site_api({"keep_releases": 3})
    upload = uploader(api, signer)
    ids = [upload(numbered(number)).json()["id"] for number in range(6)]
    assert {path.name for path in (api.files / "site" / "releases").iterdir()} == set(ids[-3:])


def test_without_a_release_there_is_a_landing_page(start_site_api: StartApi, signer: AdminSigner) -> None:
    api = start_site_api()
    with visitor_of(api) as visitor:
        assert "Your backpack is ready" in visitor.get("/").text
        assert_problem(visitor.get("/app.js"), 404)
        assert_problem(uploader(api, signer)(b"not a ZIP"), 422)
        assert "Your backpack is ready" in visitor.get("/tasks/7").text
        uploader(api, signer)(numbered(1))
        assert visitor.get("/").text == "<h1>1</h1>"


def test_where_the_site_is_no_application_an_unknown_place_is_missing(
    start_site_api: StartApi, signer: AdminSigner
) -> None:
    api = start_site_api({"spa": False})
    with visitor_of(api) as visitor:
        uploader(api, signer)()
        assert_problem(visitor.get("/tasks/7"), 404)
        uploader(api, signer)({"404.html": "<h1>none</h1>"})
        assert (visitor.get("/tasks/7").status_code, visitor.get("/tasks/7").text) == (404, "<h1>none</h1>")


def test_a_release_is_seen_by_every_replica_within_a_second(
    start_site_api: StartApi, signer: AdminSigner
) -> None:
    first = start_site_api()
    second = start_site_api(database=first.database)
    upload = uploader(first, signer)
    with visitor_of(first) as here, visitor_of(second) as there:
        for number in range(5):
            assert upload(numbered(number)).status_code == 201
            answered = time.monotonic()
            assert here.get("/").text == f"<h1>{number}</h1>"
            eventually(lambda n=number: there.get("/").text == f"<h1>{n}</h1>", within=5, every=0.01)  # type: ignore[misc]
            assert time.monotonic() - answered < 1.2
        # A file that only the new release has is found at once, heard of or not.
        assert upload({"new.js": "let n"}).status_code == 201
        assert there.get("/new.js").text == "let n"


def test_a_page_and_what_it_asks_for_are_of_one_release_however_often_it_changes(
    upload: Upload, visitor: httpx.Client
) -> None:
    """Nobody is answered with anything but a whole file of some release, nor goes back in time."""
    upload(numbered(0))
    done = threading.Event()
    seen: list[int] = []

    def look() -> None:
        with httpx.Client(base_url=visitor.base_url, timeout=20) as client:
            while not done.is_set():
                answer = client.get("/number.txt")
                assert answer.status_code == 200
                seen.append(int(answer.text))

    looking = threading.Thread(target=look)
    looking.start()
    try:
        for number in range(1, 15):
            assert upload(numbered(number)).status_code == 201
    finally:
        done.set()
        looking.join()
    assert seen == sorted(seen)
    assert len(set(seen)) > 3


def test_uploads_at_once_on_two_replicas_are_all_kept(start_site_api: StartApi, signer: AdminSigner) -> None:
    first = start_site_api({"keep_releases": 20})
    second = start_site_api({"keep_releases": 20}, database=first.database)
    uploads = [uploader(api, signer) for api in (first, second)] * 4
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda one: one[1](numbered(one[0])), enumerate(uploads)))
    assert [answer.status_code for answer in answers] == [201] * 8
    kept = {path.name for path in (first.files / "site" / "releases").iterdir()}
    assert kept == {answer.json()["id"] for answer in answers}
    with visitor_of(first) as here, visitor_of(second) as there:
        eventually(lambda: here.get("/").text == there.get("/").text, within=2, every=0.05)
