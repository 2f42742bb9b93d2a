"""How a release is served: paths, headers, ranges, compression."""

import gzip
import os

import httpx
import pytest

from backpack_api.domain.site_paths import IMMUTABLE
from support.core_api import assert_problem
from support.site_zips import site_zip
from support.sites import Upload

pytestmark = pytest.mark.timeout(60)

WORDS = b"words, " * 1000
NOISE = os.urandom(600_000)
FILES = {
    "404.html": b"<h1>not here</h1>",
    "docs/index.html": b"<h1>docs</h1>",
    "app.3f9ab2c1.js": WORDS,
    "app.js": b"let a",
    "latin.txt": "é".encode("latin-1"),
    "noise.bin": NOISE,
}


@pytest.fixture(autouse=True)
def site(upload: Upload, visitor: httpx.Client) -> None:
    """Uploaded where another test has left another one."""
    if visitor.get("/latin.txt").status_code != 200:
        assert upload(site_zip(FILES, index=b"<h1>home</h1>")).status_code == 201


def test_a_file_says_what_it_is(visitor: httpx.Client) -> None:
    for path, media in {
        "/": "text/html; charset=utf-8",
        "/app.js": "text/javascript; charset=utf-8",
        "/latin.txt": "text/plain",
        "/noise.bin": "application/octet-stream",
    }.items():
        answer = visitor.get(path)
        assert answer.status_code == 200
        assert answer.headers["content-type"] == media
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["etag"].startswith('"')
        assert "last-modified" not in answer.headers
        assert "set-cookie" not in answer.headers


def test_only_names_with_a_hash_are_kept_by_browsers(visitor: httpx.Client) -> None:
    assert visitor.get("/").headers["cache-control"] == "no-cache"
    assert visitor.get("/app.js").headers["cache-control"] == "no-cache"
    assert visitor.get("/app.3f9ab2c1.js").headers["cache-control"] == IMMUTABLE


def test_head_has_the_headers_of_get_and_nothing_else(visitor: httpx.Client) -> None:
    for path in ("/", "/noise.bin", "/docs", "/gone.js"):
        head, get = visitor.head(path), visitor.get(path)
        assert head.status_code == get.status_code
        assert head.content == b""
        ignored = {"date", "x-request-id"}
        assert {k: v for k, v in head.headers.items() if k not in ignored} == {
            k: v for k, v in get.headers.items() if k not in ignored
        }


def test_who_has_it_already_is_told_so(visitor: httpx.Client) -> None:
    for coding in ("identity", "gzip"):
        first = visitor.get("/app.3f9ab2c1.js", headers={"Accept-Encoding": coding})
        for tags in (first.headers["etag"], f'"other", W/{first.headers["etag"]}', "*"):
            again = visitor.get(
                "/app.3f9ab2c1.js", headers={"If-None-Match": tags, "Accept-Encoding": coding}
            )
            assert (again.status_code, again.content) == (304, b"")
            for name in ("etag", "cache-control", "vary"):
                assert again.headers[name] == first.headers[name]
    assert visitor.get("/", headers={"If-None-Match": '"other"'}).status_code == 200


def test_text_is_sent_compressed_to_who_takes_it(visitor: httpx.Client) -> None:
    plain = visitor.get("/app.3f9ab2c1.js")
    packed = visitor.get("/app.3f9ab2c1.js", headers={"Accept-Encoding": "br, gzip"})
    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.content == plain.content == WORDS
    assert int(packed.headers["content-length"]) < 200
    assert packed.headers["etag"] != plain.headers["etag"]
    assert "Accept-Encoding" in packed.headers["vary"]
    assert "Accept-Encoding" in plain.headers["vary"]


def test_what_gains_nothing_is_sent_as_it_is(visitor: httpx.Client) -> None:
    for path in ("/noise.bin", "/app.js"):
        answer = visitor.get(path, headers={"Accept-Encoding": "gzip"})
        assert "content-encoding" not in answer.headers
        assert "Accept-Encoding" not in answer.headers["vary"]


def test_a_range_is_of_the_plain_content(visitor: httpx.Client) -> None:
    for header, part in {
        "bytes=0-9": NOISE[:10],
        "bytes=300000-": NOISE[300_000:],
        "bytes=-5": NOISE[-5:],
    }.items():
        answer = visitor.get("/noise.bin", headers={"Range": header})
        assert answer.status_code == 206
        assert answer.content == part
        assert answer.headers["content-length"] == str(len(part))
    answer = visitor.get("/app.3f9ab2c1.js", headers={"Range": "bytes=7-12", "Accept-Encoding": "gzip"})
    assert (answer.status_code, answer.content) == (206, b"words,")
    assert answer.headers["content-range"] == f"bytes 7-12/{len(WORDS)}"
    assert "content-encoding" not in answer.headers


def test_a_range_of_another_version_is_the_whole(visitor: httpx.Client) -> None:
    etag = visitor.get("/noise.bin").headers["etag"]
    same = visitor.get("/noise.bin", headers={"Range": "bytes=0-9", "If-Range": etag})
    other = visitor.get("/noise.bin", headers={"Range": "bytes=0-9", "If-Range": '"other"'})
    assert (same.status_code, other.status_code) == (206, 200)
    assert other.content == NOISE


def test_a_range_after_the_end_is_416(visitor: httpx.Client) -> None:
    answer = visitor.get("/app.js", headers={"Range": "bytes=5-"})
    assert_problem(answer, 416)
    assert answer.headers["content-range"] == "bytes */5"


def test_a_folder_leads_to_its_page(visitor: httpx.Client) -> None:
    moved = visitor.get("/docs?from=here")
    assert moved.status_code == 307
    assert moved.headers["location"] == "/site/docs/?from=here"
    assert visitor.get("/docs/").text == "<h1>docs</h1>"


def test_in_a_single_page_application_every_place_is_the_application(visitor: httpx.Client) -> None:
    for path in ("/tasks", "/tasks/7", "/docs/tasks/"):
        answer = visitor.get(path)
        assert (answer.status_code, answer.text) == (200, "<h1>home</h1>")
        assert answer.headers["cache-control"] == "no-cache"
        assert answer.headers["etag"] == visitor.get("/").headers["etag"]


def test_a_missing_file_is_the_site_s_own_404(visitor: httpx.Client) -> None:
    for path in ("/gone.js", "/docs/gone.html", "/.git/config", "/%2e%2e/config.json", "/a%00b.js"):
        answer = visitor.get(path, headers={"If-None-Match": "*", "Range": "bytes=0-3"})
        assert (answer.status_code, answer.text) == (404, "<h1>not here</h1>"), path
        assert answer.headers["cache-control"] == "no-cache"
        assert "etag" not in answer.headers


def test_a_site_is_read_only(visitor: httpx.Client) -> None:
    answer = visitor.post("/", content=b"x")
    assert_problem(answer, 405)
    assert set(answer.headers["allow"].split(", ")) == {"GET", "HEAD"}


def test_a_compressed_answer_is_what_gzip_reads(visitor: httpx.Client) -> None:
    with visitor.stream("GET", "/app.3f9ab2c1.js", headers={"Accept-Encoding": "gzip"}) as answer:
        assert gzip.decompress(b"".join(answer.iter_raw())) == WORDS
