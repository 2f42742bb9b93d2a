"""The API behind the nginx of its site, as visitors meet it."""

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from support.admin_client import AdminSigner
from support.core_api import API_ORIGIN, CoreApi
from support.site_front import Front, running_front, shared_files
from support.site_origin import SiteOrigin
from support.sites import Upload, uploader
from support.waiting import eventually

pytestmark = [
    pytest.mark.timeout(120),
    pytest.mark.skipif(
        shutil.which("nginx") is None, reason="nginx is not installed: on Debian, apt-get install nginx-light"
    ),
]

WORDS = b"let words = 1; " * 1000
IDENTITY = {"Accept-Encoding": "identity"}


@dataclass
class Backpack:
    """An API with its site's front."""

    api: CoreApi
    front: Front
    upload: Upload


@pytest.fixture
def backpack(
    start_site_api: Callable[..., CoreApi], signer: AdminSigner, tmp_path: Path
) -> Iterator[Backpack]:
    api = start_site_api(BACKPACK_PUBLISHABLE_KEY="pk_of_the_tests")
    address = urlsplit(api.public)
    origin = SiteOrigin(host=str(address.hostname), port=int(address.port or 0))
    with shared_files() as share, running_front(share, tmp_path / "nginx.log", origin, {}) as front:
        yield Backpack(api, front, uploader(api, signer))


def test_a_release_is_seen_within_two_seconds(backpack: Backpack) -> None:
    assert "Your backpack is ready" in backpack.front.get("/").text
    for number in range(3):
        assert backpack.upload({"app.js": f"let n = {number}"}).status_code == 201
        eventually(
            lambda n=number: backpack.front.get("/app.js").text == f"let n = {n}", within=2, every=0.05
        )  # type: ignore[misc]
    assert "A site" in backpack.front.get("/").text


def test_it_keeps_a_release_while_the_api_is_away(backpack: Backpack) -> None:
    backpack.upload({"app.js": WORDS})
    for path in ("/", "/app.js", "/__backpack/init.json"):
        assert backpack.front.get(path).status_code == 200
    backpack.api.kill()

    def stale() -> bool:
        for path in ("/", "/app.js", "/__backpack/init.json"):
            assert backpack.front.get(path).status_code == 200
        return bool(backpack.front.log_lines()[-1]["cache"] == "STALE")

    eventually(stale, within=5)
    assert backpack.front.get("/app.js", IDENTITY).content == WORDS
    assert backpack.front.get("/never-seen.js").status_code == 503


def test_it_serves_what_the_api_does(backpack: Backpack) -> None:
    noise = os.urandom(300_000)
    backpack.upload(
        {"app.3f9ab2c1.js": WORDS, "docs/index.html": "docs", "noise.bin": noise, "404.html": "<h1>none</h1>"}
    )
    get = backpack.front.get
    for _ in range(2):  # the second time from the cache
        packed, plain = get("/app.3f9ab2c1.js"), get("/app.3f9ab2c1.js", IDENTITY)
        assert packed.headers["content-encoding"] == "gzip"
        assert "content-encoding" not in plain.headers
        assert packed.content == plain.content == WORDS
        for answer in (packed, plain):
            assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
            assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
            assert answer.headers["vary"] == "Accept-Encoding"
            again = get("/app.3f9ab2c1.js", {"If-None-Match": answer.headers["etag"]})
            assert (again.status_code, again.content) == (304, b"")
        part = get("/noise.bin", {"Range": "bytes=100000-100009"})
        assert (part.status_code, part.content) == (206, noise[100_000:100_010])
        assert get("/docs?a=b").headers["location"] == "/docs/?a=b"
        assert get("/docs/").text == "docs"
        assert (get("/gone.js").status_code, get("/gone.js").text) == (404, "<h1>none</h1>")
        assert get("/tasks/7").headers["cache-control"] == "no-cache"


def test_it_tells_pages_where_the_api_is(backpack: Backpack) -> None:
    init = backpack.front.get("/__backpack/init.json")
    assert init.headers["content-type"] == "application/json"
    assert init.headers["cache-control"] == "no-cache"
    assert init.json() == {"apiUrl": API_ORIGIN, "key": "pk_of_the_tests", "version": "0.1.0"}
    script = backpack.front.get("/__backpack/sdk.js")
    assert script.headers["content-type"] == "text/javascript; charset=utf-8"
    assert script.headers["content-encoding"] == "gzip"
    again = backpack.front.get("/__backpack/sdk.js", {"If-None-Match": script.headers["etag"]})
    assert again.status_code == 304
    assert backpack.front.get("/__backpack/other").status_code == 404
    assert backpack.front.get("/__backpack/").status_code == 404
