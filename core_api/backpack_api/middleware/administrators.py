"""The gate of the admin listener: nothing behind it is reached without a token."""

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from backpack_api.problems import NotSignedIn
from backpack_api.responses import ProblemResponse
from backpack_api.services.admin.tokens import REFUSAL, AdminTokens
from backpack_contract import admin_tokens

_OPEN = frozenset((method, path) for method in ("GET", "HEAD") for path in ("/healthz", "/metrics"))
"""What whoever can reach the port may ask: monitoring has no token."""


class AdministratorsOnly:
    """Puts the `Administrator` into the state of a request or a WebSocket whose
    `Authorization` header has a token that counts, and answers 401 to all others:
    before a body is read, and before a WebSocket is accepted."""

    def __init__(self, app: ASGIApp, tokens: AdminTokens) -> None:
        self._app = app
        self._tokens = tokens

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and (scope["method"], scope["path"]) in _OPEN:
            await self._app(scope, receive, send)
            return
        try:
            administrator = self._tokens.verify(_token(Headers(scope=scope)))
        except NotSignedIn as problem:
            # A WebSocket's opening request is answered like any other.
            await ProblemResponse(problem)(scope, receive, send)
            return
        scope.setdefault("state", {})["administrator"] = administrator
        await self._app(scope, receive, send)


def _token(headers: Headers) -> str:
    given = headers.getlist("authorization")
    if len(given) != 1:
        raise NotSignedIn(REFUSAL)
    scheme, _, token = given[0].partition(" ")
    if scheme.lower() != admin_tokens.SCHEME.lower():
        raise NotSignedIn(REFUSAL)
    return token.strip()
