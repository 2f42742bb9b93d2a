"""`/collections`: which there are, and new ones."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from backpack_api.domain.actors import Actor
from backpack_api.responses import JsonResponse
from backpack_api.routes.auth import PRIVATE, Caller, Services
from backpack_api.routes.requests import Body, read_model

router = APIRouter(prefix="/collections")


class NewCollection(Body):
    name: str


@router.head("", include_in_schema=False)
@router.get("")
async def list_collections(services: Services, _: Caller) -> Response:
    return JsonResponse([one.to_json_object() for one in await services.collections.all()], headers=PRIVATE)


@router.post("")
async def create_collection(request: Request, services: Services, session: Caller) -> Response:
    body = await read_model(request, NewCollection)
    collection = await services.collections.create(body.name, Actor(session.user_id))
    return JsonResponse(
        collection.to_json_object(), status_code=201, headers={"Location": f"/db/{collection.name}"}
    )
