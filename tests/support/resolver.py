"""A system's resolver that knows no name at all."""

import socket
from typing import Any

import pytest

_getaddrinfo = socket.getaddrinfo


def knows_no_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every look-up in this process fail that isn't of 127.0.0.1."""

    def look_up(host: Any, *rest: Any, **more: Any) -> Any:
        if host not in ("127.0.0.1", b"127.0.0.1"):
            raise socket.gaierror(socket.EAI_NONAME, f"no such name: {host}")
        return _getaddrinfo(host, *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
