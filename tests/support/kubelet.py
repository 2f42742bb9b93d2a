"""What stands for the kubelet of a node: it answers the API server with the logs that a test
writes, for as long as the container runs."""

import ssl
import threading
from collections import Counter
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

from backpack_devcluster import pki
from backpack_devcluster.plane import ControlPlane
from support.operated_cluster import OperatedCluster

NODE = "log-node"
"""The node that it stands for."""


class Kubelet:
    """On a free port of 127.0.0.1. `write` adds a line to a pod's log, `end` ends it. The log of
    a container before its last restart has the name `POD/previous`."""

    def __init__(self, plane: ControlPlane) -> None:
        self._changed = threading.Condition()
        self._lines: dict[str, list[str]] = {}
        self._ended: set[str] = set()
        self.asked: list[str] = []
        self.reading: Counter[str] = Counter()
        """How many read the log of a pod at this moment."""
        kubelet = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                url = urlsplit(self.path)
                kubelet.asked.append(self.path)
                pod = url.path.split("/")[3]
                if "previous" in parse_qs(url.query):
                    pod += "/previous"
                self.send_response(200)
                self.end_headers()
                kubelet.reading[pod] += 1
                # Whoever read is gone, which is noticed with the next line.
                with suppress(OSError):
                    for line in kubelet._of(pod):
                        self.wfile.write(line.encode())
                        self.wfile.flush()
                kubelet.reading[pod] -= 1

            def log_message(self, *_: object) -> None:
                """Not to the test's output."""

        own = pki.Request(NODE, f"system:node:{NODE}", ("system:nodes",), ("127.0.0.1",))
        pki.issue(plane.pki, [own])
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(plane.pki / f"{NODE}.crt", plane.pki / f"{NODE}.key")
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        with self._changed:
            self._ended |= set(self._lines)
            self._changed.notify_all()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def node(self) -> dict[str, Any]:
        """Its Node's status."""
        return {
            "addresses": [{"type": "InternalIP", "address": "127.0.0.1"}],
            "daemonEndpoints": {"kubeletEndpoint": {"Port": self._server.server_port}},
        }

    def run(
        self,
        cluster: OperatedCluster,
        namespace: str,
        backpack: str,
        pod: str,
        component: str = "api",
        **status: Any,
    ) -> str:
        """A pod of the backpack on its node, running unless `status` (of the container) says
        otherwise; its path."""
        pods = f"/api/v1/namespaces/{namespace}/pods"
        labels = {
            "app.kubernetes.io/instance": backpack,
            "app.kubernetes.io/managed-by": "backpack-operator",
            "app.kubernetes.io/component": component,
        }
        body: dict[str, Any] = {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": pod, "labels": labels},
            "spec": {
                "nodeName": NODE,
                "automountServiceAccountToken": False,
                "containers": [{"name": component, "image": "registry.test/some:1"}],
            },
        }
        cluster.api.request("POST", pods, body)
        container = {
            "name": component,
            "ready": True,
            "restartCount": 0,
            "image": "some",
            "imageID": "some",
            "state": {"running": {}},
            **status,
        }
        running = {"phase": "Running", "containerStatuses": [container]}
        cluster.api.merge(f"{pods}/{pod}/status", {"status": running})
        return f"{pods}/{pod}"

    def write(self, pod: str, moment: str, text: str) -> None:
        with self._changed:
            self._lines.setdefault(pod, []).append(f"{moment} {text}\n")
            self._changed.notify_all()

    def end(self, pod: str) -> None:
        with self._changed:
            self._ended.add(pod)
            self._changed.notify_all()

    def _of(self, pod: str) -> Any:
        sent = 0
        while True:
            with self._changed:
                lines = self._lines.setdefault(pod, [])
                while len(lines) == sent and pod not in self._ended:
                    self._changed.wait()
                new = lines[sent:]
                if not new:
                    return
            sent += len(new)
            yield from new
