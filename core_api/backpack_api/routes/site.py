"""`GET /site/{path}`: what nginx caches and serves on the site's host. While there
is no release it is a landing page, in the place of the site's `index.html`."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from backpack_api.domain.landing_page import LandingPage
from backpack_api.problems import NotFound
from backpack_api.routes.requests import runtime_of


async def site(request: Request) -> Response:
    path = str(request.path_params["path"])
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


routes = [Route("/site/{path:path}", site, methods=["GET"])]
