"""`GET /files/{id}`: parts, conditions, and headers under which nobody's content can do harm."""

import hashlib
import re
import threading
from datetime import datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from urllib.parse import unquote

import httpx
import pytest

from support.core_api import SITE_ORIGIN, CoreApi, Person, assert_problem
from support.waiting import eventually

pytestmark = pytest.mark.timeout(60)

CONTENT = b"0123456789"


def upload(
    person: Person, content: bytes = CONTENT, name: str = "a.txt", kind: str = "text/plain", **fields: str
) -> str:
    """The path of a new file."""
    answer = person.client.post("/files", files={"file": (name, content, kind)}, data=fields)
    assert answer.status_code == 201, answer.text
    return answer.headers["location"]


@pytest.fixture
def path(ada: Person) -> str:
    return upload(ada)


@pytest.mark.parametrize(
    ("wanted", "answered"),
    [
        ("bytes=0-0", (206, b"0", "bytes 0-0/10")),
        ("bytes=2-4", (206, b"234", "bytes 2-4/10")),
        ("bytes=2-", (206, b"23456789", "bytes 2-9/10")),
        ("bytes=-3", (206, b"789", "bytes 7-9/10")),
        ("bytes=-99", (206, CONTENT, "bytes 0-9/10")),
        ("bytes=0-99", (206, CONTENT, "bytes 0-9/10")),
        ("bytes=9-9", (206, b"9", "bytes 9-9/10")),
        ("BYTES=9-", (206, b"9", "bytes 9-9/10")),
        ("bytes=10-", (416, None, "bytes */10")),
        ("bytes=99-100", (416, None, "bytes */10")),
        ("bytes=-0", (416, None, "bytes */10")),
        # What is no range, and several at once, are answered with the whole.
        ("bytes=4-2", (200, CONTENT, None)),
        ("bytes=-", (200, CONTENT, None)),
        ("bytes=", (200, CONTENT, None)),
        ("bytes=a-b", (200, CONTENT, None)),
        ("bytes=--1", (200, CONTENT, None)),
        ("bytes=0-1,4-5", (200, CONTENT, None)),
        ("lines=0-1", (200, CONTENT, None)),
        ("0-1", (200, CONTENT, None)),
        ("", (200, CONTENT, None)),
    ],
)
def test_a_range_is_answered_with_that_part(
    ada: Person, path: str, wanted: str, answered: tuple[int, bytes | None, str | None]
) -> None:
    status, content, told = answered
    answer = ada.client.get(path, headers={"Range": wanted})
    assert answer.status_code == status
    assert answer.headers.get("content-range") == told
    if content is None:
        assert_problem(answer, 416)
    else:
        assert answer.content == content
        assert answer.headers["content-length"] == str(len(content))
        assert answer.headers["accept-ranges"] == "bytes"


@pytest.mark.parametrize("wanted", ["bytes=0-", "bytes=0-0", "bytes=-1"])
def test_nothing_of_an_empty_file_is_in_a_range(ada: Person, wanted: str) -> None:
    answer = ada.client.get(upload(ada, b""), headers={"Range": wanted})
    assert_problem(answer, 416)
    assert answer.headers["content-range"] == "bytes */0"


def test_a_range_of_a_content_that_was_replaced_is_the_whole_new_one(ada: Person, path: str) -> None:
    first = ada.client.get(path)
    for validator in (first.headers["etag"], first.headers["last-modified"]):
        answer = ada.client.get(path, headers={"Range": "bytes=2-4", "If-Range": validator})
        assert (answer.status_code, answer.content) == (206, b"234")
    for other in ('"x"', f"W/{first.headers['etag']}", "Thu, 01 Jan 2026 00:00:00 GMT", "nonsense"):
        answer = ada.client.get(path, headers={"Range": "bytes=2-4", "If-Range": other})
        assert (answer.status_code, answer.content) == (200, CONTENT)
    ada.client.put(path, files={"file": ("a.txt", b"abcdefghij")})
    for validator in (first.headers["etag"], first.headers["last-modified"]):
        answer = ada.client.get(path, headers={"Range": "bytes=2-4", "If-Range": validator})
        assert (answer.status_code, answer.content) == (200, b"abcdefghij")


