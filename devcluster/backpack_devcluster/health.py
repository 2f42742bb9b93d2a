"""Whether something answers on a port of this machine."""

import socket

import httpx


def answers_ok(url: str) -> bool:
    """Whether a GET of a loopback URL gives 200 within two seconds."""
    try:
        return httpx.get(url, timeout=2.0, trust_env=False).status_code == httpx.codes.OK
    except httpx.TransportError:
        return False


def listens(address: str, port: int) -> bool:
    """Whether a TCP connection to one of this machine's own addresses is accepted."""
    try:
        with socket.create_connection((address, port), timeout=2.0):
            return True
    except OSError:
        return False


def answers(url: str) -> bool:
    """Whether a GET of a loopback URL gets an answer, whatever it says."""
    try:
        httpx.get(url, timeout=2.0, trust_env=False)
    except httpx.TransportError:
        return False
    return True
