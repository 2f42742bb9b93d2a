"""`POST /admin/site/releases`: a site's ZIP becomes its active release."""

import asyncio
from collections.abc import AsyncIterator

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from backpack_api.problems import InvalidValue, MalformedRequest
from backpack_api.responses import JsonResponse
from backpack_api.routes.admin.requests import administrator_of
from backpack_api.routes.requests import runtime_of


async def create_release(request: Request) -> Response:
    runtime, by = runtime_of(request), administrator_of(request).name
    activate = _activate(request.query_params.get("activate", "true"))
    length = request.headers.get("content-length", "")
    if length.isdecimal():
        runtime.sites.limits.check_archive(int(length))
    async with runtime.admin.audit.change(by, "site.upload", {}) as change:
        upload = _upload(request, runtime.settings.upload_idle_seconds)
        release = await runtime.sites.create_release(upload, by, activate=activate)
        change.target["releaseId"] = release["id"]
    return JsonResponse(release, status_code=201)


routes = [Route("/admin/site/releases", create_release, methods=["POST"])]


async def _upload(request: Request, idle_seconds: float) -> AsyncIterator[bytes]:
    stream = aiter(request.stream())
    try:
        while True:
            async with asyncio.timeout(idle_seconds):
                chunk = await anext(stream, None)
            if chunk is None:
                return
            yield chunk
    except ClientDisconnect as error:
        raise MalformedRequest("The upload ended early. Nothing has changed; send it again.") from error
    except TimeoutError:
        raise MalformedRequest(
            f"No more of the ZIP came for {idle_seconds:g} s. Nothing has changed; send it again.",
            headers={"Connection": "close"},
        ) from None


def _activate(text: str) -> bool:
    if text not in ("true", "false"):
        raise InvalidValue.at("activate", "must be `true` or `false`")
    return text == "true"
