"""FerretDB on SQLite: small, for backpacks that need little. The user of the API is its
only one, since it knows no roles."""

from typing import Any

from backpack_contract.credentials import MONGO_PASSWORD, MONGO_USERNAME
from backpack_contract.ports import MONGO as PORT
from backpack_contract.resources import RUN_AS
from backpack_operator.specs.container_resources import FERRETDB as RESOURCES
from backpack_operator.specs.deployments import secret_variable, tcp_probes
from backpack_operator.specs.engines.engine import Engine, Launch


def _container(launch: Launch) -> dict[str, Any]:
    return {
        "image": launch.settings.image_ferretdb,
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
            secret_variable("FERRETDB_SETUP_USERNAME", launch.secret, MONGO_USERNAME),
            secret_variable("FERRETDB_SETUP_PASSWORD", launch.secret, MONGO_PASSWORD),
            {"name": "FERRETDB_SETUP_DATABASE", "value": "admin"},
        ],
        **tcp_probes("mongo", startup_seconds=120),
    }


FERRETDB = Engine("ferretdb", RUN_AS, RESOURCES, "/data", ("/state", "/tmp"), False, 30, _container)  # noqa: S108
