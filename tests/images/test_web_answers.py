"""What the site's front answers: methods, ranges, compression, headers, errors."""

import json
import socket
from urllib.parse import urlsplit

import pytest

from support.site_front import Front
from support.waiting import eventually


def raw(front: Front, request: bytes) -> bytes:
    """What is answered to bytes that no client library would send."""
    address = urlsplit(front.url)
    with socket.create_connection((address.hostname, address.port or 0), timeout=10) as connection:
        connection.sendall(request)
        answer = b""
        while chunk := connection.recv(65536):
            answer += chunk
    return answer


def test_its_own_health_needs_no_api(front: Front) -> None:
    front.origin.stop()

    answer = front.get("/__nginx/healthz")

    assert (answer.status_code, answer.text) == (200, "ok\n")
    assert front.origin.asked == []


def test_nothing_else_is_below_its_own_prefix(front: Front) -> None:
    assert front.get("/__nginx/status").status_code == 404
    assert front.origin.asked == []


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "BREW"])
def test_only_reading_is_allowed(front: Front, method: str) -> None:
    answer = front.client.request(method, f"{front.url}/", content=b"{}")

    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, HEAD"
    assert "read only" in answer.text
    assert front.origin.asked == []


def test_head_answers_the_headers_of_get(front: Front) -> None:
    head = front.client.head(f"{front.url}/")
    get = front.get("/")

    assert head.content == b""
    assert head.headers["content-length"] == get.headers["content-length"] == "14"
    assert head.headers["etag"] == get.headers["etag"]


def test_a_browser_that_has_the_page_gets_304(front: Front) -> None:
    etag = front.get("/").headers["etag"]

    again = front.get("/", headers={"If-None-Match": etag})

    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("asked_before", [False, True])
def test_a_range_is_answered_with_its_bytes(front: Front, asked_before: bool) -> None:
    front.origin.headers = {"Content-Type": "video/mp4"}
    front.origin.pages["/film"] = bytes(range(256)) * 10
    if asked_before:
        front.get("/film")

    part = front.get("/film", headers={"Range": "bytes=10-19"})

    assert part.status_code == 206
    assert part.headers["content-range"] == "bytes 10-19/2560"
    assert part.content == bytes(range(10, 20))


def test_a_range_beyond_the_end_is_refused(front: Front) -> None:
    assert front.get("/", headers={"Range": "bytes=9999-"}).status_code == 416


@pytest.mark.parametrize("first", ["gzip", "identity", None])
def test_text_is_compressed_for_who_accepts_it(front: Front, first: str | None) -> None:
    """Whoever asked first: one copy is kept for all."""
    front.origin.pages["/long"] = b"word " * 1000
    if first is not None:
        front.get("/long", headers={"Accept-Encoding": first})

    packed = front.get("/long", headers={"Accept-Encoding": "gzip"})
    plain = front.get("/long", headers={"Accept-Encoding": "identity"})

    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert packed.content == plain.content == b"word " * 1000
    assert packed.headers["vary"] == plain.headers["vary"] == "Accept-Encoding"
    assert int(packed.headers["content-length"]) < 1000
    assert len(front.kept()) == 1


def test_a_part_of_text_is_of_the_plain_content(front: Front) -> None:
    front.origin.pages["/long"] = b"word " * 1000
    front.get("/long", headers={"Accept-Encoding": "gzip"})

    for _ in range(2):
        part = front.get("/long", headers={"Accept-Encoding": "gzip", "Range": "bytes=5-8"})

        assert (part.status_code, part.content) == (206, b"word")
        assert part.headers["content-range"] == "bytes 5-8/5000"
        assert "content-encoding" not in part.headers


def test_packed_text_is_revalidated_as_such(front: Front) -> None:
    front.origin.pages["/long"] = b"word " * 1000

    def revalidated() -> bool:
        assert front.get("/long", headers={"Accept-Encoding": "identity"}).content == b"word " * 1000
        return len(front.origin.asked) > 1

    eventually(revalidated, within=5)
    assert [request.answered for request in front.origin.asked] == [200, 304]


def test_a_packed_page_is_known_again_by_its_etag(front: Front) -> None:
    front.origin.pages["/long"] = b"word " * 1000
    for coding in ("gzip", "identity"):
        etag = front.get("/long", headers={"Accept-Encoding": coding}).headers["etag"]

        again = front.get("/long", headers={"Accept-Encoding": coding, "If-None-Match": etag})

        assert again.status_code == 304


