"""A small client of the Kubernetes API for the cluster's own use: JSON in, JSON out.

The official client takes a second and 30 MiB to import, which the provisioner,
a daemon of every cluster, would pay for all its life.
"""

import base64
import json
import ssl
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx
import yaml

from .errors import ApiRefused

Object = dict[str, Any]
FIELD_MANAGER = "backpack-devcluster"


class Api:
    """The API server that a kubeconfig of `kubeconfig.write` names."""

    def __init__(self, kubeconfig: Path, seconds: float = 10.0) -> None:
        """`seconds`: how long an answer may take."""
        document = yaml.safe_load(kubeconfig.read_text())
        cluster, user = document["clusters"][0]["cluster"], document["users"][0]["user"]
        trust = ssl.create_default_context(
            cadata=base64.b64decode(cluster["certificate-authority-data"]).decode()
        )
        # ssl takes a client certificate only from a file.
        with tempfile.NamedTemporaryFile() as pem:
            pem.write(base64.b64decode(user["client-certificate-data"]))
            pem.write(base64.b64decode(user["client-key-data"]))
            pem.flush()
            trust.load_cert_chain(pem.name)
        self._http = httpx.Client(base_url=cluster["server"], verify=trust, timeout=seconds, trust_env=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()

    def request(self, method: str, path: str, body: Object | None = None, **query: str) -> Object:
        """One call; `ApiRefused` for an error status, httpx.TransportError without an answer."""
        return self._call(method, path, body, "application/json", query)

    def apply(self, path: str, body: Object) -> Object:
        """Server-side apply of the object at `path`: made or changed, by one call."""
        query = {"fieldManager": FIELD_MANAGER, "force": "true"}
        return self._call("PATCH", path, body, "application/apply-patch+yaml", query)

    def merge(self, path: str, body: Object) -> Object:
        """A merge patch of the object at `path`."""
        return self._call("PATCH", path, body, "application/merge-patch+json", {})

    def text(self, path: str) -> str:
        """What is no JSON, such as /metrics."""
        answer = self._http.get(path)
        if answer.is_error:
            raise ApiRefused(answer.status_code, answer.text[:500])
        return answer.text

    def healthy(self) -> bool:
        """Whether the API server is ready to serve everything."""
        try:
            return self._http.get("/readyz").status_code == httpx.codes.OK
        except httpx.TransportError:
            return False

    def watch(self, path: str, version: str, seconds: int = 300) -> Iterator[tuple[str, Object]]:
        """Events (type, object) of a collection since `version`, for at most `seconds`."""
        query = {"watch": "1", "resourceVersion": version, "timeoutSeconds": str(seconds)}
        query["allowWatchBookmarks"] = "true"
        timeout = httpx.Timeout(10.0, read=seconds + 30.0)
        with self._http.stream("GET", path, params=query, timeout=timeout) as answer:
            if answer.is_error:
                answer.read()
                raise ApiRefused(answer.status_code, answer.text[:500])
            for line in answer.iter_lines():
                event = json.loads(line)
                yield event["type"], event["object"]

    def _call(self, method: str, path: str, body: Object | None, kind: str, query: dict[str, str]) -> Object:
        answer = self._http.request(
            method,
            path,
            params=query,
            content=None if body is None else json.dumps(body),
            headers={"Content-Type": kind},
        )
        if answer.is_error:
            try:
                message = str(answer.json().get("message"))
            except ValueError:
                message = answer.text[:500]
            raise ApiRefused(answer.status_code, message)
        result: Object = answer.json()
        return result
