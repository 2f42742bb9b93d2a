"""A program that uses the dashboard's JSON API, as the command line does."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx

from support.dashboard import Dashboard, Visitor

ALL = ("write", "deploy", "users", "data")


def new_token(visitor: Visitor, *scopes: str, days: int = 7) -> str:
    """A token with these scopes, made on the page; it has `read` besides."""
    form = {"name": "a <b>test</b>", "scope": list(scopes), "days": str(days)}
    answer = visitor.client.post("/account/tokens", data=form, headers=visitor.headers)
    assert answer.status_code == 200, answer.text
    assert "<b>test" not in answer.text
    found = re.search(r'data-copy="(bpt_[^"]+)"', answer.text)
    assert found
    return found.group(1)


def revoke(visitor: Visitor, token: str) -> None:
    assert visitor.send("DELETE", f"/account/tokens/{token_id(token)}").status_code == 200


def token_id(token: str) -> str:
    return token.split("_")[2]


class Program:
    """Sends requests with a token, or with none."""

    def __init__(self, dashboard: Dashboard, token: str | None, **headers: str) -> None:
        self.token = token or ""
        self.base = f"{dashboard.url}/api/v1"
        self.headers = headers | ({"Authorization": f"Bearer {token}"} if token else {})

    def send(self, method: str, path: str, body: Any = None, **options: Any) -> httpx.Response:
        if body is not None:
            options["json"] = body
        return httpx.request(method, self.base + path, headers=self.headers, timeout=60, **options)

    def get(self, path: str) -> Any:
        answer = self.send("GET", path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def status(self, method: str = "GET", path: str = "/me") -> int:
        return self.send(method, path).status_code

    @contextmanager
    def lines(self, path: str) -> Iterator[Iterator[Any]]:
        """What a stream tells, line by line, as it comes, without its signs of life."""
        with httpx.stream("GET", self.base + path, headers=self.headers, timeout=60) as answer:
            assert answer.status_code == 200, answer.read()
            assert answer.headers["content-type"] == "application/jsonl"
            told = (json.loads(line) for line in answer.iter_lines())
            yield (one for one in told if one["type"] != "ping")
