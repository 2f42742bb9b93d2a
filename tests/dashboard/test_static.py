"""The files that pages load: small on the way, kept by browsers, and nothing else than them."""

import gzip

import pytest

from backpack_dashboard.pages.render import STATIC
from support.dashboard import Dashboard


@pytest.mark.parametrize("name", ["app.css", "app.js", "vendor/htmx.min.js", "icon.svg"])
def test_text_is_compressed_for_whoever_takes_that(dashboard: Dashboard, name: str) -> None:
    with dashboard.visitor().client as client:
        url, whole = f"/static/{name}?v=1", (STATIC / name).read_bytes()
        with client.stream("GET", url, headers={"Accept-Encoding": "br, gzip;q=0.8"}) as answer:
            sent = b"".join(answer.iter_raw())
        assert answer.headers["content-encoding"] == "gzip"
        assert gzip.decompress(sent) == whole
        assert len(sent) < len(whole)
        plain = client.get(url, headers={"Accept-Encoding": "identity"})
        assert plain.content == whole
        for one in (answer, plain):
            assert one.headers["vary"] == "Accept-Encoding"
            assert "immutable" in one.headers["cache-control"]
            assert one.headers["content-type"] == plain.headers["content-type"]


def test_what_is_known_is_not_sent_again(dashboard: Dashboard) -> None:
    with dashboard.visitor().client as client:
        first = client.get("/static/app.css")
        assert first.headers["cache-control"] == "no-cache"
        again = client.get("/static/app.css", headers={"If-None-Match": first.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")


def test_pages_with_their_secrets_are_not_compressed(dashboard: Dashboard) -> None:
    answer = dashboard.visitor().get("/sign-in")
    assert "content-encoding" not in answer.headers


@pytest.mark.parametrize(
    "path", ["../app.py", "%2e%2e/app.py", "..%2fapp.py", "/etc/passwd", "vendor", "none.js"]
)
def test_nothing_else_is_given(dashboard: Dashboard, path: str) -> None:
    assert dashboard.visitor().get(f"/static/{path}").status_code == 404
