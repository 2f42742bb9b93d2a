"""`/__backpack/…` of the site's host: what its pages need to use the API."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from backpack_api.domain.content_types import accepts_gzip
from backpack_api.domain.preconditions import matches
from backpack_api.domain.site_paths import REVALIDATED
from backpack_api.problems import NotFound
from backpack_api.routes.requests import runtime_of
from backpack_api.services import browser_client
from backpack_api.services.browser_client import Asset


async def init(request: Request) -> Response:
    runtime = runtime_of(request)
    return _answer(request, browser_client.init(runtime.configuration, runtime.settings))


async def module(request: Request) -> Response:
    return _answer(request, browser_client.script(module=True))


async def classic_script(request: Request) -> Response:
    return _answer(request, browser_client.script(module=False))


async def nothing(_: Request) -> Response:
    raise NotFound("There is no such file below `/__backpack/`.")


routes = [
    Route("/site/__backpack/init.json", init, methods=["GET"]),
    Route("/site/__backpack/sdk.js", module, methods=["GET"]),
    Route("/site/__backpack/sdk.classic.js", classic_script, methods=["GET"]),
    Route("/site/__backpack/{path:path}", nothing, methods=["GET"]),
]


def _answer(request: Request, asset: Asset) -> Response:
    packed = asset.compressed if accepts_gzip(request.headers.get("accept-encoding")) else None
    tag = f"{asset.tag}{'-gz' if packed else ''}"
    headers = {"Content-Type": asset.media_type, "Cache-Control": REVALIDATED, "ETag": f'"{tag}"'}
    if asset.compressed:
        headers["Vary"] = "Accept-Encoding"
    if packed:
        headers["Content-Encoding"] = "gzip"
    if matches(", ".join(request.headers.getlist("if-none-match")), tag, weak=True):
        return Response(status_code=304, headers=headers)
    return Response(packed or asset.content, headers=headers)
