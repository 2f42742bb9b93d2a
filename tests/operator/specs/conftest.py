"""Two Backpacks at the ends of what can be asked for."""

from collections.abc import Callable
from typing import Any

import pytest

from backpack_operator.model.backpack import Backpack

CREDENTIALS = {
    "mongo-username": "backpack",
    "mongo-password": "mongo-secret",
    "mongo-root-password": "root-secret",
    "redis-password": "redis-secret",
    "redis-users.acl": "user default on #hash ~* &* +@all\n",
}


@pytest.fixture
def plain(make_backpack: Callable[..., Backpack]) -> Backpack:
    """Nothing but a name."""
    return make_backpack()


@pytest.fixture
def full(make_backpack: Callable[..., Backpack]) -> Backpack:
    """Every field."""
    resources: dict[str, Any] = {"requests": {"cpu": "2"}, "limits": {"memory": "64Mi"}}
    taint = {"key": "dedicated", "value": "data", "effect": "NoSchedule"}
    return make_backpack(
        hostname="tasks",
        api={
            "replicas": 3,
            "resources": resources,
            "requireKey": True,
            "createCollections": "none",
            "allowedOrigins": ["https://www.example.org"],
            "logLevel": "debug",
        },
        database={
            "engine": "mongodb",
            "storage": {"size": "10Gi", "storageClassName": "fast"},
            "resources": resources,
        },
        cache={"storage": {"size": "1Gi"}, "resources": resources},
        files={
            "storage": {"size": "20Gi", "accessMode": "ReadWriteMany"},
            "quotaPerUser": "1Gi",
            "maxFileSize": "10M",
        },
        web={"replicas": 2, "resources": resources, "spa": False, "keepReleases": 2},
        auth={"registration": "closed", "sessionTTL": "1h30m", "password": {"minLength": 12}},
        collections=[
            {
                "name": "tasks",
                "indexes": [{"keys": ["ownerId", "-done"], "unique": True}, {"keys": ["title"]}],
                "schema": {"type": "object", "required": ["title"]},
                "rules": {"read": "public", "create": "user", "update": "owner", "delete": "none"},
            },
            {"name": "notes"},
        ],
        tls={"mode": "Resolver", "resolver": "letsencrypt"},
        imagePullSecrets=[{"name": "registry"}, {"name": "mirror"}],
        scheduling={
            "api": {"nodeSelector": {"disk": "ssd"}},
            "mongo": {"tolerations": [taint], "nodeSelector": {"example.com/pool": "data"}},
            "redis": {"tolerations": [taint]},
            "web": {"tolerations": [{"operator": "Exists"}]},
        },
    )
