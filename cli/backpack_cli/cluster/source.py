"""What custom resources and logs give, with the rights of a kubeconfig's user."""

import os
import time
from collections.abc import Iterator
from typing import Any, Literal

from kubernetes import client
from kubernetes import config as untyped_config
from kubernetes.client.exceptions import ApiException

from ..errors import BrokeOff, CliError, Exit
from ..patience import Patience
from ..source import LogRequest
from .logs import follow, read
from .sentences import sentences
from .shapes import GROUP, PLURAL, VERSION, backpack_of, event_of

Json = dict[str, Any]

config: Any = untyped_config

LOOK = 1.0
"""Seconds between two looks at what one waits for."""
ANSWER = 30
"""Seconds."""


class ClusterSource:
    """See `Source`. `context`: of the kubeconfig; None: the current one."""

    def __init__(self, context: str | None) -> None:
        file = os.environ.get("KUBECONFIG")  # asked for now: the library remembers it from its import
        with sentences():
            contexts, active = config.list_kube_config_contexts(config_file=file)
            chosen = next((one for one in contexts if one["name"] == context), None) if context else active
            if chosen is None:
                known = ", ".join(one["name"] for one in contexts)
                raise CliError(f"The kubeconfig has no context {context}; it has {known}", Exit.USAGE)
            api = config.new_client_from_config(config_file=file, context=chosen["name"])
        self.context: str = chosen["name"]
        self._namespace: str = chosen["context"].get("namespace") or "default"
        self._objects: Any = client.CustomObjectsApi(api)
        self._core: Any = client.CoreV1Api(api)

    def backpacks(self, namespace: str | None = None) -> list[Json]:
        with sentences():
            found = self._listed(namespace) if namespace else self._all()
        items = [backpack_of(one) for one in found["items"]]
        return sorted(items, key=lambda one: (one["name"], one["namespace"]))

    def create(self, name: str, spec: Json, namespace: str | None) -> Json:
        body = {
            "apiVersion": f"{GROUP}/{VERSION}",
            "kind": "Backpack",
            "metadata": {"name": name},
            "spec": spec,
        }
        place = namespace or self._namespace
        with sentences():
            return backpack_of(
                self._objects.create_namespaced_custom_object(
                    GROUP, VERSION, place, PLURAL, body, _request_timeout=ANSWER
                )
            )

    def change(self, backpack: Json, spec: Json) -> Json:
        with sentences():
            return backpack_of(
                self._objects.patch_namespaced_custom_object(
                    *_key(backpack),
                    {"spec": spec},
                    _content_type="application/merge-patch+json",
                    _request_timeout=ANSWER,
                )
            )

    def delete(self, backpack: Json) -> None:
        with sentences():
            # This one, and none that was made in its place meanwhile.
            options = client.V1DeleteOptions(preconditions=client.V1Preconditions(uid=backpack["uid"]))
            self._objects.delete_namespaced_custom_object(
                *_key(backpack), body=options, _request_timeout=ANSWER
            )

    def watch(self, backpack: Json, until: Literal["ready", "gone"], seconds: int) -> Iterator[Json]:
        deadline, patience = time.monotonic() + seconds, Patience()
        while True:
            try:
                now = self._look(backpack)
                events = self._events(now) if now else []
            except BrokeOff as error:
                if time.monotonic() > deadline:
                    raise
                patience.rest(error)
                continue
            patience.renew()
            if now is None:
                yield {"type": "end", "reason": "gone"}
                return
            yield {"type": "backpack", "backpack": now}
            yield from ({"type": "event", "event": event} for event in events)
            if until == "ready" and now["ready"] and not now["deleting"]:
                yield {"type": "end", "reason": "ready"}
                return
            if time.monotonic() > deadline:
                yield {"type": "end", "reason": "timeout"}
                return
            time.sleep(LOOK)

    def logs(self, backpack: Json, request: LogRequest) -> Iterator[Json]:
        with sentences():
            lines = follow if request.follow and not request.previous else read
            yield from lines(self._core, backpack, request)
        yield {"type": "end", "reason": "done"}

    def _all(self) -> Json:
        try:
            found: Json = self._objects.list_cluster_custom_object(
                GROUP, VERSION, PLURAL, _request_timeout=ANSWER
            )
        except ApiException as error:
            if error.status != 403:
                raise
            return self._listed(self._namespace)  # who may not see all may see the context's
        return found

    def _listed(self, namespace: str) -> Json:
        # Of this one alone: who names it needs rights nowhere else.
        found: Json = self._objects.list_namespaced_custom_object(
            GROUP, VERSION, namespace, PLURAL, _request_timeout=ANSWER
        )
        return found

    def _look(self, backpack: Json) -> Json | None:
        with sentences():
            try:
                now = backpack_of(
                    self._objects.get_namespaced_custom_object(*_key(backpack), _request_timeout=ANSWER)
                )
            except ApiException as error:
                if error.status != 404:
                    raise
                return None
        return now if now["uid"] == backpack["uid"] else None

    def _events(self, backpack: Json) -> list[Json]:
        selector = f"involvedObject.uid={backpack['uid']}"
        with sentences():
            found = self._core.list_namespaced_event(
                backpack["namespace"], field_selector=selector, _request_timeout=ANSWER
            )
        bodies: list[Json] = self._core.api_client.sanitize_for_serialization(found.items)
        return sorted((event_of(one) for one in bodies), key=lambda one: str(one["at"]))


def _key(backpack: Json) -> tuple[str, str, str, str, str]:
    return GROUP, VERSION, backpack["namespace"], PLURAL, backpack["name"]
