"""What holds for every call: problems, request ids, origins, the listeners."""

import socket

import httpx
import pytest

from support.core_api import API_ORIGIN, COOKIE, SITE_ORIGIN, CoreApi, Person, assert_problem

pytestmark = pytest.mark.timeout(60)

EVIL = "http://evil.backpack.localhost:8080"


@pytest.mark.parametrize(
    "path",
    ["/", "/nope", "/db", "/db/", "/auth", "/auth/login/", "/docs/", "/openapi", "/admin", "/metrics"],
)
def test_an_unknown_path_is_a_404_problem(anyone: httpx.Client, path: str) -> None:
    assert_problem(anyone.get(path), 404)


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", "/db/tasks", "GET, HEAD, POST"),
        ("POST", "/db/tasks/x", "DELETE, GET, HEAD, PATCH, PUT"),
        ("PUT", "/auth/me", "DELETE, GET, HEAD, PATCH"),
        ("GET", "/auth/login", "POST"),
        ("POST", "/site/", "GET, HEAD"),
        ("TRACE", "/healthz", "GET, HEAD"),
    ],
)
def test_an_unserved_method_is_a_405_problem(
    anyone: httpx.Client, method: str, path: str, allowed: str
) -> None:
    answer = anyone.request(method, path)
    assert_problem(answer, 405)
    assert answer.headers["allow"] == allowed


def test_a_request_id_is_taken_or_made(anyone: httpx.Client) -> None:
    assert anyone.get("/healthz", headers={"X-Request-Id": "mine-1"}).headers["x-request-id"] == "mine-1"
    made = anyone.get("/nope").headers["x-request-id"]
    assert made
    assert made != anyone.get("/nope").headers["x-request-id"]
    for bad in ("", "a b", "a\tb", "x" * 129, "<script>"):
        assert anyone.get("/nope", headers={"X-Request-Id": bad}).headers["x-request-id"] != bad


def test_a_cookie_needs_an_origin_of_the_backpack_to_change_something(api: CoreApi, ada: Person) -> None:
    cookie = {"Cookie": f"{COOKIE}={ada.token}"}
    url = f"{api.public}/auth/me"
    body = {"profile": {"a": 1}}
    assert httpx.get(url, headers=cookie).status_code == 200
    assert_problem(httpx.patch(url, json=body, headers=cookie), 403)
    for origin in (EVIL, "null", f"{SITE_ORIGIN}.evil.example", SITE_ORIGIN.replace("http:", "https:"), ""):
        assert_problem(httpx.patch(url, json=body, headers={**cookie, "Origin": origin}), 403)
    for origin in (SITE_ORIGIN, API_ORIGIN):
        assert httpx.patch(url, json=body, headers={**cookie, "Origin": origin}).status_code == 200


@pytest.mark.parametrize("spelling", ["{} ={}", "{}\t={}", "a=b;{}={}", '{}="{}"', "{}=x; {}={}"])
def test_however_the_cookie_is_spelled_it_needs_an_origin(api: CoreApi, ada: Person, spelling: str) -> None:
    names = [COOKIE] * (spelling.count("{}") - 1)
    headers = {"Cookie": spelling.format(*names, ada.token)}
    answer = httpx.patch(f"{api.public}/auth/me", json={"profile": {"a": 1}}, headers=headers)
    assert_problem(answer, 403)


def test_two_origins_are_none_that_is_allowed(api: CoreApi, ada: Person) -> None:
    headers = [("Cookie", f"{COOKIE}={ada.token}"), ("Origin", SITE_ORIGIN), ("Origin", EVIL)]
    assert_problem(httpx.patch(f"{api.public}/auth/me", json={"profile": {}}, headers=headers), 403)


def test_a_foreign_origin_is_refused_without_a_cookie_too(anyone: httpx.Client, ada: Person) -> None:
    login = {"email": ada.email, "password": ada.password}
    refused = anyone.post("/auth/login", json=login, headers={"Origin": EVIL})
    assert_problem(refused, 403)
    assert "set-cookie" not in refused.headers
    assert_problem(ada.client.patch("/auth/me", json={"profile": {}}, headers={"Origin": EVIL}), 403)


def test_the_site_may_call_with_credentials(anyone: httpx.Client) -> None:
    for path in ("/healthz", "/nope", "/auth/me"):
        answer = anyone.get(path, headers={"Origin": SITE_ORIGIN})
        assert answer.headers["access-control-allow-origin"] == SITE_ORIGIN
        assert answer.headers["access-control-allow-credentials"] == "true"
        assert {"ETag", "Retry-After", "Content-Range", "X-Request-Id", "Date"} == {
            name.strip() for name in answer.headers["access-control-expose-headers"].split(",")
        }
        assert "Origin" in answer.headers["vary"]


def test_other_origins_get_no_cors_headers(anyone: httpx.Client) -> None:
    for headers in ({"Origin": EVIL}, {}):
        answer = anyone.get("/healthz", headers=headers)
        assert answer.status_code == 200
        assert "access-control-allow-origin" not in answer.headers
        assert answer.headers["vary"] == "Origin"


