"""`GET /admin/files/{id}`: any file's content, for an administrator to look at."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from backpack_api.domain.file_requests import wanted
from backpack_api.routes.file_answers import conditions, content_answer
from backpack_api.routes.requests import runtime_of


async def get_content(request: Request) -> Response:
    asked, with_body = conditions(request), request.method == "GET"
    found = await runtime_of(request).file_administration.read(
        str(request.path_params["id"]), lambda file: wanted(file, asked, with_body=with_body)
    )
    return content_answer(*found)


routes = [Route("/admin/files/{id}", get_content, methods=["GET"])]
