"""`<backpack>-redis`, the Deployment: the cache, with its append-only file."""

from typing import Any

from backpack_contract.credentials import REDIS_ACL
from backpack_contract.ports import REDIS as PORT
from backpack_operator.model.backpack import Backpack
from backpack_operator.settings import Settings
from backpack_operator.specs import credentials_secret, volume_claims
from backpack_operator.specs.api_deployment import CREDENTIALS_ANNOTATION
from backpack_operator.specs.container_resources import REDIS, container_resources, memory_limit
from backpack_operator.specs.deployments import RECREATE, deployment, tcp_probes
from backpack_operator.specs.pod_security import container_security

COMPONENT = "redis"
_USERS_DIRECTORY = "/etc/redis-users"
_USERS_FILE = "users.acl"


def redis_deployment(backpack: Backpack, settings: Settings, users: str, replicas: int) -> dict[str, Any]:
    """`users`: a digest of the user list, which Redis reads when it starts."""
    resources = container_resources(REDIS, backpack.cache.resources)
    container = {
        "name": COMPONENT,
        "image": settings.image_redis,
        "imagePullPolicy": settings.image_pull_policy,
        "command": _command(memory_limit(resources)),
        "ports": [{"name": "redis", "containerPort": PORT, "protocol": "TCP"}],
        "resources": resources,
        "securityContext": container_security(),
        **tcp_probes("redis", startup_seconds=120),
        "volumeMounts": [
            {"name": "data", "mountPath": "/data"},
            {"name": "users", "mountPath": _USERS_DIRECTORY, "readOnly": True},
        ],
    }
    users_volume = {
        "secretName": backpack.child(credentials_secret.PART),
        # Only the list with the digest of the password: the rest is not for Redis.
        "items": [{"key": REDIS_ACL, "path": _USERS_FILE}],
    }
    claim = {"claimName": backpack.child(volume_claims.CACHE)}
    pod = {
        "terminationGracePeriodSeconds": 30,
        "containers": [container],
        "volumes": [
            {"name": "data", "persistentVolumeClaim": claim},
            {"name": "users", "secret": users_volume},
        ],
    }
    return deployment(
        backpack,
        COMPONENT,
        pod,
        replicas=replicas,
        strategy=RECREATE,
        annotations={CREDENTIALS_ANNOTATION: users},
    )


def _command(memory: int) -> list[str]:
    """Every command is logged and synchronised each second; sessions must never be
    evicted; protected mode would refuse other pods whatever their password. A quarter of
    the memory is left for buffers and for what a rewrite of the log copies, so that a
    full cache refuses writes rather than being killed."""
    options = {
        "port": str(PORT),
        "bind": "* -::*",
        "protected-mode": "no",
        "dir": "/data",
        "appendonly": "yes",
        "appendfsync": "everysec",
        "save": "",
        "maxmemory": str(memory * 3 // 4),
        "maxmemory-policy": "noeviction",
        "aclfile": f"{_USERS_DIRECTORY}/{_USERS_FILE}",
    }
    command = ["redis-server"]
    for name, value in options.items():
        command += [f"--{name}", *(value.split(" ") if value else [""])]
    return command
