"""`PUT /admin/config`: how a change of the Backpack resource arrives here."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from backpack_api.domain.json_text import parse_json
from backpack_api.responses import JsonResponse
from backpack_api.routes.admin.requests import operator_only
from backpack_api.routes.requests import read_body, runtime_of

MAX_CONFIGURATION_BYTES = 2 * 1024 * 1024
"""More than a resource of Kubernetes can be."""


async def put_configuration(request: Request) -> Response:
    administrator = operator_only(request)
    body = await read_body(request, MAX_CONFIGURATION_BYTES)
    parse_json(body)  # what is not even JSON is another problem than what is no configuration
    admin = runtime_of(request).admin
    async with admin.audit.change(administrator.name, "config.put", {}) as change:
        configuration = await admin.configuration.put(body)
        taken = {"generation": configuration.generation, "revision": configuration.revision}
        change.target.update(taken)
    return JsonResponse(taken)


routes = [Route("/admin/config", put_configuration, methods=["PUT"])]
