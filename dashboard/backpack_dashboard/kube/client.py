"""A thin client: one method for each thing that the dashboard asks of the API server, plain
dicts in and out, errors as `backpack_dashboard.kube.errors`."""

import json
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any, Self
from urllib.parse import urlencode

import aiohttp
from kubernetes.aio.client.configuration import Configuration
from kubernetes.aio.client.rest import RESTClientObject
from kubernetes.aio.config import load_incluster_config, load_kube_config

from backpack_dashboard.kube.errors import NoAnswer, Silent, from_answer
from backpack_dashboard.kube.kinds import Kind

Body = dict[str, Any]

FIELD_MANAGER = "backpack-dashboard"
CONNECTIONS = 128
"""Watches, and log streams of open pages, each take one for as long as they last; these are at
most half of them."""
WATCH_SECONDS = 300
SILENT_SECONDS = 90.0
"""Of a watch: bookmarks come about once a minute, but none of Events."""
_SECONDS = 15.0
_LINES = 2**22
"""Of a watch: one line is a whole object."""


class KubeClient:
    """One connection pool to the API server; close it when done."""

    def __init__(self, config: Configuration) -> None:
        self._config = config
        self._rest = RESTClientObject(config)
        self._send: Callable[..., Awaitable[Any]] = self._rest.request

    @classmethod
    async def connect(cls) -> Self:
        """As a pod's service account, or else as the kubeconfig says."""
        config = Configuration()
        if "KUBERNETES_SERVICE_HOST" in os.environ and "KUBECONFIG" not in os.environ:
            load_incluster_config(client_configuration=config)  # type: ignore[no-untyped-call]
        else:
            await load_kube_config(client_configuration=config)  # type: ignore[no-untyped-call]
        config.connection_pool_maxsize = CONNECTIONS
        return cls(config)

    async def close(self) -> None:
        await self._rest.close()

    async def get(self, kind: Kind, namespace: str, name: str) -> Body:
        """The object. Raises `NotThere`."""
        return await self._request("GET", kind.path(namespace, name))

    async def list(self, kind: Kind, namespace: str | None, **query: str) -> Body:
        """One page of a list as the API server answers it: `items`, `metadata`."""
        return await self._request("GET", kind.path(namespace), query=query)

    async def create(self, kind: Kind, body: Mapping[str, Any], *, dry_run: bool = False) -> Body:
        """A new object; `AlreadyThere` if one of its name exists."""
        query = {"dryRun": "All"} if dry_run else {}
        return await self._request("POST", kind.path(body["metadata"]["namespace"]), body=body, query=query)

    async def patch(
        self, kind: Kind, namespace: str, name: str, change: Mapping[str, Any], *, dry_run: bool = False
    ) -> Body:
        """A JSON merge patch. A `resourceVersion` or `uid` in its metadata makes it fail with
        `AlreadyThere` where the object is another one by now."""
        return await self._request(
            "PATCH",
            kind.path(namespace, name),
            body=change,
            query={"dryRun": "All"} if dry_run else {},
            content="application/merge-patch+json",
        )

    async def replace(self, kind: Kind, body: Mapping[str, Any], *, dry_run: bool = False) -> Body:
        """Put the whole object in the place of the one of its `resourceVersion`."""
        metadata = body["metadata"]
        return await self._request(
            "PUT",
            kind.path(metadata["namespace"], metadata["name"]),
            body=body,
            query={"dryRun": "All"} if dry_run else {},
        )

    async def delete(self, kind: Kind, namespace: str, name: str, **preconditions: str) -> None:
        """Delete the object if it is the one of these preconditions (`uid`,
        `resourceVersion`). Raises `NotThere` or `AlreadyThere`."""
        options = {"propagationPolicy": "Background", "preconditions": preconditions}
        await self._request("DELETE", kind.path(namespace, name), body=options)

    async def watch(
        self, kind: Kind, namespace: str | None, resource_version: str, **query: str
    ) -> AsyncIterator[Body]:
        """The events `{type, object}` since that version, until the API server ends it, or has
        said nothing for so long that it may not be there any more."""
        query = {
            **query,
            "watch": "true",
            "resourceVersion": resource_version,
            "allowWatchBookmarks": "true",
            "timeoutSeconds": str(WATCH_SECONDS),
        }
        try:
            async with self.stream(
                kind.path(namespace), query, WATCH_SECONDS + 30.0, silent=SILENT_SECONDS
            ) as lines:
                async for line in lines:
                    yield _event(line)
        except Silent:
            return

    @asynccontextmanager
    async def stream(
        self,
        path: str,
        query: Mapping[str, str],
        seconds: float | None = None,
        *,
        longest: int | None = None,
        silent: float | None = None,
    ) -> AsyncIterator[AsyncIterator[bytes]]:
        """The lines of an answer as they come, for at most so many seconds. Of one with more
        than `longest` bytes the rest is left out; without a limit it is a `NoAnswer`. `Silent`
        where nothing comes for `silent` seconds."""
        timeout = aiohttp.ClientTimeout(total=seconds, sock_connect=_SECONDS, sock_read=silent)
        answer = await self._open("GET", path, None, query, "application/json", timeout)
        try:
            if answer.status >= 400:
                raise from_answer(answer.status, answer.reason, await _rest(answer))
            yield _lines(answer.response, longest)
        finally:
            answer.response.close()

    async def _request(
        self,
        method: str,
        path: str,
        *,
        body: Mapping[str, Any] | None = None,
        query: Mapping[str, str] | None = None,
        content: str = "application/json",
    ) -> Body:
        query = dict(query or {})
        if method in ("POST", "PATCH", "PUT"):
            query["fieldManager"] = FIELD_MANAGER
        timeout = aiohttp.ClientTimeout(total=_SECONDS)
        try:
            answer = await self._open(method, path, body, query, content, timeout)
            text = await answer.read()
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise NoAnswer(f"{method} {path}: {str(error) or type(error).__name__}") from error
        if answer.status >= 400:
            raise from_answer(answer.status, answer.reason, text)
        result: Body = json.loads(text)
        return result

    async def _open(  # noqa: PLR0917  one place that names them all
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None,
        query: Mapping[str, str],
        content: str,
        limit: aiohttp.ClientTimeout,
    ) -> Any:
        headers = {"Accept": "application/json", "Content-Type": content, "User-Agent": FIELD_MANAGER}
        credentials: Mapping[str, Any] = await self._config.auth_settings()
        for setting in credentials.values():
            headers[setting["key"]] = setting["value"]
        url = f"{self._config.host}{path}" + (f"?{urlencode(query)}" if query else "")
        try:
            return await self._send(method, url, headers, body, _request_timeout=limit)
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise NoAnswer(f"{method} {path}: {str(error) or type(error).__name__}") from error


async def _rest(answer: Any) -> bytes:
    try:
        text: bytes = await answer.read()
    except (aiohttp.ClientError, OSError, TimeoutError) as error:
        raise NoAnswer(f"a refusal broke off: {str(error) or type(error).__name__}") from error
    return text


def _event(line: bytes) -> Body:
    try:
        event: Body = json.loads(line)
    except ValueError as error:
        raise NoAnswer("the watch broke off within a line") from error
    return event


async def _lines(response: aiohttp.ClientResponse, longest: int | None) -> AsyncIterator[bytes]:
    try:
        kept = b""
        async for chunk in response.content.iter_any():
            *whole, kept = (kept + chunk).split(b"\n")
            for line in whole:
                yield line[:longest]
            if longest is not None:
                kept = kept[:longest]
            elif len(kept) > _LINES:
                raise NoAnswer("the API server sent a line that is too long")
        if kept:
            yield kept
    except aiohttp.SocketTimeoutError as error:
        raise Silent("the stream is silent") from error
    except (aiohttp.ClientError, OSError, TimeoutError) as error:
        raise NoAnswer(f"the stream broke off: {str(error) or type(error).__name__}") from error
