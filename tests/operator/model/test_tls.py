"""How browsers reach a backpack, of what its spec and the operator's settings say."""

from collections.abc import Callable
from typing import Any

import pytest

from backpack_operator.model.backpack import Backpack
from backpack_operator.settings import Settings
from backpack_operator.specs.addresses import admin_url, backpack_hosts
from backpack_operator.specs.config_map import configuration
from backpack_operator.specs.ingress_routes import ingress_routes

Make = Callable[..., Backpack]

BOTH_NAMES = [{"main": "todo.example.com", "sans": ["todo-api.example.com"]}]

CASES: list[tuple[dict[str, Any], dict[str, Any], str, Any]] = [
    # The operator's settings and spec.tls; the site's URL and the `tls` of the routes.
    ({}, {}, "https://todo.example.com:8443", None),
    ({"tls_mode": "Disabled"}, {}, "http://todo.example.com:8080", None),
    (
        {"tls_mode": "Resolver", "tls_resolver": "acme"},
        {},
        "https://todo.example.com:8443",
        {"certResolver": "acme", "domains": BOTH_NAMES},
    ),
    (
        {"tls_resolver": "acme"},
        {"mode": "Resolver", "resolver": "own"},
        "https://todo.example.com:8443",
        {"certResolver": "own", "domains": BOTH_NAMES},
    ),
    ({"tls_mode": "Resolver"}, {}, "https://todo.example.com:8443", {}),
    (
        {"tls_mode": "Disabled"},
        {"mode": "Secret", "secretName": "todo-tls"},
        "https://todo.example.com:8443",
        {"secretName": "todo-tls"},
    ),
    ({}, {"mode": "Disabled"}, "http://todo.example.com:8080", None),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_mode_decides_about_urls_cookies_entry_points_and_certificates(
    make_backpack: Make, settings: Settings, case: Any
) -> None:
    default, asked, url, tls = case
    ports = {"public_https_port": 8443, "public_http_port": 8080}
    settings = settings.model_copy(update={**ports, **default})
    backpack = make_backpack(tls=asked)
    secure = url.startswith("https")
    assert backpack_hosts(backpack, settings).site_origin == url
    content = configuration(backpack, settings, [])
    assert (content.site_origin, content.secure_cookies) == (url, secure)
    routes = {body["metadata"]["name"]: body for body in ingress_routes(backpack, settings)}
    for part in ("site", "api"):
        spec = routes[f"todo-{part}"]["spec"]
        assert spec["entryPoints"] == ["websecure" if secure else "web"]
        assert spec.get("tls") == tls


def test_a_redirect_goes_to_the_port_that_browsers_use(make_backpack: Make, settings: Settings) -> None:
    settings = settings.model_copy(update={"public_https_port": 8443})
    (middleware, *_, redirect) = ingress_routes(make_backpack(), settings)
    assert middleware["spec"]["redirectScheme"] == {"scheme": "https", "permanent": True, "port": "8443"}
    assert redirect["spec"]["entryPoints"] == ["web"]
    assert "tls" not in redirect["spec"]


def test_the_admin_listener_is_behind_its_service(make_backpack: Make, settings: Settings) -> None:
    assert admin_url(make_backpack(), settings) == "http://todo-api.apps.svc.cluster.local:9000"
    elsewhere = settings.model_copy(update={"api_admin_url": "http://127.0.0.1:1234"})
    assert admin_url(make_backpack(), elsewhere) == "http://127.0.0.1:1234"
