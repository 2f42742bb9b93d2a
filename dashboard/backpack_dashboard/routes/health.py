"""For the cluster's probes."""

from fastapi import APIRouter
from starlette.responses import JSONResponse

from backpack_dashboard.routes.dependencies import Parts

router = APIRouter()


@router.get("/healthz")
async def healthz(parts: Parts) -> JSONResponse:
    if parts.health.alive:
        return JSONResponse({"status": "ok"})
    return JSONResponse({"status": "failing", "detail": "a watch has ended"}, 503)


@router.get("/readyz")
async def readyz(parts: Parts) -> JSONResponse:
    trouble = await parts.health.trouble()
    if trouble is None:
        return JSONResponse({"status": "ok"})
    return JSONResponse({"status": "failing", "detail": trouble}, 503)
