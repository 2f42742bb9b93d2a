"""The admin listener of a backpack's API, as the operator speaks to it."""

import json
from typing import Any

import aiohttp

from backpack_contract import admin_tokens
from backpack_operator.errors import NotDelivered

_SECONDS = 10.0
_DONE = (200, 204)
_MOST_BYTES = 64 * 1024


class AdminApi:
    """One connection pool to the APIs of all backpacks; close it when done."""

    def __init__(self) -> None:
        # A connection is not kept: the next change of a backpack may be weeks away.
        connector = aiohttp.TCPConnector(force_close=True, limit=32)
        self._session = aiohttp.ClientSession(
            connector=connector, timeout=aiohttp.ClientTimeout(total=_SECONDS, connect=5.0)
        )

    async def close(self) -> None:
        await self._session.close()

    async def put(self, url: str, token: str, text: str) -> None:
        """Put this JSON there. Raises `NotDelivered`."""
        headers = {
            "Authorization": admin_tokens.authorization(token),
            "Content-Type": "application/json",
        }
        try:
            async with self._session.put(
                url, data=text.encode(), headers=headers, allow_redirects=False
            ) as answer:
                body = await answer.content.read(_MOST_BYTES)
                status = answer.status
        except aiohttp.ClientConnectorError as error:
            raise NotDelivered(None, error.strerror or "the connection failed") from error
        except TimeoutError as error:
            raise NotDelivered(None, "no answer in time") from error
        except (aiohttp.ClientError, OSError) as error:
            raise NotDelivered(None, "the connection broke") from error
        if status not in _DONE:
            raise _refusal(status, body)


def _refusal(status: int, body: bytes) -> NotDelivered:
    """From a problem document (RFC 9457)."""
    try:
        document: Any = json.loads(body)
        detail, revision = str(document["detail"]), document.get("revision")
    except (ValueError, KeyError, TypeError, AttributeError):
        return NotDelivered(status, "no problem document")
    return NotDelivered(status, detail, revision if type(revision) is int else 0)
