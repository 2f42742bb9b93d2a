"""What the pods of a backpack write."""

from collections.abc import AsyncIterable
from contextlib import aclosing
from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import Field

from backpack_dashboard.domain.backpacks import Backpack
from backpack_dashboard.domain.pod_logs import Line, Replica
from backpack_dashboard.routes.api.backpacks import ONE
from backpack_dashboard.routes.api.dependencies import Reader, Theirs, room_to_stream
from backpack_dashboard.routes.api.shapes import PingNews, Shape
from backpack_dashboard.routes.api.streams import items_while_theirs
from backpack_dashboard.routes.dependencies import Parts
from backpack_dashboard.services.news import Ping
from backpack_dashboard.services.pod_logs import Found, Wanted

router = APIRouter(tags=["logs"])
Component = Literal["api", "mongo", "redis", "web"]


class PodShape(Shape):
    """`state` in words; `previous`: whether what it wrote before its last restart is kept."""

    pod: str
    state: str
    restarts: int
    previous: bool

    @classmethod
    def of(cls, one: Replica) -> "PodShape":
        return cls(pod=one.pod, state=one.state, restarts=one.restarts, previous=one.previous)


class LogPods(Shape):
    """Which pods there are: the first line, and one whenever that changes. `trouble`: what stands
    in the way of reading, as a sentence."""

    type: Literal["pods"] = "pods"
    pods: list[PodShape]
    trouble: str | None


class LogLine(Shape):
    """A line that a pod wrote; `at` is null where it has no moment."""

    type: Literal["line"] = "line"
    pod: str
    at: datetime | None
    text: str


class LogEnd(Shape):
    """The last line. `done`: there is no more; `gone`: the backpack was deleted, or is no longer
    this admin's; `signedOut`: the token counts no longer."""

    type: Literal["end"] = "end"
    reason: Literal["done", "gone", "signedOut"]


Entry = Annotated[LogPods | LogLine | PingNews | LogEnd, Field(discriminator="type")]


@router.get(f"{ONE}/logs", dependencies=[room_to_stream])
async def read_logs(
    by: Reader,
    parts: Parts,
    backpack: Theirs,
    component: Annotated[Component, Query(description="Of which of its parts.")] = "api",
    pod: Annotated[str, Query(description="Of this pod only.")] = "",
    tail: Annotated[
        int, Query(ge=0, le=10_000, description="Lines that are there already, of each pod.")
    ] = 300,
    *,
    previous: Annotated[bool, Query(description="What was written before the last restart.")] = False,
    follow: Annotated[bool, Query(description="Go on as more is written, also by pods that come.")] = False,
) -> AsyncIterable[Entry]:
    """A line of JSON for each line of the log, until the one of type `end`. `previous` can't be
    followed: nothing is added to it."""

    def find() -> Backpack:
        return parts.access.backpack(by.admin, *backpack.key)

    wanted = Wanted(component, pod, previous, tail)
    read = parts.pod_logs.follow if follow and not previous else parts.pod_logs.once
    async with aclosing(items_while_theirs(parts, by, read(find, wanted))) as items:
        async for item in items:
            match item:
                case Found():
                    pods = [PodShape.of(one) for one in item.replicas]
                    yield LogPods(pods=pods, trouble=item.trouble or None)
                case Ping():
                    yield PingNews()
                case list():
                    for line in item:
                        yield _line(line)
                case _:
                    yield LogEnd(reason=item)


def _line(one: Line) -> LogLine:
    return LogLine(pod=one.pod, at=one.moment, text=one.text)