def test_the_api_is_not_told_who_asks(front: Front) -> None:
    front.get(
        "/",
        headers={
            "Cookie": "backpack_session=secret",
            "Authorization": "Bearer secret",
            "Host": "todo.example.com",
            "X-Request-Id": "abc-1",
            "Origin": "https://secret.test",
            "Referer": "https://secret.test/",
            "X-Anything": "secret",
        },
    )

    (request,) = front.origin.asked
    assert request.headers["host"] == "todo.example.com"
    assert request.headers["x-request-id"] == "abc-1"
    assert set(request.headers) == {"host", "x-request-id", "accept-encoding"}


def test_a_cookie_that_the_api_would_set_is_not_given_to_everybody(front: Front) -> None:
    front.origin.headers = {"Set-Cookie": "a=b", "Cache-Control": "no-cache", "Vary": "Origin"}

    first, second = front.get("/"), front.get("/")

    assert "set-cookie" not in first.headers
    assert "set-cookie" not in second.headers
    assert len(front.origin.asked) == 1
    assert first.headers["cache-control"] == "no-cache"


def test_each_answer_has_a_request_id_of_its_own(front: Front) -> None:
    front.origin.headers = {"X-Request-Id": "of-the-origin"}

    first, second = front.get("/"), front.get("/")
    named = front.get("/", headers={"X-Request-Id": "mine-7"})
    forged = front.get("/", headers={"X-Request-Id": 'a"b c'})

    assert first.headers.get_list("x-request-id") != second.headers.get_list("x-request-id")
    assert len(first.headers["x-request-id"]) == 32
    assert named.headers["x-request-id"] == "mine-7"
    assert len(forged.headers["x-request-id"]) == 32


def test_types_are_not_guessed_and_the_version_is_not_told(front: Front) -> None:
    for path in ("/", "/missing", "/__nginx/healthz"):
        answer = front.get(path)
        assert answer.headers.get_list("x-content-type-options") == ["nosniff"]
        assert answer.headers["server"] == "nginx"


def test_a_missing_page_stays_the_api_s_answer(front: Front) -> None:
    answer = front.get("/missing")

    assert (answer.status_code, answer.text) == (404, "no such page")


@pytest.mark.parametrize(
    ("target", "asked"),
    [
        (b"/a/../secret", "/site/secret"),
        (b"/a/%2e%2e/secret", "/site/secret"),
        (b"//double", "/site/double"),
        (b"/a%20b", "/site/a%20b"),
        (b"/a%0d%0aX-Evil:%201", "/site/a%0D%0AX-Evil:%201"),
        (b"/what%3Fis", "/site/what%3Fis"),
        (b"/%C3%A9t%C3%A9", "/site/%C3%A9t%C3%A9"),
        (b"/100%25", "/site/100%25"),
    ],
)
def test_a_path_reaches_the_api_normalised_and_encoded(front: Front, target: bytes, asked: str) -> None:
    raw(front, b"GET " + target + b" HTTP/1.1\r\nHost: todo.test\r\nConnection: close\r\n\r\n")

    (request,) = front.origin.asked
    assert request.target == asked
    assert "x-evil" not in request.headers


@pytest.mark.parametrize("target", [b"/../secret", b"/%2e%2e/secret", b"/a/../../secret", b"/%00"])
def test_a_path_that_leaves_the_site_is_refused(front: Front, target: bytes) -> None:
    answer = raw(front, b"GET " + target + b" HTTP/1.1\r\nHost: todo.test\r\nConnection: close\r\n\r\n")

    assert answer.startswith(b"HTTP/1.1 400 ")
    assert front.origin.asked == []


def test_a_redirect_of_the_api_stays_on_the_site(front: Front) -> None:
    front.origin.status = 302
    front.origin.headers = {"Location": "/site/docs/"}

    assert front.get("/docs").headers["location"] == "/docs/"
    assert front.get("/docs?from=here").headers["location"] == "/docs/?from=here"


@pytest.mark.parametrize("broken", ["stopped", "failing", "unknown"])
def test_without_the_api_and_the_page_it_says_to_come_back(front: Front, broken: str) -> None:
    if broken == "stopped":
        front.origin.stop()
    elif broken == "failing":
        front.origin.status = 500
    else:
        front.names.address = None

    answer = front.get("/never-seen")

    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "5"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers.get_list("x-content-type-options") == ["nosniff"]
    assert "Back in a moment" in answer.text


def test_the_log_has_a_line_of_json_for_a_request_without_its_query(front: Front) -> None:
    front.get("/page?key=private", headers={"User-Agent": 'quo"te', "Referer": "http://a.test/?key=private"})
    front.get("/__nginx/healthz")

    (line,) = front.log_lines()
    assert line["path"] == "/page"
    assert line["status"] == 404
    assert line["userAgent"] == 'quo"te'
    assert "private" not in json.dumps(line)
