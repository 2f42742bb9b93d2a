"""The sockets of the dashboard's open pages, without a browser."""

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlencode

from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from support.dashboard import Visitor

WITHIN = 20.0


@contextmanager
def live(visitor: Visitor, path: str, **query: str) -> Iterator[ClientConnection]:
    url = f"{visitor.dashboard.url.replace('http', 'ws')}/live{path}?{urlencode(query)}"
    headers = {"Cookie": visitor.cookie}
    with connect(
        url, origin=Origin(visitor.dashboard.url), additional_headers=headers, proxy=None, max_size=None
    ) as socket:
        yield socket


def comes(socket: ClientConnection, *words: str) -> str:
    """The first message that has all these words."""
    while True:
        text = socket.recv(timeout=WITHIN)
        assert isinstance(text, str)
        if all(word in text for word in words):
            return text
