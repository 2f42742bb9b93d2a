"""`/healthz`: the process lives. `/readyz`: it can serve, and why not."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from backpack_api.responses import JsonResponse
from backpack_api.routes.requests import runtime_of


async def healthz(_: Request) -> Response:
    return JsonResponse({"status": "ok"}, headers={"Cache-Control": "no-store"})


async def readyz(request: Request) -> Response:
    health = runtime_of(request).health
    stores = await health.states()
    ready = not health.draining and all(state == "ok" for state in stores.values())
    status = "ok" if ready else ("draining" if health.draining else "away")
    headers = {"Cache-Control": "no-store"} | ({} if ready else {"Retry-After": "2"})
    return JsonResponse(
        {"status": status, "stores": stores}, status_code=200 if ready else 503, headers=headers
    )


routes = [Route("/healthz", healthz), Route("/readyz", readyz)]
