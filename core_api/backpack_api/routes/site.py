"""`GET /site/{path}`: the active release, which nginx caches and serves on the site's
host. While there is no release it is a landing page, in the place of `index.html`."""

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from backpack_api.domain.content_types import accepts_gzip
from backpack_api.domain.landing_page import LandingPage
from backpack_api.domain.preconditions import matches
from backpack_api.domain.ranges import wanted_range
from backpack_api.domain.site_paths import REVALIDATED, Moved, cache_control
from backpack_api.problems import NotFound
from backpack_api.routes.requests import runtime_of
from backpack_api.services.sites import READ_BYTES, Found


async def site(request: Request) -> Response:
    path = str(request.path_params["path"])
    answer = await runtime_of(request).sites.find(path)
    if answer is None:
        return _landing_page(request, path)
    if isinstance(answer, Moved):
        return _moved(request)
    return await _file(request, answer)


routes = [Route("/site/{path:path}", site, methods=["GET"])]


async def _file(request: Request, found: Found) -> Response:
    file, status = found.file, found.located.status
    asks_range = "range" in request.headers and status == 200
    # A part is one of the plain content: a part of a compressed one can't be read.
    packed = file.gzip if not asks_range and accepts_gzip(request.headers.get("accept-encoding")) else None
    span = packed or file.content
    headers = {"Content-Type": file.media_type, "Cache-Control": REVALIDATED}
    if packed:
        headers["Content-Encoding"] = "gzip"
    if file.gzip:
        headers["Vary"] = "Accept-Encoding"
    if status == 200:
        tag = f"{file.sha256[:32]}{'-gz' if packed else ''}"
        headers |= {
            "ETag": f'"{tag}"',
            "Cache-Control": cache_control(found.located.path),
            "Accept-Ranges": "bytes",
        }
        if matches(", ".join(request.headers.getlist("if-none-match")), tag, weak=True):
            return Response(status_code=304, headers=headers)
    at, size = span.at, span.size
    if asks_range:
        wanted = wanted_range(
            request.headers["range"], request.headers.get("if-range"), size=size, etag=headers["ETag"]
        )
        if wanted is not None:
            status = 206
            headers["Content-Range"] = wanted.content_range(size)
            at, size = at + wanted.first, wanted.length
    headers["Content-Length"] = str(size)
    sites = runtime_of(request).sites
    if request.method == "HEAD":
        return Response(status_code=status, headers=headers)
    if size <= READ_BYTES:
        return Response(await sites.read(found.release, at, size), status_code=status, headers=headers)
    return StreamingResponse(sites.stream(found.release, at, size), status_code=status, headers=headers)


def _moved(request: Request) -> Response:
    """To the folder's own path, where relative links lead to what is beside them. Not for
    good: the next release may have a file there."""
    # As it was sent: decoded, it could be no path any more.
    raw = request.scope["raw_path"].decode("ascii", "replace").partition("?")[0]
    query = f"?{request.url.query}" if request.url.query else ""
    return Response(
        status_code=307, headers={"Location": f"/{raw.lstrip('/')}/{query}", "Cache-Control": REVALIDATED}
    )


def _landing_page(request: Request, path: str) -> Response:
    # As a single-page application is served: a path that names no file is a place
    # within the application.
    if "." in path.rpartition("/")[2]:
        raise NotFound("There is no such file on this site.")
    configuration = runtime_of(request).configuration
    page = LandingPage.of(configuration.name, configuration.api_origin)
    headers = {"ETag": page.etag, **page.headers}
    if page.etag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(page.html, media_type="text/html", headers=headers)
