"""`GET /admin/export` and `POST /admin/import`: the whole backpack as one archive."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from backpack_api.problems import InvalidValue, MalformedRequest
from backpack_api.responses import JsonResponse
from backpack_api.routes.admin.requests import administrator_of
from backpack_api.routes.requests import runtime_of
from backpack_api.runtime import Runtime


async def export_backpack(request: Request) -> Response:
    runtime = runtime_of(request)
    archive = _export(runtime, administrator_of(request).name)
    # Before the answer begins: a store that is away is a 503 then.
    first = await anext(archive)
    return StreamingResponse(
        _all(first, archive),
        media_type="application/zip",
        headers={
            "Content-Disposition": f'attachment; filename="{runtime.configuration.name}.backpack.zip"',
            "Cache-Control": "no-store",
        },
    )


async def import_backpack(request: Request) -> Response:
    runtime, by = runtime_of(request), administrator_of(request).name
    replace = _replace(request.query_params.get("replace", "false"))
    async with runtime.admin.audit.change(by, "import", {"replace": replace}):
        outcome = await runtime.imports.run(_upload(request), by, replace=replace)
    return JsonResponse(outcome)


routes = [
    Route("/admin/export", export_backpack, methods=["GET"]),
    Route("/admin/import", import_backpack, methods=["POST"]),
]


async def _export(runtime: Runtime, by: str) -> AsyncGenerator[bytes, None]:
    # It changes nothing; but who took everything with him is worth knowing.
    async with runtime.admin.audit.change(by, "export", {}), aclosing(runtime.exports.stream()) as archive:
        async for piece in archive:
            yield piece


async def _all(first: bytes, rest: AsyncGenerator[bytes, None]) -> AsyncGenerator[bytes, None]:
    async with aclosing(rest):
        yield first
        async for piece in rest:
            yield piece


async def _upload(request: Request) -> AsyncIterator[bytes]:
    try:
        async for chunk in request.stream():
            yield chunk
    except ClientDisconnect as error:
        raise MalformedRequest("The archive ended early. Nothing has changed; send it again.") from error


def _replace(text: str) -> bool:
    if text not in ("true", "false"):
        raise InvalidValue.at("replace", "must be `true` or `false`")
    return text == "true"
