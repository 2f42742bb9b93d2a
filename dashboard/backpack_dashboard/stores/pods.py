"""Pods of Backpacks, and what they write."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime

from backpack_contract.resources import LABEL_COMPONENT, LABEL_INSTANCE, LABEL_MANAGED_BY, MANAGED_BY
from backpack_dashboard.domain.backpacks import Backpack
from backpack_dashboard.domain.pod_logs import Line, Replica, line_of, replicas_of
from backpack_dashboard.kube.client import KubeClient
from backpack_dashboard.kube.kinds import POD
from backpack_dashboard.stores.cluster_errors import cluster_errors, told_of

_LONGEST = 2**16
"""Bytes of a line that are kept in memory; a line may have any length."""


class PodStore:
    def __init__(self, client: KubeClient) -> None:
        self._client = client

    @cluster_errors
    async def replicas(self, backpack: Backpack, component: str) -> tuple[Replica, ...]:
        """The pods of one component."""
        wanted = {
            LABEL_INSTANCE: backpack.name,
            LABEL_MANAGED_BY: MANAGED_BY,
            LABEL_COMPONENT: component,
        }
        selector = ",".join(f"{name}={value}" for name, value in wanted.items())
        # From the API server's memory: a page looks again and again.
        answer = await self._client.list(POD, backpack.namespace, labelSelector=selector, resourceVersion="0")
        return replicas_of(backpack, answer["items"] or ())

    @asynccontextmanager
    async def lines(
        self,
        replica: Replica,
        tail: int,
        since: datetime | None = None,
        *,
        previous: bool = False,
        follow: bool = True,
    ) -> AsyncIterator[AsyncIterator[Line]]:
        """Each line as it is written, until the container ends: the last `tail`, or with a
        moment those since its second. With `previous` those of the container before, and no
        more; without `follow` those that are there. Raises as `cluster_errors` does."""
        query = {"container": replica.container, "timestamps": "true"}
        if previous or follow:
            query |= {"previous": "true"} if previous else {"follow": "true"}
        query |= {"sinceTime": since.strftime("%Y-%m-%dT%H:%M:%SZ")} if since else {"tailLines": str(tail)}
        path = POD.path(replica.namespace, replica.pod) + "/log"
        with told_of():
            async with self._client.stream(path, query, longest=_LONGEST) as lines:
                yield (line_of(replica.pod, raw) async for raw in lines)
