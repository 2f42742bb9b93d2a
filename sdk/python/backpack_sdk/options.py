"""How a client works."""

from collections.abc import MutableMapping
from dataclasses import dataclass, field
from functools import cache
from ssl import SSLContext

import httpx

from .errors import own_error


@cache
def _public() -> SSLContext:
    """Those of public authorities. To load them takes a tenth of a second and a megabyte: once is enough."""
    return httpx.create_ssl_context()


@dataclass(frozen=True, slots=True, kw_only=True)
class RealtimeOptions:
    """How the connection for realtime is kept."""

    backoff: tuple[float, float] = (0.5, 30.0)
    """Seconds before a lost connection is opened again: from, growing to, each with jitter."""
    heartbeat: float = 20.0
    """Seconds after which the connection is asked whether it lives; half of it later it is given up."""
    queue: int = 500
    """How many requests may wait for a connection."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What `create_client` takes."""

    url: str
    """The API's own URL, a Backpack's `status.apiUrl`."""
    key: str | None = None
    """The publishable key, where the backpack asks for one."""
    token: str | None = None
    """A session's token from elsewhere."""
    token_store: MutableMapping[str, str] | None = None
    """Where tokens outlive the client, by the API's URL: a `shelve`, for example.

    The synchronous client uses it in another thread, in which a `shelve` can't be used from Python 3.13 on.
    """
    retries: int = 2
    """How often a call that is safe to send again is tried again."""
    timeout: float = 30.0
    """Seconds for the answer to one try of a call, uploads and downloads excepted."""
    ssl: SSLContext | None = None
    """Which certificates to trust, where these aren't those of public authorities."""
    realtime: RealtimeOptions = field(default_factory=RealtimeOptions)

    def __post_init__(self) -> None:
        if not self.url.startswith(("http://", "https://")):
            detail = f"Say where the API is, as https://todo-api.example.com; this is {self.url!r}."
            raise own_error("not-configured", detail)

    @property
    def trusted(self) -> SSLContext | None:
        """By which certificates the API is known; None where nothing is encrypted."""
        return (self.ssl or _public()) if self.url.startswith("https:") else None

    @property
    def api_url(self) -> str:
        """Without a slash at its end."""
        return self.url.rstrip("/")
