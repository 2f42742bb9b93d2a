"""What a file is, by its name."""

import pytest

from backpack_api.domain.content_types import accepts_gzip, is_compressible, media_type


@pytest.mark.parametrize(
    ("path", "media"),
    [
        ("index.html", "text/html"),
        ("a/b.JS", "text/javascript"),
        ("x.mjs", "text/javascript"),
        ("x.css", "text/css"),
        ("x.json", "application/json"),
        ("x.js.map", "application/json"),
        ("x.webmanifest", "application/manifest+json"),
        ("x.wasm", "application/wasm"),
        ("x.svg", "image/svg+xml"),
        ("x.avif", "image/avif"),
        ("x.webp", "image/webp"),
        ("x.png", "image/png"),
        ("favicon.ico", "image/x-icon"),
        ("x.woff2", "font/woff2"),
        ("x.mp4", "video/mp4"),
        ("x.pdf", "application/pdf"),
        ("x.txt", "text/plain"),
        ("x.md", "text/markdown"),
        ("x.tar.gz", "application/octet-stream"),
        ("x.unknown", "application/octet-stream"),
        ("LICENSE", "application/octet-stream"),
        ("a.html/LICENSE", "application/octet-stream"),
    ],
)
def test_a_name_tells_the_type(path: str, media: str) -> None:
    assert media_type(path) == media


@pytest.mark.parametrize(
    ("media", "worth_it"),
    [
        ("text/html", True),
        ("text/javascript", True),
        ("image/svg+xml", True),
        ("application/geo+json", True),
        ("application/wasm", True),
        ("image/png", False),
        ("font/woff2", False),
        ("video/mp4", False),
        ("application/octet-stream", False),
        ("application/zip", False),
    ],
)
def test_only_what_is_not_packed_already_is_compressed(media: str, worth_it: bool) -> None:
    assert is_compressible(media) is worth_it


@pytest.mark.parametrize(
    ("header", "accepted"),
    [
        (None, False),
        ("", False),
        ("gzip", True),
        ("deflate, GZIP;q=0.5, br", True),
        ("gzip; q=1.0", True),
        ("gzip;q=0", False),
        ("gzip; q=0.000", False),
        ("*", True),
        ("*;q=0", False),
        ("gzip;q=0, *", False),
        ("identity", False),
        ("identity;q=1, *;q=0", False),
        ("br", False),
    ],
)
def test_gzip_is_sent_to_who_takes_it(header: str | None, accepted: bool) -> None:
    assert accepts_gzip(header) is accepted
