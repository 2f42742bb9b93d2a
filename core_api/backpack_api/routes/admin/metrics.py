"""`GET /metrics`, for Prometheus."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from backpack_api.routes.requests import runtime_of


async def metrics(request: Request) -> Response:
    text, content_type = runtime_of(request).metrics.text(request.headers.get("accept", ""))
    return Response(text, headers={"Content-Type": content_type, "Cache-Control": "no-store"})


routes = [Route("/metrics", metrics, methods=["GET"])]
