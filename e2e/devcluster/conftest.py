"""What the tests of the node itself need: the node, or a machine without one."""

import os
import platform
import secrets
from collections.abc import Iterator

import pytest

from backpack_devcluster import cluster
from backpack_devcluster.layout import machine
from backpack_images.engine import docker_answers
from support import node
from support.kubectl import Kubectl


@pytest.fixture(scope="session", autouse=True)
def _own_cluster_is_possible() -> None:
    if platform.system() != "Linux" or os.geteuid() != 0:
        pytest.skip("the project's own cluster needs Linux and root")
    if docker_answers():
        pytest.skip("with a Docker engine the cluster is kind's")


@pytest.fixture
def bare_machine() -> Iterator[None]:
    """A machine without the cluster; it has none afterwards either."""
    if machine().directory.exists():
        pytest.skip("a cluster is on this machine, and this test would remove it: `make down` first")
    yield
    node.down()


@pytest.fixture(scope="module")
def kubectl() -> Iterator[Kubectl]:
    """kubectl in a namespace of the module's own, on the node; a node that was there before stays."""
    there_before = cluster.running() is not None
    within = node.up().within(f"node-{secrets.token_hex(3)}")
    within.run("create", "namespace", within.namespace)
    yield within
    within.run("delete", "namespace", within.namespace, "--wait=true", timeout=60)
    if not there_before:
        node.down()
