"""A dashboard with a backpack behind it that one can look into: the real core API with its
stores, which trusts the key that the dashboard signs with."""

import secrets
from pathlib import Path
from typing import Any

from backpack_contract.configuration import AdminKey, BackpackConfiguration, DeclaredCollection
from backpack_operator.model.signing_keys import new_keys, secret_body
from support.admin_client import AdminHttp, AdminSigner
from support.core_api import API_ORIGIN, SITE_ORIGIN, CoreApi
from support.dashboard import Dashboard
from support.ferretdb import FerretDB
from support.operated_cluster import OperatedCluster
from support.processes import free_port
from support.redis import Redis
from support.waiting import eventually

NAME = "todo"


class Inside:
    """One Backpack, its API, a dashboard that knows no other, and two developers. `ada` may see
    the Backpack, `bob` may not."""

    def __init__(self, directory: Path, cluster: OperatedCluster, ferretdb: FerretDB, redis: Redis) -> None:
        own, namespace = cluster.namespace("inside"), cluster.namespace("apps")
        keys = new_keys(secrets.token_bytes(32))
        cluster.api.request("POST", f"/api/v1/namespaces/{own}/secrets", secret_body(own, keys))
        signer = AdminSigner("another")
        body = cluster.backpack(namespace, NAME, displayName="Todo", admins=["ada"])
        self.cluster, self.path = cluster, f"/backpacks/{namespace}/{NAME}"
        configuration = BackpackConfiguration(
            name=NAME,
            namespace=namespace,
            uid=body["metadata"]["uid"],
            site_origin=SITE_ORIGIN,
            api_origin=API_ORIGIN,
            secure_cookies=False,
            admin_keys=(*keys.trusted, AdminKey(**signer.key)),
            collections=(DeclaredCollection(name="declared"),),
        )
        port = free_port()
        self.api = CoreApi(
            directory / "api",
            ferretdb,
            redis,
            redis_database=9,
            configuration=configuration,
            BACKPACK_ADMIN_PORT=str(port),
        )
        """May be stopped, and started again: the dashboard finds it where it was."""
        self.admin = AdminHttp(self.api, signer, "grace")
        """Another administrator, who uses no dashboard."""
        self.dashboard = Dashboard(
            directory,
            cluster,
            redis,
            own=own,
            namespace=namespace,
            REDIS_DATABASE="7",
            BACKPACK_ADMIN_URL=f"http://127.0.0.1:{port}",
        )

    def start(self) -> None:
        self.api.start()
        self.dashboard.start()
        self.ada = self.dashboard.account("ada")
        self.bob = self.dashboard.account("bob")
        eventually(lambda: self.ada.get(self.path).status_code == 200, within=10)

    def stop(self) -> None:
        self.dashboard.stop()
        self.api.stop()
        self.api.close_clients()

    def call(self, operation: str, **fields: Any) -> Any:
        """What the API answers to `grace`."""
        with self.admin.socket() as socket:
            return socket.call(operation, **fields)

    def collection(self, *documents: dict[str, Any], **definition: Any) -> str:
        """A new collection with these documents."""
        name = f"c{secrets.token_hex(4)}"
        self.call("collections.create", collection=name, **definition)
        for document in documents:
            self.call("docs.create", collection=name, data=document)
        return name
