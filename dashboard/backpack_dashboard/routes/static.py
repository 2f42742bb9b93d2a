"""Our own files and the vendored ones: everything that a page loads."""

import gzip
from functools import lru_cache
from pathlib import Path

from fastapi import APIRouter, Request
from starlette.responses import FileResponse, Response
from starlette.staticfiles import StaticFiles

from backpack_dashboard.pages.render import STATIC

router = APIRouter()
_FILES = StaticFiles(directory=STATIC)
FOR_EVER = "public, max-age=31536000, immutable"
_TEXT = frozenset({".css", ".js", ".svg"})


@router.get("/static/{path:path}")
async def static(path: str, request: Request) -> Response:
    """With the digest in its URL a file never changes."""
    answer = await _FILES.get_response(path, request.scope)
    if isinstance(answer, FileResponse) and Path(path).suffix in _TEXT:
        answer = _smaller(answer, request)
    answer.headers["Cache-Control"] = FOR_EVER if "v" in request.query_params else "no-cache"
    return answer


@router.get("/favicon.ico")
async def favicon(request: Request) -> Response:
    return await static("icon.svg", request)


def _smaller(answer: FileResponse, request: Request) -> Response:
    """Compressed, where the browser takes that. Pages are not: they hold secrets beside what others write."""
    answer.headers["Vary"] = "Accept-Encoding"
    taken = request.headers.get("accept-encoding", "").split(",")
    if "gzip" not in [one.partition(";")[0].strip() for one in taken] or "range" in request.headers:
        return answer
    etag = answer.headers["etag"]
    headers = {"ETag": f"W/{etag}", "Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
    return Response(_compressed(str(answer.path), etag), headers=headers, media_type=answer.media_type)


@lru_cache(maxsize=64)
def _compressed(path: str, etag: str) -> bytes:  # noqa: ARG001  of another version, when that differs
    return gzip.compress(Path(path).read_bytes(), mtime=0)
