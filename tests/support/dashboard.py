"""The dashboard for tests: the real process on a free port, with exactly the rights that the
chart gives it; and people who use it."""

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import yaml

from backpack_devcluster import gobuild
from backpack_devcluster.report import PlainReport
from support import redis as redis_support
from support.api_proxy import ApiProxy
from support.helm import Helm
from support.operated_cluster import OperatedCluster
from support.processes import ServerProcess, free_port
from support.redis import Redis
from support.waiting import eventually

PASSWORD = "correct horse battery"
DOMAIN = "example.test"
BACKPACKS_PER_DEVELOPER = 40
"""More than the tests of one worker make for anybody."""
Object = dict[str, Any]


class Dashboard(ServerProcess):
    """One process. `own` is its namespace, `namespace` where backpacks are created; `through`:
    what stands between it and the API server."""

    def __init__(
        self,
        directory: Path,
        cluster: OperatedCluster,
        redis: Redis,
        *,
        own: str,
        namespace: str,
        through: ApiProxy | None = None,
        **settings: str,
    ) -> None:
        self.cluster, self.own, self.namespace = cluster, own, namespace
        self._clients: list[httpx.Client] = []
        kubeconfig = directory / "dashboard.kubeconfig"
        account = service_account(cluster, own)
        if through is not None:
            account["clusters"][0]["cluster"] = {"server": through.url}
        kubeconfig.write_text(yaml.safe_dump(account))
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        given = {
            "PUBLIC_URL": self.url,
            "DOMAIN": DOMAIN,
            "NAMESPACE": own,
            "CREATE_IN": namespace,
            "REDIS_HOST": redis.host,
            "REDIS_PASSWORD": redis_support.PASSWORD,
            "REDIS_DATABASE": "5",
            "BIND": "127.0.0.1",
            "PORT": str(port),
            # Cheap on purpose: tests sign in often.
            "PASSWORD_MEMORY_KIB": "64",
            "PASSWORD_ROUNDS": "1",
            "BACKPACKS_PER_DEVELOPER": str(BACKPACKS_PER_DEVELOPER),
            **settings,
        }
        kept = {key: value for key, value in os.environ.items() if not key.startswith("BACKPACK_")}
        self.environment = {
            **kept,
            **{f"BACKPACK_DASHBOARD_{key}": value for key, value in given.items()},
            "KUBECONFIG": str(kubeconfig),
        }
        super().__init__(
            [sys.executable, "-W", "error", "-m", "backpack_dashboard"],
            directory / "dashboard.log",
            self.environment,
            port,
        )

    def start(self) -> None:
        """Start it, and return once it can be used."""
        super().start()
        eventually(self._ready, within=30, every=0.05, retry_on=(httpx.TransportError,))

    def stop(self) -> int | None:
        for client in self._clients:
            client.close()
        return super().stop()

    def _ready(self) -> bool:
        self.alive()
        return httpx.get(f"{self.url}/readyz").status_code == 200

    def command(self, *words: str) -> str:
        """What one of its commands prints."""
        done = subprocess.run(
            [sys.executable, "-m", "backpack_dashboard", *words],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def visitor(self) -> "Visitor":
        """Somebody who isn't signed in."""
        client = httpx.Client(base_url=self.url, timeout=20)
        self._clients.append(client)
        return Visitor(self, client)

    def account(self, name: str, role: str = "developer", **spec: Any) -> "Visitor":
        """A new account, made with kubectl and signed in by its invitation."""
        email = f"{name}@example.com"
        body = {
            "apiVersion": "backpack.dev/v1alpha1",
            "kind": "BackpackAdmin",
            "metadata": {"name": name, "namespace": self.own},
            "spec": {"email": email, "role": role, **spec},
        }
        path = f"/apis/backpack.dev/v1alpha1/namespaces/{self.own}/backpackadmins"
        self.cluster.api.request("POST", path, body)
        visitor = self.visitor()
        token = self.command("invite", name).partition("#")[2]

        def redeemed() -> bool:
            # The page knows of the account once its watch has brought it.
            answer = visitor.post("/invitation", {"token": token, "password": PASSWORD})
            return answer.status_code == 200

        eventually(redeemed, within=10, every=0.1)
        visitor.name, visitor.email = name, email
        visitor.read_csrf()
        return visitor


@dataclass
class Visitor:
    """A browser's requests, without the browser: its cookies, its origin, its CSRF token."""

    dashboard: Dashboard
    client: httpx.Client
    csrf: str = ""
    name: str = ""
    email: str = ""

    def get(self, path: str) -> httpx.Response:
        return self.client.get(path)

    def post(self, path: str, form: Mapping[str, str] | None = None) -> httpx.Response:
        return self.send("POST", path, form)

    def send(self, method: str, path: str, form: Mapping[str, str] | None = None) -> httpx.Response:
        """As htmx does from a page of the dashboard."""
        return self.client.request(method, path, data=dict(form or {}), headers=self.headers)

    @property
    def headers(self) -> dict[str, str]:
        headers = {"Origin": self.dashboard.url, "Sec-Fetch-Site": "same-origin", "HX-Request": "true"}
        return headers | ({"X-CSRF-Token": self.csrf} if self.csrf else {})

    def read_csrf(self) -> None:
        page = self.get("/")
        assert page.status_code == 200, page.text
        found = re.search(r'name="csrf-token" content="([^"]+)"', page.text)
        assert found
        self.csrf = found.group(1)

    @property
    def cookie(self) -> str:
        return "; ".join(f"{name}={value}" for name, value in self.client.cookies.items())


def service_account(cluster: OperatedCluster, own: str) -> Object:
    """A kubeconfig of the account that the chart makes, with the roles that it makes."""
    helm = Helm(gobuild.build("helm", PlainReport()))
    settings = {"operator.domain": DOMAIN, "images.registry": "registry.test"}
    given = [f"--set={key}={value}" for key, value in settings.items()]
    done = helm.run("template", own, str(helm.chart), f"--namespace={own}", *given)
    assert done.returncode == 0, done.stderr
    wanted = {"ServiceAccount", "Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding"}
    account = ""
    for body in yaml.safe_load_all(done.stdout):
        if not body or body["kind"] not in wanted:
            continue
        if body["metadata"]["labels"].get("app.kubernetes.io/component") != "dashboard":
            continue
        cluster.api.apply(_path(body), body)
        if body["kind"] == "ServiceAccount":
            account = body["metadata"]["name"]
    request = {
        "apiVersion": "authentication.k8s.io/v1",
        "kind": "TokenRequest",
        "spec": {"expirationSeconds": 3600},
    }
    path = f"/api/v1/namespaces/{own}/serviceaccounts/{account}/token"
    token = cluster.api.request("POST", path, request)["status"]["token"]
    admin = yaml.safe_load(cluster.plane.kubeconfig.read_text())
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "dashboard",
        "clusters": [{"name": "cluster", "cluster": admin["clusters"][0]["cluster"]}],
        "users": [{"name": "dashboard", "user": {"token": token}}],
        "contexts": [{"name": "dashboard", "context": {"cluster": "cluster", "user": "dashboard"}}],
    }


def _path(body: Object) -> str:
    metadata = body["metadata"]
    group = "/api/v1" if body["kind"] == "ServiceAccount" else f"/apis/{body['apiVersion']}"
    place = f"/namespaces/{metadata['namespace']}" if "namespace" in metadata else ""
    return f"{group}{place}/{body['kind'].lower()}s/{metadata['name']}"
