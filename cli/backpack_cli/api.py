"""Calls of the dashboard's API, and its errors as sentences."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote

import httpx

from . import moments
from .errors import BrokeOff, CliError, Exit, from_problem
from .login import Login
from .loopback import PATTERN, Loopback
from .patience import SHORT, Patience, patiently
from .scopes import of_token

Json = dict[str, Any]

CONNECT = 10.0
ANSWER = 60.0
"""Seconds without a byte."""
WORK = httpx.Timeout(600.0, connect=CONNECT)
"""Of what works for a while before it answers: an import of everything."""
SILENCE = 60.0
"""Seconds without a line of a stream, which has one in 15."""
_ME = {"name", "role", "scopes", "expiresAt"}


class Api:
    """The way to one dashboard."""

    def __init__(self, login: Login) -> None:
        self.url = login.url
        self.clock: int | None = None
        """The dashboard's own, in nanoseconds since 1970, at its last answer."""
        self._http = httpx.Client(
            base_url=f"{login.url}/api/v1",
            headers={"Authorization": f"Bearer {login.token}", "User-Agent": "backpack-cli"},
            timeout=httpx.Timeout(ANSWER, connect=CONNECT),
            mounts={PATTERN: Loopback()},
        )

    def close(self) -> None:
        self._http.close()

    def call(self, method: str, path: str, **request: Any) -> Any:
        """The answer's JSON; None where it has no content. What only reads is tried again.

        Raises `CliError`.
        """
        pauses = SHORT if method == "GET" else ()
        return patiently(lambda: self._once(method, path, request), Patience(pauses))

    def me(self) -> Json:
        """Whose token it is. Raises `CliError`, also where no dashboard is at the URL."""
        try:
            found = self.call("GET", "/me")
        except CliError as error:
            raise self._no_dashboard() if error.code == Exit.NOT_FOUND else error from None
        if not isinstance(found, dict) or not found.keys() >= _ME:
            raise self._no_dashboard()
        return found

    @contextmanager
    def opened(self, method: str, path: str, **request: Any) -> Iterator[httpx.Response]:
        """An answer whose content is still to come. Raises `CliError`, also while it is read."""
        try:
            with self._http.stream(method, path, **request) as answer:
                self._check(answer)
                self.clock = moments.of_date(answer.headers.get("Date"))
                yield answer
        except httpx.TransportError as error:
            detail = f"{self.url} can't be reached, or the connection was lost: try again."
            raise BrokeOff(detail) from error

    def lines(self, path: str, *, pings: bool = False, **query: Any) -> Iterator[Json]:
        """The lines of a stream until it ends; its signs of life only where they are asked for."""
        timeout = httpx.Timeout(SILENCE, connect=CONNECT)
        with self.opened("GET", path, params=query, timeout=timeout) as answer:
            for line in answer.iter_lines():
                content: Json = self._parsed(line)
                if pings or content["type"] != "ping":
                    yield content

    def _once(self, method: str, path: str, request: Json) -> Any:
        with self.opened(method, path, **request) as answer:
            content = answer.read()
        return self._parsed(content) if content else None

    def _parsed(self, content: str | bytes) -> Any:
        try:
            return json.loads(content)
        except ValueError:
            raise self._no_dashboard() from None

    def _no_dashboard(self) -> CliError:
        detail = f"There is no Backpack dashboard at {self.url}: something else answers there."
        return CliError(f"{detail} Log in at the dashboard's own URL.")

    def _check(self, answer: httpx.Response) -> None:
        if answer.is_success:
            return
        if answer.is_redirect:
            where = answer.headers.get("Location", "elsewhere")
            raise CliError(f"{self.url} leads to {where}: log in at the dashboard's own URL.")
        problem = _problem_of(answer.read())
        if answer.status_code == 404 and problem is None:
            raise self._no_dashboard()
        error = from_problem(answer.status_code, problem or {})
        if problem and (said := of_token(answer.status_code, problem, self.url)):
            raise CliError(said, error.code, problem)
        raise error


def _problem_of(content: bytes) -> Json | None:
    """What the dashboard answers (RFC 9457); None: somebody else has answered."""
    try:
        problem = json.loads(content)
    except ValueError:
        return None
    return problem if isinstance(problem, dict) else None


def until_end(
    open_stream: Callable[[], Iterator[Json]], *, sleep: Callable[[float], None] = time.sleep
) -> Iterator[Json]:
    """The lines of a stream, opened again where it breaks off, until the one of type `end`.

    After a break comes a line of the type `again`, and then the beginning again. Raises `CliError` where it
    breaks off again and again without news.
    """
    patience = Patience(sleep=sleep)
    while True:
        lost = BrokeOff("The connection is lost again and again: try later.")
        try:
            for line in open_stream():
                patience.renew()
                yield line
                if line["type"] == "end":
                    return
        except BrokeOff as error:
            lost = error
        yield {"type": "again"}
        patience.rest(lost)


def segment(text: str) -> str:
    """One segment of a path."""
    return quote(text, safe="")
