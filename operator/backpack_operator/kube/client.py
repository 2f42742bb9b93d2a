"""A thin client: one method for each thing the operator asks of the API server,
plain dicts in and out, errors as `backpack_operator.errors`."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

import aiohttp
import orjson
from kubernetes.aio.client.configuration import Configuration
from kubernetes.aio.client.rest import RESTClientObject

from backpack_contract.resources import FIELD_MANAGER
from backpack_operator.errors import ApiError, Conflict, NotFound, Refused, Unreachable
from backpack_operator.kube.connection import configuration
from backpack_operator.kube.listing import Named, parse
from backpack_operator.model.kinds import Kind, kind_of

Body = dict[str, Any]

_METADATA_ONLY = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"
_PAGE = 500
_SECONDS = 30.0
_LONGEST_PAUSE = 30.0
TOO_MANY = 429
NO_ANSWER = 0
"""In the place of a status."""
_ERRORS: dict[int, type[ApiError]] = {
    400: Refused,
    403: Refused,
    404: NotFound,
    405: Refused,
    409: Conflict,
    413: Refused,
    422: Refused,
}


class KubeClient:
    """One connection pool to the API server; close it when done."""

    def __init__(self, config: Configuration, told: Callable[[str, str, int], None]) -> None:
        """`told(method, path, status)` hears of every answer, and of none as `NO_ANSWER`."""
        self._config = config
        self._rest = RESTClientObject(config)
        self._send: Callable[..., Awaitable[Any]] = self._rest.request
        self._told = told
        self._not_before = 0.0

    @classmethod
    async def connect(cls, told: Callable[[str, str, int], None] = lambda *_: None) -> "KubeClient":
        return cls(await configuration(), told)

    async def close(self) -> None:
        await self._rest.close()

    async def get(self, kind: Kind, namespace: str, name: str) -> Body | None:
        """The object, or None if there is none."""
        try:
            return await self._request("GET", kind.path(namespace, name))
        except NotFound:
            return None

    async def list(self, kind: Kind, namespace: str | None, selector: str) -> list[Body]:
        """The objects of a namespace (None: of all) with these labels; `apiVersion`
        and `kind` are left out of list items by the API server."""
        answer = await self._request("GET", kind.path(namespace), query={"labelSelector": selector})
        return answer["items"] or []

    async def metadata(self, kind: Kind, namespace: str | None, selector: str | None) -> AsyncIterator[Named]:
        """The metadata of every object; none, where the kind does not exist."""
        query = {"limit": str(_PAGE)} | ({"labelSelector": selector} if selector else {})
        while True:
            try:
                text = await self._ask("GET", kind.path(namespace), query=query, accept=_METADATA_ONLY)
            except NotFound:
                return
            page = parse(text)
            for item in page["items"] or ():
                yield item["metadata"]
            if not (token := page["metadata"].get("continue")):
                return
            query["continue"] = token

    async def apply(self, body: Mapping[str, Any], uid: str | None = None) -> Body:
        """Server-side apply as the one field manager, taking fields over from others.
        With `uid`, only onto the object that has it: never makes a new one."""
        metadata = {**body["metadata"], "uid": uid} if uid else body["metadata"]
        return await self._request(
            "PATCH",
            kind_of(body).path(metadata["namespace"], metadata["name"]),
            body={**body, "metadata": metadata},
            query={"fieldManager": FIELD_MANAGER, "force": "true"},
            content="application/apply-patch+yaml",
        )

    async def apply_new(self, body: Mapping[str, Any]) -> Body:
        """Server-side apply of an object that there must not be yet: `Conflict` if one of
        its name exists. It is never at the first version of all, which is then asked for."""
        first = {**body, "metadata": {**body["metadata"], "resourceVersion": "1"}}
        return await self.apply(first)

    async def create(self, body: Mapping[str, Any]) -> Body:
        """A new object; `Conflict` if one of its name exists."""
        path = kind_of(body).path(body["metadata"]["namespace"])
        return await self._request("POST", path, body=body, query={"fieldManager": FIELD_MANAGER})

    async def patch(
        self, kind: Kind, namespace: str, name: str, change: Mapping[str, Any], part: str = ""
    ) -> Body:
        """A JSON merge patch of the object or of a subresource; a `resourceVersion` in
        its metadata makes it fail with `Conflict` if the object has changed."""
        path = kind.path(namespace, name) + (f"/{part}" if part else "")
        return await self._request(
            "PATCH",
            path,
            body=change,
            query={"fieldManager": FIELD_MANAGER},
            content="application/merge-patch+json",
        )

    async def replace_spec(self, body: Mapping[str, Any], uid: str) -> Body:
        """Put `spec` in the place of the live one, with whatever others have added."""
        change = [
            {"op": "test", "path": "/metadata/uid", "value": uid},
            {"op": "replace", "path": "/spec", "value": body["spec"]},
        ]
        return await self._request(
            "PATCH",
            kind_of(body).path(body["metadata"]["namespace"], body["metadata"]["name"]),
            body=change,
            query={"fieldManager": FIELD_MANAGER},
            content="application/json-patch+json",
        )

    async def delete(
        self, kind: Kind, namespace: str, name: str, uid: str, resource_version: str | None = None
    ) -> bool:
        """Delete exactly the object with this UID, as it was at this version if given;
        False if it is gone already or is another one now."""
        preconditions = {"uid": uid} | ({"resourceVersion": resource_version} if resource_version else {})
        options = {"propagationPolicy": "Background", "preconditions": preconditions}
        try:
            await self._request("DELETE", kind.path(namespace, name), body=options)
        except (NotFound, Conflict):
            return False
        return True

    async def version(self) -> None:
        """The smallest question there is; raises if it is not answered soon, which is
        before a probe that waits for it gives up."""
        await self._request("GET", "/version", seconds=3.0, patient=False)

    async def _left_alone(self) -> None:
        """Until the API server wants to be asked again: when it has too much to do, it says
        for how long it does not, which holds for whatever Backpack it would be."""
        if (seconds := self._not_before - time.monotonic()) > 0:
            await asyncio.sleep(seconds)

    async def _request(self, method: str, path: str, **more: Any) -> Body:
        answer: Body = orjson.loads(await self._ask(method, path, **more))
        return answer

    async def _ask(
        self,
        method: str,
        path: str,
        *,
        body: Mapping[str, Any] | Sequence[Mapping[str, Any]] | None = None,
        query: Mapping[str, str] | None = None,
        content: str = "application/json",
        accept: str = "application/json",
        seconds: float = _SECONDS,
        patient: bool = True,
    ) -> bytes:
        """The answer as it comes; an error as an exception."""
        if patient:
            await self._left_alone()
        headers = {
            "Accept": accept,
            # The way is short: packing a list takes both sides longer than sending it.
            "Accept-Encoding": "identity",
            "Content-Type": content,
            "User-Agent": FIELD_MANAGER,
        }
        credentials: Mapping[str, Any] = await self._config.auth_settings()
        for setting in credentials.values():
            headers[setting["key"]] = setting["value"]
        url = f"{self._config.host}{path}" + (f"?{urlencode(query)}" if query else "")
        timeout = aiohttp.ClientTimeout(total=seconds)
        try:
            answer = await self._send(method, url, headers, body, _request_timeout=timeout)
            text: bytes = await answer.read()
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            self._told(method, path, NO_ANSWER)
            raise Unreachable(
                f"the API server did not answer {method} {path}: {str(error) or type(error).__name__}"
            ) from error
        self._told(method, path, answer.status)
        if answer.status == TOO_MANY:
            self._not_before = time.monotonic() + _seconds(answer.headers.get("Retry-After"))
        if answer.status >= 400:
            raise _error(answer.status, answer.reason, text)
        return text


def _seconds(retry_after: str | None) -> float:
    if retry_after is None or not retry_after.isdecimal():
        return 1.0
    return min(float(retry_after), _LONGEST_PAUSE)


def _error(status: int, reason: str, text: bytes) -> ApiError:
    try:
        answer = orjson.loads(text)
        reason, message = answer.get("reason") or reason, answer.get("message") or ""
    except (ValueError, AttributeError):
        message = text[:500].decode(errors="replace")
    return _ERRORS.get(status, ApiError)(status, reason, message)
