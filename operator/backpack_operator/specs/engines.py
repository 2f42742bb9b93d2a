"""The database engines behind one small interface: each says which container serves
MongoDB's wire protocol over the volume at /data."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from backpack_contract.credentials import MONGO_PASSWORD, MONGO_USERNAME
from backpack_contract.ports import MONGO as PORT
from backpack_contract.resources import RUN_AS
from backpack_operator.settings import Settings
from backpack_operator.specs.container_resources import FERRETDB, MONGODB, Default
from backpack_operator.specs.deployments import secret_variable, tcp_probes


@dataclass(frozen=True, slots=True)
class Engine:
    """`container(settings, secret)` gives the engine's own part of the container, the
    rest is the same for all; `scratch` are the directories it writes to besides /data."""

    name: str
    user: int
    resources: Default
    data: str
    scratch: tuple[str, ...]
    grace_seconds: int
    container: Callable[[Settings, str], dict[str, Any]]


def _ferretdb(settings: Settings, secret: str) -> dict[str, Any]:
    return {
        "image": settings.image_ferretdb,
        "command": [
            "/ferretdb",
            "--handler=sqlite",
            "--sqlite-url=file:/data/",
            f"--listen-addr=:{PORT}",
            "--debug-addr=-",
            "--telemetry=disable",
            "--state-dir=/state",
            # SCRAM on SQLite; without it FerretDB 1.24 would take anyone.
            "--test-enable-new-auth",
        ],
        "env": [
            secret_variable("FERRETDB_SETUP_USERNAME", secret, MONGO_USERNAME),
            secret_variable("FERRETDB_SETUP_PASSWORD", secret, MONGO_PASSWORD),
            {"name": "FERRETDB_SETUP_DATABASE", "value": "admin"},
        ],
        **tcp_probes("mongo", startup_seconds=120),
    }


def _mongodb(settings: Settings, secret: str) -> dict[str, Any]:
    return {
        "image": settings.image_mongodb,
        # Through the image's own entry point, which makes the user at the first start.
        "args": ["mongod", "--bind_ip_all", "--port", str(PORT)],
        "env": [
            secret_variable("MONGO_INITDB_ROOT_USERNAME", secret, MONGO_USERNAME),
            secret_variable("MONGO_INITDB_ROOT_PASSWORD", secret, MONGO_PASSWORD),
        ],
        # A recovery after an unclean end may take minutes.
        **tcp_probes("mongo", startup_seconds=600),
    }


ENGINES = {
    engine.name: engine
    for engine in (
        Engine("ferretdb", RUN_AS, FERRETDB, "/data", ("/state", "/tmp"), 30, _ferretdb),  # noqa: S108
        # The official image's own user; its entry point writes only to these.
        Engine("mongodb", 999, MONGODB, "/data/db", ("/data/configdb", "/tmp"), 120, _mongodb),  # noqa: S108
    )
}
