"""What the operator's tests share: settings, a Backpack, and an API server."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from backpack_devcluster.plane import ControlPlane
from backpack_operator.model.backpack import Backpack
from backpack_operator.settings import Settings
from support.control_plane import control_plane
from support.event_loop import pytest_asyncio_loop_factories
from support.operated_cluster import Operated, OperatedCluster

__all__ = ["control_plane", "pytest_asyncio_loop_factories"]

UID = "11111111-1111-4111-8111-111111111111"


@pytest.fixture(scope="session")
def cluster(control_plane: ControlPlane) -> Iterator[OperatedCluster]:
    """The API server of this worker, with the definitions installed."""
    with OperatedCluster(control_plane) as result:
        result.install()
        yield result


@pytest.fixture
def settings() -> Settings:
    return Settings(
        domain="example.com",
        image_api="registry.test/core-api:1.2.3",
        image_web="registry.test/web:1",
        image_redis="registry.test/redis:1",
        image_ferretdb="registry.test/ferretdb:1",
        namespace="backpack-system",
        default_engine="ferretdb",
    )


@pytest.fixture
def make_backpack() -> Callable[..., Backpack]:
    """A parsed Backpack `todo` in `apps`; keywords are fields of metadata (those that
    exist there) or else of the spec."""

    def make(status: dict[str, Any] | None = None, **fields: Any) -> Backpack:
        metadata = {
            "name": "todo",
            "namespace": "apps",
            "uid": UID,
            "generation": 3,
            "resourceVersion": "100",
        }
        known = {"name", "namespace", "uid", "generation", "resourceVersion", "finalizers", "annotations"}
        metadata |= {key: fields.pop(key) for key in list(fields) if key in known}
        if fields.pop("deleting", False):
            metadata["deletionTimestamp"] = "2026-01-01T00:00:00Z"
        return Backpack.parse({"metadata": metadata, "spec": fields, "status": status or {}})

    return make


@pytest.fixture
def operated(cluster: OperatedCluster, tmp_path: Path) -> Iterator[Operated]:
    own, namespace, other = (cluster.namespace(prefix) for prefix in ("system", "apps", "other"))
    with cluster.operator(tmp_path, own, namespace, other) as operator:
        yield Operated(cluster, operator, namespace, other, own)
