"""A ZIP becomes the site, or is refused with a sentence and changes nothing."""

import gzip
import hashlib
import io
import os
import socket
import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path
from urllib.parse import quote

import httpx
import psutil
import pytest

from support.admin_client import AdminHttp, AdminSigner
from support.core_api import CoreApi, assert_problem
from support.site_zips import directory_of, raw_zip, site_zip
from support.sites import Upload
from support.waiting import eventually

pytestmark = pytest.mark.timeout(120)


def test_an_upload_is_answered_with_its_release(upload: Upload, visitor: httpx.Client) -> None:
    archive = site_zip({"app.js": "let a"}, index=b"<h1>first</h1>")
    answer = upload(archive)
    assert answer.status_code == 201, answer.text
    release = answer.json()
    assert release == {
        "id": release["id"],
        "createdAt": release["createdAt"],
        "by": "ada",
        "size": len(archive),
        "files": 2,
        "unpacked": 19,
        "sha256": hashlib.sha256(archive).hexdigest(),
        "active": True,
    }
    assert visitor.get("/").text == "<h1>first</h1>"
    assert visitor.get("/app.js").text == "let a"


def test_a_release_that_is_not_to_be_active_changes_nothing_that_is_seen(
    upload: Upload, visitor: httpx.Client
) -> None:
    upload({"a.txt": "a"})
    waiting = upload({"b.txt": "b"}, activate=False)
    assert waiting.status_code == 201
    assert waiting.json()["active"] is False
    assert visitor.get("/a.txt").status_code == 200
    assert visitor.get("/b.txt").status_code == 404


def test_every_byte_of_every_file_is_served(upload: Upload, visitor: httpx.Client) -> None:
    files = {
        "empty.txt": b"",
        "noise.bin": os.urandom(700_000),
        "words.txt": b"word " * 200_000,
        "ünï/cödé.html": "é".encode(),
        "a b/100%.txt": b"percent",
    }
    assert upload(files).status_code == 201
    for path, content in files.items():
        for headers in ({}, {"Accept-Encoding": "gzip"}):
            assert visitor.get(f"/{quote(path)}", headers=headers).content == content, path


def test_a_zip_as_tools_make_it_is_taken(upload: Upload, visitor: httpx.Client) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in ("./", "./index.html", "./css/", "./css/a.css", "__MACOSX/._index.html", ".DS_Store"):
            archive.writestr(name, "" if name.endswith("/") else "x")
        archive.comment = b"made by hand"
    assert upload(out.getvalue()).json()["files"] == 2
    assert visitor.get("/css/a.css").status_code == 200
    assert visitor.get("/.DS_Store").status_code == 404
    # UTF-8 names without the flag that says so, as macOS writes them.
    named = raw_zip([(b"index.html", b"i"), ("caf\u0065\u0301.txt".encode(), b"c")], flags=0)
    assert upload(named).status_code == 201
    assert visitor.get("/caf%C3%A9.txt").text == "c"


def test_a_zip_that_is_written_as_a_stream_is_taken(upload: Upload, visitor: httpx.Client) -> None:
    class Pipe(io.BytesIO):
        def seekable(self) -> bool:
            return False

        def tell(self) -> int:
            raise OSError

    out = Pipe()
    with (
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("index.html", "w", force_zip64=True) as file,
    ):
        file.write(b"streamed")
    answer = upload(out.getvalue())
    assert answer.status_code == 201, answer.text
    assert visitor.get("/").text == "streamed"