def test_head_says_what_get_would_without_the_content(ada: Person, path: str) -> None:
    whole = ada.client.get(path)
    for headers in ({}, {"Range": "bytes=2-4"}):
        head = ada.client.head(path, headers=headers)
        assert (head.status_code, head.content) == (200, b"")
        not_of_the_file = {"date", "x-request-id"}
        for name in whole.headers.keys() - not_of_the_file:
            assert head.headers[name] == whole.headers[name]


def test_a_content_that_one_has_is_not_sent_again(ada: Person, path: str) -> None:
    first = ada.client.get(path)
    etag, date = first.headers["etag"], first.headers["last-modified"]
    assert etag == f'"{hashlib.sha256(CONTENT).hexdigest()}"'
    for headers in (
        {"If-None-Match": etag},
        {"If-None-Match": f'"x", W/{etag}'},
        {"If-None-Match": "*"},
        {"If-Modified-Since": date},
        {"If-None-Match": etag, "Range": "bytes=2-4"},
    ):
        for method in ("GET", "HEAD"):
            answer = ada.client.request(method, path, headers=headers)
            assert (answer.status_code, answer.content) == (304, b"")
            assert answer.headers["etag"] == etag
            assert answer.headers["cache-control"] == first.headers["cache-control"]
    before = format_datetime(parsedate_to_datetime(date) - timedelta(seconds=1), usegmt=True)
    for headers in (
        {"If-None-Match": '"x"'},
        {"If-None-Match": '"x"', "If-Modified-Since": date},
        {"If-Modified-Since": before},
        {"If-Modified-Since": "nonsense"},
    ):
        assert ada.client.get(path, headers=headers).content == CONTENT
    for headers in ({"If-Match": '"x"'}, {"If-Unmodified-Since": before}):
        assert_problem(ada.client.get(path, headers=headers), 412)
    for headers in ({"If-Match": etag, "If-Unmodified-Since": before}, {"If-Unmodified-Since": date}):
        assert ada.client.get(path, headers=headers).status_code == 200


def test_no_two_contents_of_a_file_have_one_date(ada: Person, path: str) -> None:
    dates: list[datetime] = []
    for number in range(3):
        ada.client.put(path, files={"file": b"%d" % number})
        # One in the future is not told: it would be no date of a change.
        answer = eventually(
            lambda: (read := ada.client.get(path)).headers.get("last-modified") and read,
            within=10,
            every=0.05,
        )
        dates.append(parsedate_to_datetime(answer.headers["last-modified"]))
    assert dates == sorted(set(dates))


@pytest.mark.parametrize(
    ("kind", "how"),
    [
        ("text/plain", "inline"),
        ("text/plain; charset=utf-8", "inline"),
        ("image/png", "inline"),
        ("video/mp4", "inline"),
        ("audio/ogg", "inline"),
        ("application/pdf", "inline"),
        ("application/json", "inline"),
        ("text/html", "attachment"),
        ("TEXT/HTML; charset=utf-8", "attachment"),
        ("application/xhtml+xml", "attachment"),
        ("image/svg+xml", "attachment"),
        ("image/svg+xml; charset=utf-8", "attachment"),
        ("text/xml", "attachment"),
        ("text/javascript", "attachment"),
        ("application/x-shockwave-flash", "attachment"),
        ("multipart/related", "attachment"),
        ("application/octet-stream", "attachment"),
    ],
)
def test_what_a_browser_could_run_is_a_download(ada: Person, kind: str, how: str) -> None:
    answer = ada.client.get(upload(ada, b"<script>alert(1)</script>", kind=kind, public="true"))
    assert answer.headers["content-disposition"].partition(";")[0] == how
    assert answer.headers["x-content-type-options"] == "nosniff"
    policy = {
        words[0]: words[1:] for words in map(str.split, answer.headers["content-security-policy"].split(";"))
    }
    assert policy["sandbox"] == []
    assert policy["default-src"] == ["'none'"]
    assert "script-src" not in policy


