"""The short way answers as the framework would, and takes nothing that isn't its own."""

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from backpack_api.middleware.short_way import ShortWay
from backpack_api.problems import NotFound, Problem
from backpack_api.responses import ProblemResponse


async def told(request: Request) -> Response:
    if "missing" in request.path_params.values():
        raise NotFound("There is no such thing.")
    return JSONResponse({"parameters": request.path_params, "app": request.app.state.name})


async def answer(_: Request, problem: Problem) -> Response:
    return ProblemResponse(problem)


async def other(_: Request) -> Response:
    return JSONResponse("the long way")


@pytest.fixture
def client() -> httpx.AsyncClient:
    routes = [Route("/db/{collection}", told), Route("/db/{collection}/{id}", told)]
    app = Starlette(routes=[Route("/{path:path}", other, methods=["GET", "POST"])])
    app.state.name = "the app"
    transport = httpx.ASGITransport(app=ShortWay(app, routes, answer))
    return httpx.AsyncClient(transport=transport, base_url="http://testserver")


@pytest.mark.parametrize(
    ("path", "parameters"),
    [
        ("/db/tasks", {"collection": "tasks"}),
        ("/db/tasks/1", {"collection": "tasks", "id": "1"}),
        ("/db/tasks/1?limit=2", {"collection": "tasks", "id": "1"}),
        ("/db/t%20s/%C3%A9", {"collection": "t s", "id": "é"}),
    ],
)
async def test_a_request_reaches_its_endpoint_with_its_parameters(
    client: httpx.AsyncClient, path: str, parameters: dict[str, str]
) -> None:
    assert (await client.get(path)).json() == {"parameters": parameters, "app": "the app"}


@pytest.mark.parametrize("path", ["/", "/db", "/db/", "/db//1", "/db/tasks/", "/db/tasks/1/2", "/dbs/tasks"])
async def test_another_path_goes_the_long_way(client: httpx.AsyncClient, path: str) -> None:
    assert (await client.get(path)).json() == "the long way"


async def test_another_method_goes_the_long_way(client: httpx.AsyncClient) -> None:
    assert (await client.post("/db/tasks")).json() == "the long way"


async def test_a_problem_is_answered(client: httpx.AsyncClient) -> None:
    answered = await client.get("/db/missing")
    assert answered.status_code == 404
    assert answered.headers["content-type"] == "application/problem+json"
