"""`/collections`: which there are, and new ones."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from backpack_api.domain.actors import Actor
from backpack_api.domain.idempotency import print_of
from backpack_api.domain.json_text import JsonObject
from backpack_api.responses import JsonResponse
from backpack_api.routes.auth import PRIVATE, Caller, Services
from backpack_api.routes.requests import Body, read_model, retry_key_of

router = APIRouter(prefix="/collections")


class NewCollection(Body):
    name: str


@router.head("", include_in_schema=False)
@router.get("")
async def list_collections(services: Services, _: Caller) -> Response:
    return JsonResponse([one.to_json_object() for one in await services.collections.all()], headers=PRIVATE)


@router.post("")
async def create_collection(request: Request, services: Services, session: Caller) -> Response:
    actor = Actor(session.user_id)
    key = retry_key_of(request, actor)
    name = (await read_model(request, NewCollection)).name

    async def create() -> JsonObject:
        return (await services.collections.create(name, actor)).to_json_object()

    if key is None:
        made = await create()
    else:
        made, _ = await services.idempotency.once(key, print_of("create collection", name), create)
    return JsonResponse(made, status_code=201, headers={"Location": f"/db/{name}"})
