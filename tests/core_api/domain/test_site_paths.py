"""Which file answers a path, and how long it may be kept."""

import pytest

from backpack_api.domain.site_paths import IMMUTABLE, REVALIDATED, Located, Moved, cache_control, locate

FILES = frozenset(
    {
        "index.html",
        "404.html",
        "app.js",
        "docs/index.html",
        "docs/a.html",
        "v1.2/index.html",
        "été.html",
        "about",
    }
)
INDEX = Located("index.html", stands_in=True)
MISSING = Located("404.html", 404, stands_in=True)


@pytest.mark.parametrize(
    ("path", "in_spa", "in_site"),
    [
        ("", Located("index.html"), Located("index.html")),
        ("index.html", Located("index.html"), Located("index.html")),
        ("app.js", Located("app.js"), Located("app.js")),
        ("about", Located("about"), Located("about")),
        ("docs/", Located("docs/index.html"), Located("docs/index.html")),
        ("docs", Moved("docs/"), Moved("docs/")),
        ("v1.2", Moved("v1.2/"), Moved("v1.2/")),
        ("e\u0301te\u0301.html", Located("été.html"), Located("été.html")),
        ("tasks/7", INDEX, MISSING),
        ("tasks/7/", INDEX, MISSING),
        ("v1.2/tasks", INDEX, MISSING),
        ("about/", INDEX, MISSING),
        ("gone.js", MISSING, MISSING),
        ("gone.js/", MISSING, MISSING),
        ("APP.JS", MISSING, MISSING),
        ("docs/gone.html", MISSING, MISSING),
        (".git/config", MISSING, MISSING),
        ("docs/.git/HEAD", MISSING, MISSING),
        ("../etc/passwd", MISSING, MISSING),
    ],
)
def test_a_path_is_answered_by(path: str, in_spa: Located | Moved, in_site: Located | Moved) -> None:
    assert locate(path, FILES, spa=True) == in_spa
    assert locate(path, FILES, spa=False) == in_site


def test_without_a_page_for_it_nothing_answers_what_is_missing() -> None:
    assert locate("gone.js", FILES - {"404.html"}, spa=True) is None
    assert locate("tasks/7", FILES - {"404.html"}, spa=False) is None


@pytest.mark.parametrize(
    "path",
    [
        "app.3f9ab2c1.js",
        "static/js/main.3f9ab2c1.chunk.js",
        "static/media/logo.6ce24c58023cc2f8fd88fe9d219db6c6.svg",
        "css/style-3f9ab2c1.min.css",
        "assets/index-BcD3fG7h.js",
        "assets/index-B-D3fG_h.css",
        "assets/logo-BcD3fG7h.png",
        "main-5QMHV4KB.js",
        "0123456789abcdef0123.woff2",
        "_app/immutable/entry/start.js",
        "_next/static/chunks/main.js",
        "_astro/hoisted.js",
    ],
)
def test_a_name_with_a_hash_may_be_kept(path: str) -> None:
    assert cache_control(path) == IMMUTABLE


@pytest.mark.parametrize(
    "path",
    [
        "index.html",
        "index.3f9ab2c1.html",
        "manifest.3f9ab2c1.json",
        "app.js",
        "assets/app.js",
        "assets/logo.png",
        "sw.js",
        "jquery-3.7.1.min.js",
        "report-20240131.pdf",
        "photo-DSC00012.jpg",
        "app-DeepLink.js",
        "feedface.js",
        "deadbeef.png",
        "styles-facade.css",
        "3f9ab2c1/app.js",
        "favicon.ico",
    ],
)
def test_a_name_without_one_is_asked_for_each_time(path: str) -> None:
    assert cache_control(path) == REVALIDATED
