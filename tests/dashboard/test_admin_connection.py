"""The connection to a backpack's admin listener, with a listener that takes its time."""

import asyncio
import json
from contextlib import suppress

from websockets.asyncio.server import ServerConnection, serve

from backpack_dashboard.services.admin_connection import AdminConnection

SUB = "sub-1"


async def test_what_nobody_waits_for_any_more_is_unsubscribed() -> None:
    asked, go_on = asyncio.Event(), asyncio.Event()
    ended: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    async def listener(socket: ServerConnection) -> None:
        async for text in socket:
            message = json.loads(text)
            if message["op"] == "docs.subscribe":
                asked.set()
                await go_on.wait()
                answer = {"sub": SUB}
            else:
                assert message["op"] == "docs.unsubscribe"
                ended.set_result(message["sub"])
                answer = {}
            await socket.send(json.dumps({"re": message["id"], "ok": True, "data": answer}))

    async def authorize() -> str:
        return "Bearer some"

    async with serve(listener, "127.0.0.1", 0) as server, asyncio.timeout(10):
        port = next(iter(server.sockets)).getsockname()[1]
        connection = AdminConnection(f"ws://127.0.0.1:{port}", authorize, lambda: None)
        page = asyncio.ensure_future(anext(connection.events("docs.subscribe", collection="some")))
        await asked.wait()
        page.cancel()
        with suppress(asyncio.CancelledError):
            await page
        go_on.set()

        assert await ended == SUB
        await connection.close()
