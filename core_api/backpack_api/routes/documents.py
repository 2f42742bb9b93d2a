"""`/db/{collection}`: documents.

Plain Starlette endpoints rather than FastAPI's: these are the calls that an
application makes all day, and there is nothing here to inject.
"""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from backpack_api.domain.actors import Actor
from backpack_api.domain.documents import Document
from backpack_api.domain.list_requests import PARAMETERS, from_query
from backpack_api.domain.preconditions import Preconditions, etag_of
from backpack_api.problems import InvalidValue
from backpack_api.responses import JsonResponse
from backpack_api.routes.requests import read_json, retry_key_of, runtime_of, user_id_of

PRIVATE = {"Cache-Control": "private, no-cache"}
_KNOWN = PARAMETERS | {"key"}


async def list_documents(request: Request) -> Response:
    actor = await _actor(request)
    asked = from_query(_query(request))
    page = await runtime_of(request).documents.page(_collection(request), actor, asked)
    return JsonResponse(page.to_json_object(), headers=PRIVATE)


async def create_documents(request: Request) -> Response:
    actor = await _actor(request)
    documents, collection = runtime_of(request).documents, _collection(request)
    await documents.admit_create(collection, actor)
    key = retry_key_of(request, actor)
    body = await read_json(request)
    if isinstance(body, list):
        created = await documents.create_many(collection, actor, body, key=key)
        return JsonResponse([document.to_json_object() for document in created], status_code=201)
    document = await documents.create(collection, actor, body, key=key)
    location = f"/db/{collection}/{document.id}"
    return _answer(document, status_code=201, headers={"Location": location})


async def get_document(request: Request) -> Response:
    actor = await _actor(request)
    document = await runtime_of(request).documents.get(_collection(request), actor, _id(request))
    if _preconditions(request).check_read(document.version):
        return Response(status_code=304, headers=_headers(document))
    return _answer(document)


async def replace_document(request: Request) -> Response:
    actor = await _actor(request)
    await runtime_of(request).documents.admit_update(_collection(request), actor)
    body = await read_json(request)
    return _answer(
        await runtime_of(request).documents.replace(
            _collection(request), actor, _id(request), body, _preconditions(request)
        )
    )


async def patch_document(request: Request) -> Response:
    actor = await _actor(request)
    await runtime_of(request).documents.admit_update(_collection(request), actor)
    body = await read_json(request)
    return _answer(
        await runtime_of(request).documents.patch(
            _collection(request), actor, _id(request), body, _preconditions(request)
        )
    )


async def delete_document(request: Request) -> Response:
    actor = await _actor(request)
    document = await runtime_of(request).documents.delete(
        _collection(request), actor, _id(request), _preconditions(request)
    )
    return JsonResponse(document.to_json_object())


routes = [
    Route("/db/{collection}", list_documents, methods=["GET"]),
    Route("/db/{collection}", create_documents, methods=["POST"]),
    Route("/db/{collection}/{id}", get_document, methods=["GET"]),
    Route("/db/{collection}/{id}", replace_document, methods=["PUT"]),
    Route("/db/{collection}/{id}", patch_document, methods=["PATCH"]),
    Route("/db/{collection}/{id}", delete_document, methods=["DELETE"]),
]


def _collection(request: Request) -> str:
    return str(request.path_params["collection"])


def _id(request: Request) -> str:
    return str(request.path_params["id"])


async def _actor(request: Request) -> Actor:
    return Actor(await user_id_of(request))


def _answer(document: Document, status_code: int = 200, headers: dict[str, str] | None = None) -> Response:
    return JsonResponse(
        document.to_json_object(), status_code=status_code, headers={**_headers(document), **(headers or {})}
    )


def _headers(document: Document) -> dict[str, str]:
    return {"ETag": etag_of(document.version), **PRIVATE}


def _preconditions(request: Request) -> Preconditions:
    return Preconditions(_joined(request, "if-match"), _joined(request, "if-none-match"))


def _joined(request: Request, name: str) -> str | None:
    """Every header of this name as one list; an empty one is there too, and names nothing."""
    values = request.headers.getlist(name)
    return ", ".join(values) if values else None


def _query(request: Request) -> dict[str, str]:
    """The query's parameters. What isn't known is refused, not ignored: a list that
    is not the one that was asked for would look like it."""
    query: dict[str, str] = {}
    for name, value in request.query_params.multi_items():
        if name not in _KNOWN:
            raise InvalidValue.at(name[:80], "is not a parameter of a list")
        if name in query:
            raise InvalidValue.at(name, "is given twice")
        query[name] = value
    return query