@pytest.mark.parametrize(
    "name", ["a.txt", "größe 🎒.txt", 'say "hi".txt', "100%.txt", "semi;colon, comma.txt", "it's (1)*.txt"]
)
def test_a_download_has_the_files_name(ada: Person, name: str) -> None:
    file = ada.client.post("/files", files={"file": ("a", b"x")}).json()
    assert ada.client.patch(f"/files/{file['id']}", json={"filename": name}).json()["filename"] == name
    header = ada.client.get(f"/files/{file['id']}").headers["content-disposition"]
    match = re.fullmatch(
        r"attachment; filename=\"([ !#-\[\]-~]*)\"; filename\*=UTF-8''([!#$&+\-.^_`|~%\w]*)", header
    )
    assert match, header
    assert unquote(match[2]) == name
    assert "%" not in match[1]
    if name.isascii() and '"' not in name and "%" not in name:
        assert match[1].replace("_", "*") == name.replace("_", "*")


def test_only_what_is_public_may_be_kept_by_a_shared_cache(ada: Person, path: str) -> None:
    assert ada.client.get(path).headers["cache-control"] == "private, no-cache"
    ada.client.patch(path, json={"public": True})
    assert ada.client.get(path).headers["cache-control"] == "public, no-cache"
    for answer in (ada.client.get(f"{path}/meta"), ada.client.get("/files"), ada.client.patch(path, json={})):
        assert answer.headers["cache-control"] == "private, no-cache"


def test_the_backpacks_site_may_resume_a_download(ada: Person, path: str) -> None:
    wanted = {"Range": "bytes=0-1", "If-Range": ada.client.get(path).headers["etag"]}
    preflight = ada.client.options(
        path,
        headers={
            "Origin": SITE_ORIGIN,
            "Access-Control-Request-Method": "GET",
            "Access-Control-Request-Headers": ", ".join(["authorization", *map(str.lower, wanted)]),
        },
    )
    allowed = {name.lower() for name in preflight.headers["access-control-allow-headers"].split(", ")}
    assert {"authorization", "range", "if-range"} <= allowed
    answer = ada.client.get(path, headers={"Origin": SITE_ORIGIN, **wanted})
    assert answer.status_code == 206
    assert answer.headers["access-control-allow-origin"] == SITE_ORIGIN
    assert {"ETag", "Content-Range"} <= set(answer.headers["access-control-expose-headers"].split(", "))


def test_a_download_ends_with_the_content_that_it_began_with(api: CoreApi, ada: Person) -> None:
    old, new = (bytes([byte]) * (24 * 1024 * 1024) for byte in (1, 2))
    path = upload(ada, old)
    with ada.client.stream("GET", path) as answer:
        pieces = answer.iter_raw(64 * 1024)
        received = next(pieces)
        # Twice, and a deletion: what is read was replaced by what is gone.
        with api.client(headers=ada.client.headers) as other:
            for _ in range(2):
                assert other.put(path, files={"file": ("a.txt", new)}).status_code == 200
            assert other.get(path).content == new
            assert other.delete(path).status_code == 204
        received += b"".join(pieces)
    assert received == old
    assert answer.headers["etag"] == f'"{hashlib.sha256(old).hexdigest()}"'


def test_reads_during_writes_are_always_of_one_content(api: CoreApi, ada: Person) -> None:
    path = upload(ada, b"0" * 300_000, public="true")
    done = threading.Event()

    def write() -> None:
        with api.client(headers=ada.client.headers) as client:
            for number in range(1, 25):
                client.put(path, files={"file": ("a.txt", b"%d" % (number % 10) * 300_000)})
        done.set()

    writer = threading.Thread(target=write)
    writer.start()
    seen = set()
    with httpx.Client(base_url=api.public, timeout=20) as client:
        while not done.is_set():
            answer = client.get(path)
            assert answer.status_code == 200
            assert answer.headers["etag"] == f'"{hashlib.sha256(answer.content).hexdigest()}"'
            seen.add(answer.content[:1])
    writer.join()
    assert len(seen) > 1
