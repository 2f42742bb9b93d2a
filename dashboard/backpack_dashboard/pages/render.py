"""The template engine: whole pages, and the fragments that replace a part of one."""

import functools
import hashlib
from pathlib import Path
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import HTTPConnection, Request
from starlette.responses import HTMLResponse

from backpack_dashboard.domain import collections, documents
from backpack_dashboard.pages import texts
from backpack_dashboard.pages.tabs import TABS
from backpack_dashboard.runtime import Runtime
from backpack_dashboard.services.sessions import Visitor

PACKAGE = Path(__file__).parents[1]
_OF_ADDRESSES = "/:?#[]@!$&'()*+,;=%"
STATIC = PACKAGE / "static"
TEMPLATES = PACKAGE / "templates"


@functools.cache
def asset(name: str) -> str:
    """The URL of a static file, with a digest of its content: it may be kept for ever."""
    content = (STATIC / name).read_bytes()
    return f"/static/{name}?v={hashlib.sha256(content).hexdigest()[:16]}"


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.globals |= {"asset": asset, "tabs": TABS, "documents": documents, "vocabulary": collections}
    environment.filters |= texts.FILTERS
    return environment


_TEMPLATES = _environment()


def html(template: str, **context: Any) -> str:
    """A template as text: what sockets send."""
    return _TEMPLATES.get_template(template).render(**context)


def page(
    request: HTTPConnection,
    template: str,
    visitor: Visitor | None = None,
    *,
    status: int = 200,
    headers: dict[str, str] | None = None,
    **context: Any,
) -> HTMLResponse:
    """A page, or a fragment; every template finds `path`, `visitor` and `fresh`: whether what
    is shown follows the cluster."""
    runtime: Runtime = request.app.state.runtime
    shown: dict[str, Any] = {
        "path": request.url.path,
        "visitor": visitor,
        "fresh": runtime.cluster.fresh,
        "errors": {},
    }
    text = html(template, **{**shown, **context})
    return HTMLResponse(text, status_code=status, headers=headers)


def go(request: Request, path: str) -> HTMLResponse:
    """Send the browser to another page: htmx by its header, others by a redirect."""
    # A header holds no `€`; what is written as an address already stays as it is.
    path = quote(path, safe=_OF_ADDRESSES, errors="replace")
    if "hx-request" in request.headers:
        return HTMLResponse("", headers={"HX-Redirect": path})
    return HTMLResponse("", status_code=303, headers={"Location": path})
