"""`/problems`: what each type of problem means."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from backpack_api.domain.problem_pages import HEADERS, list_page, problem_page
from backpack_api.problems import NotFound


async def problem(request: Request) -> Response:
    page = problem_page(str(request.path_params["slug"]))
    if page is None:
        raise NotFound("There is no such type of problem: `/problems` lists them.")
    return Response(page, media_type="text/html", headers=HEADERS)


async def problems(_: Request) -> Response:
    return Response(list_page(), media_type="text/html", headers=HEADERS)


routes = [
    Route("/problems", problems, methods=["GET"]),
    Route("/problems/{slug}", problem, methods=["GET"]),
]
