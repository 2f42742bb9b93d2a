"""What is too large for a message: sites, files and archives, by HTTP to and from the admin
listener of a backpack. Nothing is ever held as a whole: bytes pass from one side to the other
as fast as the slower one takes them."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

from backpack_dashboard.domain.admins import Admin
from backpack_dashboard.domain.backpacks import Backpack
from backpack_dashboard.errors import BackpackRefused, BackpackUnavailable, DashboardError, TooLarge
from backpack_dashboard.services.admin_connection import AdminConnections
from backpack_dashboard.services.signing import Signing

CONNECT_SECONDS = 5.0
ANSWER_SECONDS = 900.0
"""Between two signs of life: an archive is looked at whole before it is answered."""
_TIMEOUT = aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_SECONDS, sock_read=ANSWER_SECONDS)


class Transfers:
    """Requests to `NAME-api:9000`, signed for one admin and one backpack each."""

    def __init__(self, connections: AdminConnections, signing: Signing) -> None:
        self._connections, self._signing = connections, signing
        self._client: aiohttp.ClientSession | None = None

    async def close(self) -> None:
        if self._client is not None:
            await self._client.close()

    @asynccontextmanager
    async def get(
        self, admin: Admin, backpack: Backpack, path: str, headers: Mapping[str, str] | None = None
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        """An answer whose body is still to be read. Raises `BackpackRefused` with the problem,
        or `BackpackUnavailable`."""
        async with self._request(admin, backpack, "GET", path, headers=headers) as answer:
            yield answer

    async def send(
        self,
        admin: Admin,
        backpack: Backpack,
        path: str,
        body: AsyncIterator[bytes],
        *,
        length: int | None = None,
        params: Mapping[str, str] | None = None,
    ) -> Any:
        """POST a ZIP; the JSON of the answer. `length` in bytes, where it is known. Raises as
        `get` does."""
        headers = {"Content-Type": "application/zip"}
        if length is not None:
            headers["Content-Length"] = str(length)
        async with self._request(
            admin, backpack, "POST", path, headers=headers, data=body, params=params
        ) as answer:
            return await answer.json()

    @asynccontextmanager
    async def _request(
        self, admin: Admin, backpack: Backpack, method: str, path: str, **options: Any
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        self._connections.must_be_there(backpack)
        if self._client is None:
            # Bytes pass as they are; and no cookie of one backpack goes to another.
            self._client = aiohttp.ClientSession(
                timeout=_TIMEOUT,
                auto_decompress=False,
                cookie_jar=aiohttp.DummyCookieJar(),
                connector=aiohttp.TCPConnector(limit=0, force_close=True),
            )
        headers = {
            **(options.pop("headers", None) or {}),
            "Accept-Encoding": "identity",
            "Authorization": await self._signing.authorization(admin, backpack),
        }
        url = self._connections.url(backpack, "http") + path
        try:
            async with self._client.request(
                method, url, headers=headers, allow_redirects=False, **options
            ) as answer:
                if answer.status >= 400:
                    raise await self._refusal(answer)
                yield answer
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise BackpackUnavailable(
                "Its API can't be reached. It may be starting, suspended or restarting."
            ) from error
        except (aiohttp.ClientError, TimeoutError) as error:
            if (ours := _cause(error)) is not None:
                raise ours from error
            raise BackpackUnavailable(
                "The connection to its API was lost on the way. Try again in a moment."
            ) from error

    async def _refusal(self, answer: aiohttp.ClientResponse) -> BackpackRefused | BackpackUnavailable:
        if answer.status == 401:
            self._signing.forget()
            return BackpackUnavailable(
                "Its API refused the dashboard (401). It may still be starting; try again in a moment."
            )
        if answer.content_type != "application/problem+json":
            return BackpackUnavailable(f"Its API answered with {answer.status}. Try again in a moment.")
        return BackpackRefused(await answer.json(content_type=None))


def _cause(error: BaseException) -> DashboardError | None:
    """What the body that was being sent raised: the client wraps it."""
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, DashboardError):
        cause = cause.__cause__
    return cause


def limited(
    chunks: AsyncIterator[bytes], declared: int | None, limit: int, what: str
) -> AsyncIterator[bytes]:
    """The same chunks. Raises `TooLarge`, at once where it is `declared`, else as soon as more
    than `limit` bytes have come."""
    sentence = f"{what} may have at most {limit // 2**20} MiB."
    if declared is not None and declared > limit:
        raise TooLarge(sentence)

    async def counted() -> AsyncIterator[bytes]:
        count = 0
        async for chunk in chunks:
            count += len(chunk)
            if count > limit:
                raise TooLarge(sentence)
            if chunk:
                yield chunk

    return counted()