def bomb(size: int) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("index.html", "x")
        with archive.open("bomb.txt", "w") as file:
            for _ in range(size // 1_000_000):
                file.write(bytes(1_000_000))
    return out.getvalue()


def quoted_overlap() -> bytes:
    """Two entries of one kernel: the second's bytes are within the first's."""
    inner = raw_zip([(b"b.txt", b"kernel")])
    local = inner[: inner.index(b"PK\x01\x02")]
    outer = raw_zip([(b"index.html", local), (b"b.txt", b"kernel")])
    # The second header points into the first entry's content.
    at = outer.rindex(b"PK\x01\x02") + 42
    return outer[:at] + (30 + len("index.html")).to_bytes(4, "little") + outer[at + 4 :]


GOOD = site_zip({"a.txt": "a" * 2000})
STORED = raw_zip([(b"index.html", b"content of the page")])


def flipped(archive: bytes, what: bytes, into: bytes) -> bytes:
    assert what in archive
    return archive.replace(what, into, 1)


BAD: dict[str, tuple[bytes, int, str]] = {
    "empty body": (b"", 422, "not a ZIP"),
    "text": (b"<!doctype html>", 422, "not a ZIP"),
    "tar.gz": (gzip.compress(b"x" * 2000), 422, "not a ZIP"),
    "cut off": (GOOD[:-30], 422, "not a ZIP"),
    "its beginning is missing": (GOOD[10:], 422, "not a plain ZIP"),
    "something before it": (b"#!/bin/sh\n" + GOOD, 422, "not a plain ZIP"),
    "the empty ZIP": (site_zip(index=None), 422, "The ZIP is empty"),
    "other bytes than its checksum": (flipped(STORED, b"content of", b"cONTENT OF"), 422, "damaged"),
    "a broken stream": (GOOD[:60] + b"\xff" * 8 + GOOD[68:], 422, "damaged"),
    "a directory of noise": (flipped(GOOD, b"PK\x01\x02", b"PK\x09\x09"), 422, "damaged"),
    "another name in its header": (flipped(STORED, b"index.html", b"INDEX.html"), 422, "damaged"),
    "parent": (site_zip({"../evil.html": "x"}), 422, "not plain"),
    "parent within": (site_zip({"a/../../evil.html": "x"}), 422, "not plain"),
    "absolute": (site_zip({"/etc/cron.d/evil": "x"}), 422, "absolute"),
    "drive": (site_zip({"C:/evil.html": "x"}), 422, "absolute"),
    "backslashes": (raw_zip([(b"index.html", b""), (b"..\\evil", b"x")]), 422, "backslash"),
    "NUL": (raw_zip([(b"index.html", b""), (b"a.html\0.png", b"x")]), 422, "control character"),
    "no UTF-8": (raw_zip([(b"index.html", b""), (b"\xff\xfe", b"x")]), 422, "damaged"),
    "two of one name": (raw_zip([(b"index.html", b"a"), (b"index.html", b"b")]), 422, "two entries"),
    "link": (raw_zip([(b"index.html", b"/etc/passwd")], mode=0o120777), 422, "a link"),
    "device": (raw_zip([(b"index.html", b"")], mode=0o020666), 422, "a device"),
    "encrypted": (raw_zip([(b"index.html", b"secret")], flags=1), 422, "encrypted"),
    "another method": (raw_zip([(b"index.html", b"x")], method=99), 422, "method"),
    "no index": (site_zip({"app.js": "x"}, index=None), 422, "no `index.html` at its root."),
    "index in a folder": (site_zip({"dist/index.html": "x"}, index=None), 422, "one in `dist/`"),
    "the API's own": (site_zip({"__backpack/init.json": "{}"}), 422, "belongs to the API"),
    "bomb": (bomb(600_000_000), 413, "512 MiB"),
    "small bomb": (bomb(100_000_000), 422, "times its size"),
    "bomb that says it is small": (
        raw_zip([(b"index.html", b"x" * 5000)], declared_size=10),
        422,
        "damaged",
    ),
    "overlap": (quoted_overlap(), 422, "overlap"),
    "a million entries": (directory_of(1_000_000), 422, "1,000,000 entries"),
    "a million that says it is one": (
        flipped(directory_of(200_000), (200_000).to_bytes(8, "little") * 2, (1).to_bytes(8, "little") * 2),
        422,
        "20,001 entries",
    ),
    "a name of 300": (site_zip({"x" * 300: "x"}), 422, "too long"),
}


def test_what_is_no_site_is_refused_and_changes_nothing(
    upload: Upload, visitor: httpx.Client, volume: Path
) -> None:
    upload({"kept.txt": "kept"})
    releases = sorted(path.name for path in (volume / "releases").iterdir())
    for name, (archive, status, words) in BAD.items():
        problem = assert_problem(upload(archive), status)
        assert words in problem["detail"], (name, problem)
        assert visitor.get("/kept.txt").text == "kept", name
    assert sorted(path.name for path in (volume / "releases").iterdir()) == releases
    assert list((volume / "incoming").iterdir()) == []


def begin_upload(api: CoreApi, signer: AdminSigner, length: int) -> socket.socket:
    """A connection on which an upload of so many bytes has begun."""
    host, port = api.admin.removeprefix("http://").split(":")
    connection = socket.create_connection((host, int(port)), timeout=20)
    token = AdminHttp(api, signer).headers["Authorization"]
    connection.sendall(
        f"POST /admin/site/releases HTTP/1.1\r\nHost: x\r\nAuthorization: {token}\r\n"
        f"Content-Length: {length}\r\n\r\n".encode()
    )
    return connection


def test_a_zip_that_is_too_large_is_refused_before_it_is_sent(site_api: CoreApi, signer: AdminSigner) -> None:
    with begin_upload(site_api, signer, 256 * 1024 * 1024 + 1) as connection:
        assert connection.recv(65536).startswith(b"HTTP/1.1 413 ")


def test_an_upload_that_is_cut_off_leaves_nothing(
    site_api: CoreApi, signer: AdminSigner, upload: Upload, visitor: httpx.Client, volume: Path
) -> None:
    upload({"kept.txt": "kept"})
    before = len(list((volume / "releases").iterdir()))
    archive = site_zip({"noise.bin": os.urandom(2_000_000)})
    with begin_upload(site_api, signer, len(archive)) as connection:
        connection.sendall(archive[:1_500_000])
        eventually(lambda: list((volume / "incoming").iterdir()), within=10, every=0.02)
    eventually(lambda: not list((volume / "incoming").iterdir()), within=10, every=0.02)
    assert visitor.get("/kept.txt").text == "kept"
    assert len(list((volume / "releases").iterdir())) == before


def test_an_upload_that_stops_is_given_up(
    start_site_api: Callable[..., CoreApi], signer: AdminSigner
) -> None:
    api = start_site_api(BACKPACK_UPLOAD_IDLE_SECONDS="0.3")
    with begin_upload(api, signer, 1000) as connection:
        connection.sendall(b"PK")
        answer = b""
        while chunk := connection.recv(65536):
            answer += chunk
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert b"No more of the ZIP came" in answer
    assert list((api.files / "site" / "incoming").iterdir()) == []


def test_nobody_uploads_without_a_token(site_api: CoreApi) -> None:
    for base in (site_api.admin, site_api.public):
        answer = httpx.post(f"{base}/admin/site/releases", content=site_zip(), timeout=20)
        assert_problem(answer, 401 if base == site_api.admin else 404)


def test_memory_stays_flat(site_api: CoreApi, upload: Upload) -> None:
    """100 MB of noise, of which no copy may be held, and text that is compressed."""
    upload()
    process = psutil.Process(site_api.pid)
    before = process.memory_info().rss
    noise = os.urandom(50_000_000)
    archive = site_zip({"a.bin": noise, "b.bin": noise, "text.txt": b"some words " * 2_000_000})
    highest = before

    def watched() -> Iterator[bytes]:
        nonlocal highest
        for at in range(0, len(archive), 1_000_000):
            highest = max(highest, process.memory_info().rss)
            yield archive[at : at + 1_000_000]

    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(upload, watched())
        while not answer.done():
            highest = max(highest, process.memory_info().rss)
            wait([answer], timeout=0.02)
    assert answer.result().status_code == 201
    assert highest - before < 30_000_000
