"""`/openapi.json`, and `/docs`, where it can be tried. The interface comes with this
program: a page of ours loads nothing from elsewhere."""

import asyncio
import html
from importlib import resources

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from backpack_api.problems import NotFound
from backpack_api.routes.requests import runtime_of
from backpack_contract.version import VERSION

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{name} · API</title>
<link rel="icon" href="/docs/favicon.png{suffix}">
<link rel="stylesheet" href="/docs/swagger-ui.css{suffix}">
</head>
<body>
<div id="docs"></div>
<script src="/docs/swagger-ui-bundle.js{suffix}"></script>
<script src="/docs/docs.js{suffix}"></script>
</body>
</html>
"""

# The package is there for its files, a release of Swagger UI. It is found when it is needed:
# most processes never serve them.
_VENDORED = "fastapi_offline", "static"
_OWN = "backpack_api", "assets"
_FILES = {
    "swagger-ui.css": (_VENDORED, "text/css"),
    "swagger-ui-bundle.js": (_VENDORED, "text/javascript"),
    "favicon.png": (_VENDORED, "image/png"),
    "docs.js": (_OWN, "text/javascript"),
}


async def openapi(request: Request) -> Response:
    text, etag = await runtime_of(request).description.document()
    headers = {"ETag": etag, "Cache-Control": "no-cache"}
    if etag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(text, media_type="application/json", headers=headers)


async def docs(request: Request) -> Response:
    # Where a key is required, whoever reads this page has one, and its files need it too.
    query = request.url.query
    page = _PAGE.format(
        name=html.escape(runtime_of(request).configuration.name),
        suffix=html.escape(f"?{query}") if query else "",
    )
    headers = {
        "Content-Security-Policy": POLICY,
        "Cache-Control": "no-cache",
        "Referrer-Policy": "no-referrer",
    }
    return Response(page, media_type="text/html", headers=headers)


async def docs_file(request: Request) -> Response:
    name = str(request.path_params["name"])
    if name not in _FILES:
        raise NotFound("There is no such file of the documentation.")
    etag = f'"{VERSION}-{name}"'
    headers = {"ETag": etag, "Cache-Control": "public, max-age=3600"}
    if etag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    content = await asyncio.to_thread(_content, name)
    return Response(content, media_type=_FILES[name][1], headers=headers)


def _content(name: str) -> bytes:
    (package, folder), _ = _FILES[name]
    return (resources.files(package) / folder / name).read_bytes()


routes = [
    Route("/openapi.json", openapi, methods=["GET"]),
    Route("/docs", docs, methods=["GET"]),
    Route("/docs/{name}", docs_file, methods=["GET"]),
]
