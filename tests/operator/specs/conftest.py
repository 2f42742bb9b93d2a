"""Two Backpacks at the ends of what can be asked for."""

from collections.abc import Callable
from typing import Any

import pytest

from backpack_operator.model.backpack import Backpack

CREDENTIALS = {
    "mongo-username": "backpack",
    "mongo-password": "mongo-secret",
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
    return make_backpack(
        hostname="tasks",
        api={"replicas": 3, "resources": resources},
        database={
            "engine": "mongodb",
            "storage": {"size": "10Gi", "storageClassName": "fast"},
            "resources": resources,
        },
        cache={"storage": {"size": "1Gi"}, "resources": resources},
        files={"storage": {"size": "20Gi", "accessMode": "ReadWriteMany"}},
        web={"replicas": 2, "resources": resources},
    )
