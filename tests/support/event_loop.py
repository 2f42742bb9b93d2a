"""The event loop that API and operator run on, which differs from Python's own here and there."""

import asyncio
from collections.abc import Callable

import uvloop


def pytest_asyncio_loop_factories() -> dict[str, Callable[[], asyncio.AbstractEventLoop]]:
    """A hook: what imports this has its asynchronous tests run on uvloop."""
    return {"uvloop": uvloop.new_event_loop}
