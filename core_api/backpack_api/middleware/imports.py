"""Nobody sees a backpack that is being replaced by an archive."""

from starlette.types import ASGIApp, Receive, Scope, Send

from backpack_api.middleware.refusals import refuse
from backpack_api.problems import Overloaded
from backpack_api.services.archives.gate import ImportGate

_OPEN = frozenset({"/healthz", "/readyz", "/site"})
_OPEN_BELOW = "/site/"
"""A site shows nobody's data, and changes in one step."""


class Imports:
    """Answers 503 while an import is under way, and after one that was cut off."""

    def __init__(self, app: ASGIApp, gate: ImportGate) -> None:
        self._app = app
        self._gate = gate

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"]
        if self._gate.closed and path not in _OPEN and not path.startswith(_OPEN_BELOW):
            problem = Overloaded("An archive is being imported into this backpack. Try again shortly.")
            await refuse(problem, scope, receive, send)
        else:
            await self._app(scope, receive, send)
