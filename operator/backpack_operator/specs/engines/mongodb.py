"""MongoDB, the official image: with authentication, a user for the API that may do
nothing but read and write the backpack's database, and an administrator's that only the
database's own pod is given.

The image's own entry point makes users only at the very first start, and never again
when that start is interrupted between the first file and the last user. So the image is
started with a script of ours, `mongodb_start.sh`.
"""

import re
from importlib.resources import files
from typing import Any

from backpack_contract.credentials import (
    MONGO_PASSWORD,
    MONGO_ROOT_PASSWORD,
    MONGO_SPARE_PASSWORD,
    MONGO_SPARE_USERNAME,
    MONGO_USERNAME,
)
from backpack_contract.database import DATABASE, MONGODB_ROOT
from backpack_contract.ports import MONGO as PORT
from backpack_operator.specs.container_resources import MONGODB as RESOURCES
from backpack_operator.specs.deployments import secret_variable, tcp_probes
from backpack_operator.specs.engines.engine import Engine, Launch

_SOURCE = (files(__package__) / "mongodb_start.sh").read_text(encoding="utf-8")
_SECOND = re.compile(r" +(?:#|//) second user$")
START_OF_TWO = "".join(f"{_SECOND.sub('', line)}\n" for line in _SOURCE.splitlines())
"""What it is started with where the API has two users."""
START = "".join(f"{line}\n" for line in _SOURCE.splitlines() if not _SECOND.search(line))
"""What it is started with where the Secret knows of one: a database that was set up so is not
restarted before its passwords are rotated."""

_DATA = "/data/db"
_GIB = 1024**3
_OTHERWISE = _GIB // 4
"""Memory that MongoDB needs besides its cache: connections, sorts, indexes being made."""
_SMALLEST_CACHE = 0.25
"""GiB; MongoDB takes no smaller one."""


def cache_gib(memory: int) -> str:
    """The size of WiredTiger's cache in GiB, for a container with this limit in bytes:
    half of what is not needed otherwise. As MongoDB itself would choose it for a machine,
    which does not know the limits of every container runtime."""
    return f"{max(_SMALLEST_CACHE, (memory - _OTHERWISE) / 2 / _GIB):.2f}"


def _container(launch: Launch) -> dict[str, Any]:
    return {
        "image": launch.settings.image_mongodb,
        # The arguments after the script's name are mongod's.
        "command": ["/bin/bash", "-c", START_OF_TWO if launch.second_user else START, "mongodb_start.sh"],
        "args": [f"--wiredTigerCacheSizeGB={cache_gib(launch.memory)}"],
        "env": [
            {"name": "DATA", "value": _DATA},
            {"name": "PORT", "value": str(PORT)},
            {"name": "ROOT_USERNAME", "value": MONGODB_ROOT},
            secret_variable("ROOT_PASSWORD", launch.secret, MONGO_ROOT_PASSWORD),
            secret_variable("API_USERNAME", launch.secret, MONGO_USERNAME),
            secret_variable("API_PASSWORD", launch.secret, MONGO_PASSWORD),
            *_second_user(launch),
            {"name": "API_DATABASE", "value": DATABASE},
            # mongosh writes to it; the user's own home is the data directory.
            {"name": "HOME", "value": "/tmp"},  # noqa: S108  the container's own
        ],
        # A recovery after an unclean end may take minutes.
        **tcp_probes("mongo", startup_seconds=600),
    }


def _second_user(launch: Launch) -> list[dict[str, Any]]:
    if not launch.second_user:
        return []
    return [
        secret_variable("SPARE_USERNAME", launch.secret, MONGO_SPARE_USERNAME),
        secret_variable("SPARE_PASSWORD", launch.secret, MONGO_SPARE_PASSWORD),
    ]


# The official image's own user. It declares a volume at /data/configdb.
MONGODB = Engine(
    "mongodb",
    999,
    RESOURCES,
    _DATA,
    ("/data/configdb", "/tmp"),  # noqa: S108
    True,
    120,
    _container,
)
