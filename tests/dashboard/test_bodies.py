"""How large a body may be that the dashboard holds in memory."""

import socket
from collections.abc import Iterator

import httpx
import pytest

from backpack_dashboard.middleware.bodies import MOST_BYTES
from support.dashboard import Dashboard, Visitor
from support.waiting import eventually

WORDS = f"more than {MOST_BYTES // 2**20} MiB"
FORM = "application/x-www-form-urlencoded"


def fields() -> Iterator[bytes]:
    """A form of many fields, none of which is large."""
    for number in range(2 * MOST_BYTES // 2**16):
        yield b"f%d=" % number + b"x" * 2**16 + b"&"


@pytest.mark.parametrize("path", ["/sign-in", "/setup", "/invitation", "/account/password"])
def test_nobody_fills_the_memory_with_a_form(dashboard: Dashboard, path: str) -> None:
    visitor = dashboard.visitor()
    headers = {**visitor.headers, "Content-Type": FORM}

    # A generator is sent in chunks, which say nothing of what comes.
    answer = visitor.client.post(path, content=fields(), headers=headers)
    assert answer.status_code == 413
    assert WORDS in answer.text


def test_what_says_that_it_is_large_is_refused_before_it_comes(dashboard: Dashboard) -> None:
    url = httpx.URL(dashboard.url)
    head = (
        f"POST /sign-in HTTP/1.1\r\nHost: {url.host}\r\nOrigin: {dashboard.url}\r\n"
        f"Accept: application/json\r\nContent-Type: {FORM}\r\nContent-Length: {2**30}\r\n\r\n"
    )
    with socket.create_connection((url.host, url.port or 80), timeout=10) as connection:
        connection.sendall(head.encode())
        answer = connection.recv(2**16).decode()

    assert answer.startswith("HTTP/1.1 413 ")
    assert "application/problem+json" in answer


def test_a_document_may_be_larger_for_who_is_signed_in(dashboard: Dashboard, ada: Visitor) -> None:
    name = "roomy"
    dashboard.cluster.backpack(dashboard.namespace, name, admins=["ada"])
    path = f"/backpacks/{dashboard.namespace}/{name}"
    eventually(lambda: ada.get(path).status_code == 200, within=10)
    form = {"data": '{"text": "' + "ü" * 600_000 + '"}'}

    answer = ada.post(f"{path}/collections/some/documents", form)
    assert answer.status_code == 422
    assert "as much as a document holds" in answer.text
    assert dashboard.visitor().post(f"{path}/collections/some/documents", form).status_code == 413
