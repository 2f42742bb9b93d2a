"""Origins as they are compared."""

import pytest

from backpack_api.domain.origins import canonical_origin


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("https://app.example.com", "https://app.example.com"),
        ("HTTPS://App.Example.com/", "https://app.example.com"),
        ("https://app.example.com:443", "https://app.example.com"),
        ("http://app.example.com:80", "http://app.example.com"),
        ("http://app.example.com:443", "http://app.example.com:443"),
        ("http://localhost:5173", "http://localhost:5173"),
        ("http://[::1]:5173", "http://[::1]:5173"),
        ("*", None),
        ("null", None),
        ("", None),
        ("app.example.com", None),
        ("https://*.example.com", None),
        ("https://app.example.com/path", None),
        ("https://ada@app.example.com", None),
        ("ftp://app.example.com", None),
        ("https://app.example.com https://b.example.com", None),
    ],
)
def test_an_origin_is_scheme_host_and_port(written: str, canonical: str | None) -> None:
    assert canonical_origin(written) == canonical
