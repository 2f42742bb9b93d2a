"""What pods write, read from the cluster. `core` is a `kubernetes.client.CoreV1Api`, which has no types."""

import json
import queue
import threading
import time
from collections.abc import Iterator
from typing import Any

import urllib3
from kubernetes.client.exceptions import ApiException

from .. import moments
from ..errors import BrokeOff
from ..patience import Patience
from ..source import MOST_LINES, LogRequest
from .sentences import sentences
from .shapes import line_of

Json = dict[str, Any]

LOOK = 3.0
"""Seconds between two looks at which pods there are."""
ANSWER = 30
"""Seconds."""

Lines = queue.Queue[tuple[str, str | None]]
"""Pod and line; None: its stream has ended."""


def read(core: Any, backpack: Json, request: LogRequest) -> Iterator[Json]:
    """What there is now."""
    pods, _ = _pods(core, backpack, request)
    yield _told(pods)
    for pod in pods:
        try:
            text = core.read_namespaced_pod_log(
                pod,
                backpack["namespace"],
                timestamps=True,
                tail_lines=request.tail,
                previous=request.previous,
                _request_timeout=ANSWER,
            )
        except ApiException as error:
            if error.status not in (400, 404):
                raise
            continue  # it hasn't begun, or is gone, or was never started again
        yield from (line_of(pod, line) for line in text.splitlines())


def follow(core: Any, backpack: Json, request: LogRequest) -> Iterator[Json]:
    """What there is, and what comes, also of pods that come. Ends never."""
    lines: Lines = queue.Queue(maxsize=1000)
    reading: set[str] = set()
    begun: set[str] = set()
    known: list[str] | None = None
    began: int | None = None
    patience = Patience()
    while True:
        try:
            with sentences():
                pods, now = _pods(core, backpack, request)
        except BrokeOff as error:
            patience.rest(error)
            continue
        patience.renew()
        # A pod that comes later is new from its first line on.
        tail = request.tail if known is None else MOST_LINES
        began = now if known is None else began
        if pods != known:
            known = pods
            yield _told(pods)
        for pod in set(pods) - reading:
            if pod in begun:
                yield {"type": "again", "since": began}
            reading.add(pod)
            begun.add(pod)
            given = (core, backpack, pod, tail, lines)
            threading.Thread(target=_read_one, args=given, daemon=True).start()
        until = time.monotonic() + LOOK
        while (left := until - time.monotonic()) > 0:
            try:
                pod, line = lines.get(timeout=left)
            except queue.Empty:
                break
            if line is None:
                reading.discard(pod)
            else:
                yield line_of(pod, line)


def _read_one(core: Any, backpack: Json, pod: str, tail: int, lines: Lines) -> None:
    """The lines of one pod until it ends, and then None."""
    try:
        answer = core.read_namespaced_pod_log(
            pod, backpack["namespace"], timestamps=True, tail_lines=tail, follow=True, _preload_content=False
        )
        rest = b""
        for piece in answer.stream():
            *whole, rest = (rest + piece).split(b"\n")
            for line in whole:
                lines.put((pod, line.decode(errors="replace")))
    except (ApiException, urllib3.exceptions.HTTPError):
        pass  # it hasn't begun, or is gone: the next look tells
    finally:
        lines.put((pod, None))


def _pods(core: Any, backpack: Json, request: LogRequest) -> tuple[list[str], int | None]:
    """Their names, and what the cluster's clock says, in nanoseconds since 1970."""
    labels = {
        "app.kubernetes.io/instance": backpack["name"],
        "app.kubernetes.io/component": request.component,
    }
    answer = core.list_namespaced_pod(
        backpack["namespace"],
        label_selector=",".join(f"{name}={value}" for name, value in labels.items()),
        _request_timeout=ANSWER,
        _preload_content=False,  # with its headers
    )
    names = sorted(pod["metadata"]["name"] for pod in json.loads(answer.data)["items"])
    chosen = [name for name in names if request.pod in ("", name)]
    return chosen, moments.of_date(answer.headers.get("Date"))


def _told(pods: list[str]) -> Json:
    trouble = None if pods else "There is no pod: the backpack is suspended, or its pods aren't there yet."
    return {"type": "pods", "pods": [{"pod": pod} for pod in pods], "trouble": trouble}
