"""How answers are written: JSON by orjson, errors as RFC 9457."""

from typing import Any

from starlette.responses import Response

from backpack_api.domain.json_text import to_json
from backpack_api.problems import Problem


class JsonResponse(Response):
    """A JSON answer."""

    media_type = "application/json"

    def render(self, content: Any) -> bytes:
        return to_json(content)


class ProblemResponse(JsonResponse):
    """A problem as an answer. Never cached: the next try may find it gone."""

    media_type = "application/problem+json"

    def __init__(self, problem: Problem) -> None:
        super().__init__(
            problem.document(),
            status_code=problem.status,
            headers={"Cache-Control": "no-store", **problem.headers},
        )
