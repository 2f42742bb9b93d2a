"""A file's content as an answer: whole, a part, or that it hasn't changed."""

from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import Response

from backpack_api.domain.file_headers import content_headers
from backpack_api.domain.file_requests import CONDITIONS, Wanted
from backpack_api.domain.files import StoredFile
from backpack_api.responses import Content, ContentResponse


def conditions(request: Request) -> dict[str, str]:
    """The headers that a read can depend on. Several of a name are one list."""
    return {name: ", ".join(values) for name in CONDITIONS if (values := request.headers.getlist(name))}


def content_answer(file: StoredFile, answer: Wanted, content: Content | None) -> Response:
    """What was decided of a request; the answer closes the content."""
    headers = content_headers(file, datetime.now(UTC))
    if answer.not_modified:
        return Response(status_code=304, headers=headers)
    if content is None:
        return Response(headers={**headers, "Content-Length": str(file.size)})
    part = answer.part
    if part is None:
        return ContentResponse(content, 0, file.size, headers=headers)
    headers["Content-Range"] = part.content_range(file.size)
    return ContentResponse(content, part.first, part.length, status_code=206, headers=headers)
