"""`/files`."""

from backpack_api.domain.json_text import JsonObject
from backpack_api.openapi.parts import EITHER, answer, body, header, operation, path, query, ref
from backpack_api.openapi.schemas import CURSOR

TAG = "files"
_CONTENT = {"*/*": {"schema": {"type": "string", "format": "binary"}}}
_ID = path("id", "Of a file.")
_IF_MATCH = header("If-Match", "Only if the content has this ETag.")


def paths() -> JsonObject:
    metadata = ref("File")
    page = {
        "type": "object",
        "properties": {"items": {"type": "array", "items": metadata}, "nextCursor": CURSOR},
        "required": ["items", "nextCursor"],
    }
    form = {
        "type": "object",
        "properties": {
            "file": {"type": "string", "format": "binary"},
            "bucket": {"type": "string", "pattern": "^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$"},
            "public": {"enum": ["true", "false"]},
        },
        "required": ["file"],
    }
    upload = body(form, media_type="multipart/form-data")
    return {
        "/files": {
            "get": operation(
                "files",
                TAG,
                "One's files",
                {200: answer("A page.", page)},
                parameters=[
                    query("bucket", "Only of this bucket.", {"type": "string"}),
                    query("cursor", "`nextCursor` of the page before.", {"type": "string"}),
                    query("limit", "How many at most.", {"type": "integer", "minimum": 1, "maximum": 1000}),
                ],
                problems=(422,),
            ),
            "post": operation(
                "upload",
                TAG,
                "Upload a file",
                {201: answer("Its metadata.", metadata, Location="The content.", ETag="The content's.")},
                parameters=[header("Idempotency-Key", "A retry with the same key makes no second file.")],
                takes=upload,
                problems=(409, 507),
            ),
        },
        "/files/{id}": {
            "get": operation(
                "download",
                TAG,
                "The content of a file",
                {
                    200: {"description": "All of it.", "content": _CONTENT},
                    206: {"description": "The range that was asked for.", "content": _CONTENT},
                    304: answer("It has the ETag that was named."),
                },
                security=EITHER,
                parameters=[
                    _ID,
                    header("Range", "Such as `bytes=0-1023`."),
                    header("If-None-Match", "Only if the content has another ETag."),
                ],
                problems=(404, 412, 416),
            ),
            "put": operation(
                "overwrite",
                TAG,
                "Give a file another content",
                {200: answer("Its metadata.", metadata, ETag="The content's.")},
                parameters=[_ID, _IF_MATCH],
                takes=upload,
                problems=(404, 409, 412, 507),
            ),
            "patch": operation(
                "patchFile",
                TAG,
                "Change what is said of a file",
                {200: answer("Its metadata.", metadata, ETag="The content's.")},
                parameters=[_ID, _IF_MATCH],
                takes=body(ref("FilePatch")),
                problems=(404, 412),
            ),
            "delete": operation(
                "deleteFile",
                TAG,
                "Delete a file",
                {204: answer("Done.")},
                parameters=[_ID, _IF_MATCH],
                problems=(404, 412),
            ),
        },
        "/files/{id}/meta": {
            "get": operation(
                "metadata",
                TAG,
                "What is said of a file",
                {200: answer("Its metadata.", metadata)},
                security=EITHER,
                parameters=[_ID],
                problems=(404,),
            )
        },
    }
