"""Backpacks as JSON: list, create, look at, wait for, change, restart, delete."""

from collections.abc import AsyncIterable
from typing import Annotated

from fastapi import APIRouter, Query, Response

from backpack_dashboard.errors import Invalid
from backpack_dashboard.routes.api.bounded import BoundedRoute
from backpack_dashboard.routes.api.dependencies import (
    Reader,
    Theirs,
    Writer,
    may_read,
    room_to_stream,
)
from backpack_dashboard.routes.api.shapes import (
    BackpackList,
    BackpackShape,
    Change,
    EventList,
    EventShape,
    NewBackpack,
    News,
    news_of,
)
from backpack_dashboard.routes.dependencies import Parts
from backpack_dashboard.services.news import Goal

router = APIRouter(tags=["backpacks"], route_class=BoundedRoute)
ONE = "/backpacks/{namespace}/{name}"
_JSON_NAMES = {"display_name": "displayName"}


@router.get("/backpacks")
async def list_backpacks(
    by: Reader,
    parts: Parts,
    name: Annotated[str | None, Query(description="Only those of this name.")] = None,
) -> BackpackList:
    """All that the admin sees, by name: an owner all, a developer those that name him."""
    seen = parts.access.backpacks(by.admin)
    return BackpackList(items=[BackpackShape.of(one) for one in seen if name in (None, one.name)])


@router.post("/backpacks", status_code=201)
async def create_backpack(by: Writer, parts: Parts, new: NewBackpack, response: Response) -> BackpackShape:
    """A new one, at once; 409 where the name is taken. The operator makes it ready: follow it at
    `…/watch`. `Location` says where it is."""
    place = new.namespace or parts.backpacks.namespaces(by.admin)[0]
    try:
        made = await parts.backpacks.create(by.admin, place, new.name, new.display_name, new.spec)
    except Invalid as error:
        fields = {_JSON_NAMES.get(key, key): text for key, text in error.fields.items()}
        raise type(error)(error.detail, fields) from error
    response.headers["Location"] = f"/api/v1/backpacks/{made.namespace}/{made.name}"
    return BackpackShape.of(made)


@router.get(ONE, dependencies=[may_read])
async def get_backpack(backpack: Theirs) -> BackpackShape:
    """One backpack with its conditions and URLs."""
    return BackpackShape.of(backpack)


@router.patch(ONE)
async def change_backpack(by: Writer, parts: Parts, backpack: Theirs, wanted: Change) -> BackpackShape:
    """Change fields of its spec: also suspend, resume and scale it. Nothing is changed where
    one field isn't the admin's to change (403), or the cluster refuses one (422). The answer is
    of the new generation."""
    generation = wanted.generation
    if generation is None:
        generation = (await parts.backpack_settings.read(backpack)).generation
    changed = await parts.backpack_settings.change(by.admin, backpack, generation, lambda _: wanted.spec)
    now = await parts.cluster.wait_backpack(backpack.key, backpack.uid, changed.version.generation)
    return BackpackShape.of(now)


@router.post(f"{ONE}/restart", status_code=202)
async def restart_backpack(by: Writer, parts: Parts, backpack: Theirs) -> None:
    """Restart all its pods, one component after the other."""
    await parts.backpacks.restart(by.admin, backpack)


@router.delete(ONE, status_code=202)
async def delete_backpack(by: Writer, parts: Parts, backpack: Theirs) -> None:
    """Delete it. It is gone once looking at it answers 404: `…/watch?until=gone` waits for that."""
    await parts.backpacks.delete(by.admin, backpack, backpack.name)


@router.get(f"{ONE}/events", dependencies=[may_read])
async def list_events(parts: Parts, backpack: Theirs) -> EventList:
    """What the cluster has reported about it in the last hour, the newest first, at most 30."""
    return EventList(items=[EventShape.of(one) for one in parts.cluster.happenings(backpack)])


@router.get(f"{ONE}/watch", dependencies=[room_to_stream])
async def watch_backpack(
    by: Reader,
    parts: Parts,
    backpack: Theirs,
    until: Annotated[Goal, Query(description="What is waited for.")] = "ready",
    timeout: Annotated[int, Query(ge=1, le=3600, description="Seconds.")] = 600,  # noqa: ASYNC109
) -> AsyncIterable[News]:
    """A line of JSON for how it is now, for each change and each event, until what is waited
    for is there. The last line has the type `end` and says why. A connection that breaks off
    before it is simply opened anew."""
    async for one in parts.news.follow(by, backpack, until, timeout):
        yield news_of(one)
