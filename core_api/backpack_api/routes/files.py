"""`/files`: uploads, downloads, and what is said of them.

Plain Starlette endpoints, as their bodies are streams.
"""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from backpack_api.domain.actors import Actor
from backpack_api.domain.file_requests import check_if_match, wanted
from backpack_api.domain.files import StoredFile, check_bucket, check_new_name
from backpack_api.problems import InvalidValue
from backpack_api.responses import JsonResponse
from backpack_api.routes.file_answers import conditions, content_answer
from backpack_api.routes.multipart import Form, length_of, read_form
from backpack_api.routes.requests import Body, read_model, retry_key_of, runtime_of, signed_in, user_id_of
from backpack_api.services.files import Labels, Relabelling

DEFAULT_LIMIT = 50
MAX_LIMIT = 1000
PRIVATE = {"Cache-Control": "private, no-cache"}
_FIELDS = frozenset({"bucket", "public"})
_KNOWN = frozenset({"bucket", "cursor", "limit", "key"})


class FilePatch(Body):
    filename: str | None = None
    bucket: str | None = None
    public: bool | None = None


async def list_files(request: Request) -> Response:
    session = await signed_in(request)
    query = _query(request)
    bucket = query.get("bucket")
    page = await runtime_of(request).files.page(
        owner_id=session.user_id,
        bucket=check_bucket(bucket, "bucket") if bucket is not None else None,
        limit=_limit(query.get("limit")),
        cursor=query.get("cursor"),
    )
    items = [file.to_json_object() for file in page.items]
    return JsonResponse({"items": items, "nextCursor": page.next_cursor}, headers=PRIVATE)


async def create_file(request: Request) -> Response:
    session = await signed_in(request)
    runtime, owner_id = runtime_of(request), session.user_id
    key = retry_key_of(request, Actor(owner_id))
    # A retry must not fail for the room that its own file takes.
    earlier = await runtime.files.size_of_earlier(key) if key else 0
    async with runtime.files.receive(owner_id, declared=length_of(request), replaces=earlier) as upload:
        form = await read_form(request, upload.write, _FIELDS, runtime.settings.upload_idle_seconds)
        file = await runtime.files.create(owner_id, upload, _labels(form), key)
    return _metadata(file, status_code=201, headers={"Location": f"/files/{file.id}"})


async def overwrite_file(request: Request) -> Response:
    user_id = await user_id_of(request)
    runtime, if_match = runtime_of(request), _if_match(request)
    file = await runtime.files.get_writable(_id(request), user_id)
    check_if_match(file, if_match)
    declared = length_of(request)
    async with runtime.files.receive(file.owner_id, declared=declared, replaces=file.size) as upload:
        form = await read_form(request, upload.write, _FIELDS, runtime.settings.upload_idle_seconds)
        file = await runtime.files.overwrite(file.id, file.owner_id, upload, _labels(form), if_match)
    return _metadata(file)


async def get_content(request: Request) -> Response:
    user_id = await user_id_of(request)
    asked, with_body = conditions(request), request.method == "GET"
    found = await runtime_of(request).files.read(
        _id(request), user_id, lambda file: wanted(file, asked, with_body=with_body)
    )
    return content_answer(*found)


async def get_metadata(request: Request) -> Response:
    user_id = await user_id_of(request)
    file = await runtime_of(request).files.get(_id(request), user_id)
    return JsonResponse(file.to_json_object(), headers=PRIVATE)


async def patch_file(request: Request) -> Response:
    session = await signed_in(request)
    files = runtime_of(request).files
    await files.get_writable(_id(request), session.user_id)
    body = await read_model(request, FilePatch)
    changes = Relabelling(
        filename=None if body.filename is None else check_new_name(body.filename, "/filename"),
        bucket=None if body.bucket is None else check_bucket(body.bucket, "/bucket"),
        public=body.public,
    )
    return _metadata(await files.relabel(_id(request), session.user_id, changes, _if_match(request)))


async def delete_file(request: Request) -> Response:
    user_id = await user_id_of(request)
    await runtime_of(request).files.delete(_id(request), user_id, _if_match(request))
    return Response(status_code=204)


routes = [
    Route("/files", list_files, methods=["GET"]),
    Route("/files", create_file, methods=["POST"]),
    Route("/files/{id}", get_content, methods=["GET"]),
    Route("/files/{id}", overwrite_file, methods=["PUT"]),
    Route("/files/{id}", patch_file, methods=["PATCH"]),
    Route("/files/{id}", delete_file, methods=["DELETE"]),
    Route("/files/{id}/meta", get_metadata, methods=["GET"]),
]


def _id(request: Request) -> str:
    return str(request.path_params["id"])


def _metadata(file: StoredFile, status_code: int = 200, headers: dict[str, str] | None = None) -> Response:
    return JsonResponse(
        file.to_json_object(),
        status_code=status_code,
        headers={"ETag": file.etag, **PRIVATE, **(headers or {})},
    )


def _labels(form: Form) -> Labels:
    """What the form says besides the content. Raises `InvalidValue`."""
    bucket, public = form.fields.get("bucket"), form.fields.get("public")
    return Labels(
        filename=form.filename,
        content_type=form.content_type,
        bucket=None if bucket is None else check_bucket(bucket, "bucket"),
        public=None if public is None else _flag("public", public),
    )


def _if_match(request: Request) -> str | None:
    return conditions(request).get("if-match")


def _query(request: Request) -> dict[str, str]:
    """The query's parameters. What isn't known is refused, not ignored."""
    query: dict[str, str] = {}
    for name, value in request.query_params.multi_items():
        if name not in _KNOWN:
            raise InvalidValue.at(name[:80], "is not a parameter of a list of files")
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


def _flag(name: str, text: str) -> bool:
    # Forms have no booleans: some clients write them as Python does.
    if text.lower() not in ("true", "false"):
        raise InvalidValue.at(name, "must be `true` or `false`")
    return text.lower() == "true"