def test_preflights_are_answered_for_the_site_only(anyone: httpx.Client) -> None:
    asked = {
        "Access-Control-Request-Method": "PATCH",
        "Access-Control-Request-Headers": "content-type,if-match",
    }
    answer = anyone.options("/db/tasks/x", headers={"Origin": SITE_ORIGIN, **asked})
    assert answer.status_code == 204
    assert "PATCH" in answer.headers["access-control-allow-methods"]
    allowed = answer.headers["access-control-allow-headers"].lower()
    assert {"content-type", "if-match", "authorization"} <= {name.strip() for name in allowed.split(",")}
    refused = anyone.options("/db/tasks/x", headers={"Origin": EVIL, **asked})
    assert_problem(refused, 403)
    assert "access-control-allow-methods" not in refused.headers


def test_nothing_of_the_admin_listener_answers_without_a_token(api: CoreApi) -> None:
    assert httpx.get(f"{api.admin}/healthz").json() == {"status": "ok"}
    for method, path in (
        ("GET", "/admin"),
        ("POST", "/admin/site/releases"),
        ("GET", "/x"),
        ("GET", "/auth/me"),
        ("PROPFIND", "/admin"),
        ("POST", "/healthz"),
        ("PROPFIND", "/healthz"),
        ("POST", "/metrics"),
        ("GET", "/a%0ab"),
    ):
        assert_problem(httpx.request(method, f"{api.admin}{path}"), 401)


def test_health_names_each_store(anyone: httpx.Client) -> None:
    assert anyone.get("/healthz").json() == {"status": "ok"}
    ready = anyone.get("/readyz")
    assert ready.status_code == 200
    assert ready.json() == {"status": "ok", "stores": {"database": "ok", "cache": "ok"}}


@pytest.mark.parametrize(
    "request_",
    [
        b"NONSENSE\r\n\r\n",
        b"GET /a b HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nHost: x\r\nX: a\0b\r\n\r\n",
        b"POST /auth/login HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
    ],
)
def test_what_is_not_http_is_a_400_problem_too(api: CoreApi, request_: bytes) -> None:
    for base in (api.public, api.admin):
        host, _, port = base.removeprefix("http://").partition(":")
        with socket.create_connection((host, int(port)), timeout=10) as connection:
            connection.sendall(request_)
            text = b"".join(iter(lambda: connection.recv(65536), b""))
        head, _, body = text.partition(b"\r\n\r\n")
        status, *lines = head.decode().split("\r\n")
        headers = dict(line.split(": ", 1) for line in lines)
        assert status == "HTTP/1.1 400 Bad Request"
        assert headers["x-request-id"]
        assert_problem(httpx.Response(400, headers=headers, content=body), 400)


@pytest.mark.parametrize("path", ["/auth/me", "/auth/sessions", "/collections"])
def test_what_can_be_got_has_a_head(ada: Person, anyone: httpx.Client, path: str) -> None:
    answer = ada.client.head(path)
    assert answer.status_code == 200
    assert answer.content == b""
    assert anyone.head(path).status_code == 401


def test_a_body_that_is_cut_off_changes_nothing(api: CoreApi, ada: Person) -> None:
    tasks = ada.make_collection()
    host, _, port = api.public.removeprefix("http://").partition(":")
    head = (
        f"POST {tasks} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {ada.token}\r\n"
        "Content-Length: 100\r\n\r\n"
    )
    with socket.create_connection((host, int(port))) as connection:
        connection.sendall(head.encode() + b'{"a": 1}')
    assert ada.client.get(tasks).json()["items"] == []
    assert ada.client.get("/healthz").status_code == 200


@pytest.mark.parametrize("path", ["/site/", "/site/settings/profile", "/site/index"])
def test_the_site_is_a_landing_page_while_there_is_no_release(anyone: httpx.Client, path: str) -> None:
    page = anyone.get(path)
    assert page.status_code == 200
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "<h1>todo</h1>" in page.text
    assert API_ORIGIN in page.text
    # Plain text: there is nothing at the root of the API that a link could show.
    assert "href" not in page.text.replace('<link rel="icon" href="data:,">', "")
    assert page.headers["cache-control"] == "no-cache"
    policy = page.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy
    assert page.headers["x-content-type-options"] == "nosniff"
    assert anyone.head(path).headers["etag"] == page.headers["etag"]
    again = anyone.get(path, headers={"If-None-Match": page.headers["etag"]})
    assert again.status_code == 304
    assert again.content == b""


@pytest.mark.parametrize("path", ["/site/app.js", "/site/a/b.css", "/site/..%2f..%2fetc/passwd.txt"])
def test_a_file_of_the_site_is_404_while_there_is_no_release(anyone: httpx.Client, path: str) -> None:
    assert_problem(anyone.get(path), 404)
