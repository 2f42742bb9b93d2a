"""Backpacks, as a dashboard knows them."""

import time
from collections.abc import Iterator
from typing import Any, Literal

from .api import Api, segment, until_end
from .errors import CliError, Exit
from .source import MOST_LINES, LogRequest

Json = dict[str, Any]


def path_of(backpack: Json) -> str:
    """Where a backpack is in the API."""
    return f"/backpacks/{segment(backpack['namespace'])}/{segment(backpack['name'])}"


class DashboardSource:
    """See `Source`."""

    def __init__(self, api: Api) -> None:
        self._api = api

    def backpacks(self, namespace: str | None = None) -> list[Json]:
        found: list[Json] = self._api.call("GET", "/backpacks")["items"]
        return [one for one in found if namespace in (None, one["namespace"])]

    def create(self, name: str, spec: Json, namespace: str | None) -> Json:
        more = {field: value for field, value in spec.items() if field != "displayName"}
        body = {"name": name, "displayName": spec.get("displayName"), "namespace": namespace, "spec": more}
        given = {key: value for key, value in body.items() if value}
        made: Json = self._api.call("POST", "/backpacks", json=given)
        return made

    def change(self, backpack: Json, spec: Json) -> Json:
        changed: Json = self._api.call("PATCH", path_of(backpack), json={"spec": spec})
        return changed

    def delete(self, backpack: Json) -> None:
        self._api.call("DELETE", path_of(backpack))

    def watch(self, backpack: Json, until: Literal["ready", "gone"], seconds: int) -> Iterator[Json]:
        deadline = time.monotonic() + seconds

        def opened() -> Iterator[Json]:
            left = round(deadline - time.monotonic())
            if left < 1:
                yield {"type": "end", "reason": "timeout"}
                return
            try:
                path = f"{path_of(backpack)}/watch"
                yield from self._api.lines(path, pings=True, until=until, timeout=left)
            except CliError as error:
                if error.code != Exit.NOT_FOUND:
                    raise
                yield {"type": "end", "reason": "gone"}

        return until_end(opened)

    def logs(self, backpack: Json, request: LogRequest) -> Iterator[Json]:
        query: Json = {"component": request.component, "tail": request.tail}
        if request.pod:
            query["pod"] = request.pod
        for flag in ("previous", "follow"):
            query[flag] = str(getattr(request, flag)).lower()
        goes_on = request.follow and not request.previous
        began, told = self._api.clock, False

        def opened() -> Iterator[Json]:
            # Of what is written during a break the last few lines alone would leave a gap.
            tail = MOST_LINES if goes_on and told else request.tail
            return self._api.lines(f"{path_of(backpack)}/logs", **{**query, "tail": tail})

        for line in until_end(opened):
            if line["type"] != "again":
                told = True
            yield {**line, "since": began} if line["type"] == "again" and goes_on and told else line
