"""`/db/{collection}`: documents.

Plain Starlette endpoints rather than FastAPI's: these are the calls that an
application makes all day, and there is nothing here to inject.
"""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from backpack_api.domain.documents import SYSTEM_FIELDS, Document
from backpack_api.domain.json_text import JsonObject
from backpack_api.domain.preconditions import Preconditions, etag_of
from backpack_api.problems import InvalidValue
from backpack_api.responses import JsonResponse
from backpack_api.routes.requests import read_json, runtime_of, user_id_of

DEFAULT_LIMIT = 50
MAX_LIMIT = 1000
PRIVATE = {"Cache-Control": "private, no-cache"}
_KNOWN = frozenset({"limit", "cursor", "fields", "total", "key"})
_LATER = frozenset({"filter", "sort"})


async def list_documents(request: Request) -> Response:
    user_id = await user_id_of(request)
    query = _query(request)
    fields = _fields(query.get("fields"))
    page = await runtime_of(request).documents.page(
        _collection(request),
        user_id,
        limit=_limit(query.get("limit")),
        cursor=query.get("cursor"),
        total=_flag("total", query.get("total")),
    )
    answer: JsonObject = {
        "items": [_selected(document.to_json_object(), fields) for document in page.items],
        "nextCursor": page.next_cursor,
    }
    if page.total is not None:
        answer["total"] = page.total
    return JsonResponse(answer, headers=PRIVATE)


async def create_documents(request: Request) -> Response:
    user_id = await user_id_of(request)
    documents, collection = runtime_of(request).documents, _collection(request)
    await documents.admit_create(collection, user_id)
    body = await read_json(request)
    if isinstance(body, list):
        created = await documents.create_many(collection, user_id, body)
        return JsonResponse([document.to_json_object() for document in created], status_code=201)
    document = await documents.create(collection, user_id, body)
    location = f"/db/{collection}/{document.id}"
    return _answer(document, status_code=201, headers={"Location": location})


async def get_document(request: Request) -> Response:
    user_id = await user_id_of(request)
    document = await runtime_of(request).documents.get(_collection(request), user_id, _id(request))
    if _preconditions(request).check_read(document.version):
        return Response(status_code=304, headers=_headers(document))
    return _answer(document)


async def replace_document(request: Request) -> Response:
    user_id = await user_id_of(request)
    await runtime_of(request).documents.admit_update(_collection(request), user_id)
    body = await read_json(request)
    return _answer(
        await runtime_of(request).documents.replace(
            _collection(request), user_id, _id(request), body, _preconditions(request)
        )
    )


async def patch_document(request: Request) -> Response:
    user_id = await user_id_of(request)
    await runtime_of(request).documents.admit_update(_collection(request), user_id)
    body = await read_json(request)
    return _answer(
        await runtime_of(request).documents.patch(
            _collection(request), user_id, _id(request), body, _preconditions(request)
        )
    )


async def delete_document(request: Request) -> Response:
    user_id = await user_id_of(request)
    document = await runtime_of(request).documents.delete(
        _collection(request), user_id, _id(request), _preconditions(request)
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
        if name in _LATER:
            raise InvalidValue.at(name, "is not served by this version of the API")
        if name not in _KNOWN:
            raise InvalidValue.at(name[:80], "is not a parameter of a list")
        if name in query:
            raise InvalidValue.at(name, "is given twice")
        query[name] = value
    return query


def _limit(text: str | None) -> int:
    if text is None:
        return DEFAULT_LIMIT
    if not (text.isascii() and text.isdecimal() and len(text) <= 6 and 1 <= int(text) <= MAX_LIMIT):
        raise InvalidValue.at("limit", f"must be a number from 1 to {MAX_LIMIT}")
    return int(text)


def _flag(name: str, text: str | None) -> bool:
    if text not in (None, "true", "false"):
        raise InvalidValue.at(name, "must be `true` or `false`")
    return text == "true"


def _fields(text: str | None) -> frozenset[str] | None:
    if text is None:
        return None
    names = text.split(",")
    if not all(names):
        raise InvalidValue.at("fields", "must be names with commas between them")
    if any("." in name for name in names):
        raise InvalidValue.at("fields", "takes no dotted paths in this version of the API")
    return frozenset(names) | SYSTEM_FIELDS


def _selected(document: JsonObject, fields: frozenset[str] | None) -> JsonObject:
    return document if fields is None else {key: item for key, item in document.items() if key in fields}
