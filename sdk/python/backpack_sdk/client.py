"""A client of one backpack."""

from collections.abc import MutableMapping
from ssl import SSLContext
from typing import Self

from .auth import Auth
from .db import Db
from .options import Options, RealtimeOptions
from .realtime import Realtime
from .storage import Storage
from .transport import Transport


class Client:
    """A backpack. `async with` closes it at the end."""

    def __init__(self, options: Options) -> None:
        self._transport = Transport(options)
        self.auth = Auth(self._transport)
        self.realtime = Realtime(self._transport)
        self.db = Db(self._transport, self.realtime)
        self.storage = Storage(self._transport)

    async def close(self) -> None:
        """End all connections."""
        await self.realtime.close()
        await self._transport.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()


def create_client(
    url: str,
    *,
    key: str | None = None,
    token: str | None = None,
    token_store: MutableMapping[str, str] | None = None,
    retries: int = 2,
    timeout: float = 30.0,
    ssl: SSLContext | None = None,
    realtime: RealtimeOptions | None = None,
) -> Client:
    """A client of the backpack whose API is at `url`. The options are those of `Options`."""
    return Client(
        Options(
            url=url,
            key=key,
            token=token,
            token_store=token_store,
            retries=retries,
            timeout=timeout,
            ssl=ssl,
            realtime=realtime or RealtimeOptions(),
        )
    )
