"""Calls of the API over HTTP: who calls, errors, and trying again."""

import asyncio
import email.utils
import json
import random
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from http import cookiejar
from time import time as wall_clock
from typing import Any, TypeVar
from urllib.parse import quote

import httpx

from .backlog import Backlog
from .errors import NOT_SIGNED_IN, BackpackError, from_problem, own_error
from .files import Form
from .identifiers import new_key
from .loopback import PATTERN, Loopback
from .options import Options
from .session import Session

R = TypeVar("R")

PATIENCE = 10.0
"""Seconds that a `Retry-After` is waited for; with more, the caller decides."""
TOLERANCE = 5.0
"""Seconds that a clock may be off before the server's is believed; its `Date` has whole seconds."""
_PASSING = (429, 502, 503, 504)
_KEPT = 4.0
"""Seconds that an idle connection is kept: a little less than servers do, which would end it under a call."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What a call sends."""

    query: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """None: is left out."""
    json: Any = None
    """Sent as JSON; None: nothing is."""
    form: Form | None = None
    """Sent instead."""
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    timeout: bool = True
    safe: bool | None = None
    """Whether a second try does no harm; None: where it is a GET."""
    anonymous: bool = False
    """Send no token."""


_PLAIN = Request()


class Transport:
    """The way to one API."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.session = Session(f"backpack:{options.api_url}", options.token, options.token_store)
        self.backlog = Backlog()
        self._skew = 0.0
        # Sessions are kept by tokens: a cookie beside one would ask for an Origin.
        no_cookies = cookiejar.CookieJar(policy=cookiejar.DefaultCookiePolicy(allowed_domains=[]))
        trusted, limits = options.trusted or False, httpx.Limits(keepalive_expiry=_KEPT)
        self._http = httpx.AsyncClient(
            verify=trusted,
            timeout=None,  # noqa: S113  a call's own limit holds for all of it
            cookies=no_cookies,
            limits=limits,
            mounts={PATTERN: Loopback(verify=trusted, limits=limits)},
        )

    async def close(self) -> None:
        await self._http.aclose()

    def now(self) -> float:
        """The server's time, in seconds since 1970, as far as its answers have told."""
        return wall_clock() + self._skew

    def key(self) -> str:
        """A key that makes a request safe to send again."""
        return new_key(self.now())

    def address(self, path: str, query: Mapping[str, Any]) -> str:
        """The whole address of a path."""
        given = {name: value for name, value in query.items() if value is not None}
        return str(httpx.URL(self.options.api_url + path, params=given or None))

    async def call(self, method: str, path: str, request: Request = _PLAIN) -> Any:
        """The JSON of the answer; None where it has no content. Raises `BackpackError`."""
        return await self.send(method, path, request, _read_json)

    async def send(
        self, method: str, path: str, request: Request, read: Callable[[httpx.Response], Awaitable[R]]
    ) -> R:
        """What `read` makes of the answer to a call that was successful, which it closes.

        Raises `BackpackError`.
        """
        safe = method == "GET" if request.safe is None else request.safe
        tries = self.options.retries if safe else 0
        number = 0
        while True:
            try:
                return await self._once(method, path, request, read)
            except BackpackError as error:
                wait = _pause(error, number) if number < tries else None
                if wait is None:
                    raise
            await asyncio.sleep(wait)
            number += 1

    async def _once(
        self, method: str, path: str, request: Request, read: Callable[[httpx.Response], Awaitable[R]]
    ) -> R:
        epoch = self.session.epoch
        limit = self.options.timeout if request.timeout else None
        try:
            async with asyncio.timeout(limit):
                answer = await self._http.send(self._build(method, path, request), stream=True)
                try:
                    await self._note(answer, epoch)
                    return await read(answer)
                except BaseException:
                    await answer.aclose()
                    raise
        except TimeoutError as error:
            raise own_error("timeout", f"The API didn't answer within {limit:g} s.") from error
        except httpx.RequestError as error:
            raise own_error("unreachable", f"The API at {self.options.api_url} can't be reached.") from error

    def _build(self, method: str, path: str, request: Request) -> httpx.Request:
        headers = dict(request.headers)
        if self.options.key:
            headers["X-Backpack-Key"] = self.options.key
        if self.session.token and not request.anonymous:
            headers["Authorization"] = f"Bearer {self.session.token}"
        address = self.address(path, request.query)
        if request.form:
            built = self._http.build_request(method, address, headers=headers, **request.form.arguments())
            built.stream = request.form.sent(built.stream)
            return built
        content = None
        if request.json is not None:
            headers["Content-Type"] = "application/json"
            content = json.dumps(request.json, allow_nan=False)
        return self._http.build_request(method, address, headers=headers, content=content)

    async def _note(self, answer: httpx.Response, epoch: int) -> None:
        """Note what an answer says of the session and the time; the error where it is a problem."""
        self._skew = _skew(answer.headers.get("Date"))
        if answer.is_success:
            return
        error = await _problem_of(answer)
        session = self.session
        if error.type == NOT_SIGNED_IN and epoch == session.epoch and (session.user or session.token):
            session.end()
        raise error


def quoted(segment: str) -> str:
    """One segment of a path."""
    return quote(segment, safe="")


async def _read_json(answer: httpx.Response) -> Any:
    content = await answer.aread()
    return json.loads(content) if content else None


async def _problem_of(answer: httpx.Response) -> BackpackError:
    after = answer.headers.get("Retry-After", "")
    retry_after = float(after) if after.isdigit() else None
    try:
        problem = json.loads(await answer.aread())
        return from_problem(problem, retry_after)
    except (ValueError, TypeError, KeyError, AttributeError):
        # Not the API's own answer: a proxy's.
        title = answer.reason_phrase or f"Status {answer.status_code}"
        return from_problem({"status": answer.status_code, "title": title}, retry_after)


def _skew(date: str | None) -> float:
    """Seconds by which the server is ahead."""
    try:
        skew = email.utils.parsedate_to_datetime(date or "").timestamp() - wall_clock()
    except ValueError:
        return 0.0
    return skew if abs(skew) > TOLERANCE else 0.0


def _pause(error: BackpackError, number: int) -> float | None:
    """Seconds to wait before the next try; None: there must be none."""
    after = error.retry_after or 0.0
    passing = error.type in ("backpack:unreachable", "backpack:timeout") or error.status in _PASSING
    if after > PATIENCE or not passing:
        return None
    return max(after, 0.2 * 2.0**number) * (1 + random.random() / 2)  # noqa: S311  nobody's secret
