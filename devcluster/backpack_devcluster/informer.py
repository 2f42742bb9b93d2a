"""A collection of the API server, kept up to date in memory by a watch."""

import logging
import threading
import time
from pathlib import Path

import httpx

from .api import Api, Object
from .errors import ApiRefused

_log = logging.getLogger(__name__)
_PAUSE_SECONDS = 1.0


class Informer(threading.Thread):
    """Lists a collection, then follows its changes; sets `changed` after each."""

    def __init__(self, kubeconfig: Path, path: str, changed: threading.Event) -> None:
        super().__init__(daemon=True, name=path)
        self._kubeconfig = kubeconfig
        self._path = path
        self._changed = changed
        self._lock = threading.Lock()
        self._objects: dict[str, Object] = {}
        self.synced = False
        """Whether the collection has been read once; until then it only looks empty."""

    def objects(self) -> list[Object]:
        """What is there now, as far as it is known."""
        with self._lock:
            return list(self._objects.values())

    def run(self) -> None:
        while True:
            try:
                with Api(self._kubeconfig) as api:
                    self._follow(api)
            except (ApiRefused, httpx.HTTPError, OSError, ValueError) as error:
                # The API server is restarted at times, and then is not there.
                _log.warning("watch of %s broke off: %s", self._path, error)
                time.sleep(_PAUSE_SECONDS)

    def _follow(self, api: Api) -> None:
        answer = api.request("GET", self._path)
        with self._lock:
            self._objects = {item["metadata"]["uid"]: item for item in answer["items"]}
        self.synced = True
        self._changed.set()
        version = answer["metadata"]["resourceVersion"]
        while True:
            for kind, item in api.watch(self._path, version):
                if kind == "ERROR":
                    # The version is too old to go on from: list again.
                    _log.info("watch of %s begins anew: %s", self._path, item.get("message"))
                    return
                version = item["metadata"]["resourceVersion"]
                if kind != "BOOKMARK":
                    self._take(kind, item)

    def _take(self, kind: str, item: Object) -> None:
        uid = item["metadata"]["uid"]
        with self._lock:
            if kind == "DELETED":
                self._objects.pop(uid, None)
            else:
                self._objects[uid] = item
        self._changed.set()
