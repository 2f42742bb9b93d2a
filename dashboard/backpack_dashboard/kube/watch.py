"""Keeps a picture of all objects of one kind up to date: list, then watch, for ever."""

import asyncio
import logging
import random
from collections.abc import Callable
from typing import Any, Protocol

from backpack_dashboard.kube.client import KubeClient
from backpack_dashboard.kube.errors import Expired, KubeError, from_answer
from backpack_dashboard.kube.kinds import Kind
from backpack_dashboard.logs import FIELDS

Body = dict[str, Any]

FIRST_PAUSE, LONGEST_PAUSE = 0.2, 15.0
PAGE = "200"

log = logging.getLogger(__name__)


class Picture(Protocol):
    """What is told of the objects."""

    def replace_all(self, bodies: list[Body], namespace: str | None) -> None:
        """These are all there are in the namespace (None: in all)."""

    def seen(self, body: Body) -> None:
        """New, or changed."""

    def gone(self, body: Body) -> None:
        """Deleted."""


class Watcher:
    """One list and watch. `fresh` says whether the picture follows the cluster now."""

    def __init__(
        self,
        client: KubeClient,
        kind: Kind,
        namespace: str | None,
        picture: Picture,
        *,
        changed: Callable[[], None] = lambda: None,
        **query: str,
    ) -> None:
        """`changed` is called when `fresh` is another one."""
        self._client, self._kind, self._namespace = client, kind, namespace
        self._picture, self._query, self._changed = picture, query, changed
        self.fresh = False
        self.synced = asyncio.Event()
        """Set with the first complete picture."""

    async def run(self) -> None:
        pause, version = FIRST_PAUSE, None
        while True:
            try:
                if version is None:
                    version = await self._list()
                self._set_fresh(True)
                pause = FIRST_PAUSE
                version = await self._follow(version)
            except Expired:
                version = None
            except KubeError as error:
                self._set_fresh(False)
                log.warning("watch broke off", extra={FIELDS: {"kind": self._kind.kind, "why": str(error)}})
                await asyncio.sleep(pause * random.uniform(0.5, 1.0))  # noqa: S311  no secret
                pause = min(pause * 2, LONGEST_PAUSE)

    async def _list(self) -> str:
        bodies: list[Body] = []
        query = {**self._query, "limit": PAGE}
        while True:
            answer = await self._client.list(self._kind, self._namespace, **query)
            bodies += answer["items"] or ()
            if not (token := answer["metadata"].get("continue")):
                break
            query["continue"] = token
        self._picture.replace_all(bodies, self._namespace)
        self.synced.set()
        version: str = answer["metadata"]["resourceVersion"]
        return version

    async def _follow(self, version: str) -> str:
        """Until the API server ends the watch; from where to go on."""
        async for event in self._client.watch(self._kind, self._namespace, version, **self._query):
            body = event["object"]
            if event["type"] == "ERROR":
                raise from_answer(body.get("code", 500), body.get("reason", ""), b"")
            version = body["metadata"]["resourceVersion"]
            if event["type"] in ("ADDED", "MODIFIED"):
                self._picture.seen(body)
            elif event["type"] == "DELETED":
                self._picture.gone(body)
        return version

    def _set_fresh(self, fresh: bool) -> None:
        if fresh is not self.fresh:
            self.fresh = fresh
            self._changed()
