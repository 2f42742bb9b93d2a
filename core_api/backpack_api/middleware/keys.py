"""The publishable key: which application calls, not who. It keeps what merely knows the
host's name away, and with the setting `requireKey` every call needs it."""

import hmac
from urllib.parse import parse_qsl

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from backpack_api.domain.configuration import publishable_keys
from backpack_api.middleware.refusals import refuse
from backpack_api.problems import KeyRequired
from backpack_api.services.configuration import LiveConfiguration

HEADER = "x-backpack-key"
PARAMETER = "key"
_OPEN = frozenset({"/healthz", "/readyz", "/site"})
_OPEN_BELOW = "/site/"


class Keys:
    """Refuses calls without the key while the configuration asks for it. Preflights are
    answered before: browsers send them without any header of the page's."""

    def __init__(self, app: ASGIApp, live: LiveConfiguration, key: str | None) -> None:
        self._app = app
        self._live = live
        self._key = key

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._live.current.require_key and not self._admits(scope):
            await refuse(KeyRequired(), scope, receive, send)
        else:
            await self._app(scope, receive, send)

    def _admits(self, scope: Scope) -> bool:
        path = scope["path"]
        if path in _OPEN or path.startswith(_OPEN_BELOW):
            return True
        given = Headers(scope=scope).getlist(HEADER)
        query = scope["query_string"].decode("latin-1")
        given += [value for name, value in parse_qsl(query) if name == PARAMETER]
        # Without a key of its own a backpack takes none: better closed than open to all.
        keys = publishable_keys(self._live.current, self._key)
        return any(hmac.compare_digest(one.encode(), key.encode()) for one in given for key in keys)
