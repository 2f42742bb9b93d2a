"""Our own files and the vendored ones: everything that a page loads."""

from fastapi import APIRouter, Request
from starlette.responses import Response
from starlette.staticfiles import StaticFiles

from backpack_dashboard.pages.render import STATIC

router = APIRouter()
_FILES = StaticFiles(directory=STATIC)
FOR_EVER = "public, max-age=31536000, immutable"


@router.get("/static/{path:path}")
async def static(path: str, request: Request) -> Response:
    """With the digest in its URL a file never changes."""
    answer = await _FILES.get_response(path, request.scope)
    answer.headers["Cache-Control"] = FOR_EVER if "v" in request.query_params else "no-cache"
    return answer


@router.get("/favicon.ico")
async def favicon(request: Request) -> Response:
    return await static("icon.svg", request)
