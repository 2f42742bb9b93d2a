"""Sending a page what comes, for as long as its session counts and the browser listens."""

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import aclosing

from starlette.websockets import WebSocket, WebSocketDisconnect

from backpack_dashboard.errors import DashboardError
from backpack_dashboard.logs import FIELDS
from backpack_dashboard.pages.render import html
from backpack_dashboard.routes.error_answers import SIGNED_OUT
from backpack_dashboard.runtime import Runtime
from backpack_dashboard.services.sessions import Visitor

SEND_SECONDS = 20.0
"""A browser that takes nothing for so long is gone."""
DONE = 1000

log = logging.getLogger(__name__)


async def stream(socket: WebSocket, parts: Runtime, me: Visitor, texts: AsyncGenerator[str]) -> None:
    """Accept the socket and send these texts. It is closed with 4001 when the session ends,
    with 1000 when there is no more; a `DashboardError` becomes a toast first."""
    await socket.accept()
    with parts.sessions.ending(me.session) as ended:
        tasks = [
            asyncio.create_task(_send(socket, texts)),
            asyncio.create_task(_until_gone(socket)),
            asyncio.create_task(ended.wait()),
        ]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            if tasks[1].done():
                return
            if tasks[0].done() and (defect := tasks[0].exception()) is not None:
                log.error("unhandled error", extra={FIELDS: {"path": socket.url.path}}, exc_info=defect)
            await socket.close(SIGNED_OUT if ended.is_set() else DONE)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


async def _send(socket: WebSocket, texts: AsyncGenerator[str]) -> None:
    try:
        # What the page looked at ends with it, wherever it was cut off.
        async with aclosing(texts):
            async for text in texts:
                async with asyncio.timeout(SEND_SECONDS):
                    await socket.send_text(text)
    except DashboardError as error:
        await socket.send_text(html("fragments/toast.html", mood="bad", title=error.title, text=error.detail))
    except (TimeoutError, WebSocketDisconnect):
        return


async def _until_gone(socket: WebSocket) -> None:
    """What the page says is not for us; that it is gone is."""
    try:
        while True:
            await socket.receive_text()
    except WebSocketDisconnect:
        return
