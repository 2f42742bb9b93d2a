"""`PUT /admin/credentials`: a step of a rotation of the stores' passwords."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from backpack_api.problems import InvalidValue
from backpack_api.routes.admin.requests import operator_only
from backpack_api.routes.requests import read_body, runtime_of
from backpack_contract.configuration import ConfigurationError
from backpack_contract.store_credentials import PATH, StoreCredentials

_MAX_BYTES = 16 * 1024


async def put_credentials(request: Request) -> Response:
    administrator = operator_only(request)
    body = await read_body(request, _MAX_BYTES)
    try:
        wanted = StoreCredentials.from_json(body)
    except ConfigurationError as error:
        raise InvalidValue.at(error.key, str(error)) from None
    await runtime_of(request).admin.store_credentials.put(administrator.name, wanted)
    return Response(status_code=204)


routes = [Route(PATH, put_credentials, methods=["PUT"])]
