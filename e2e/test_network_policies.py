"""Who reaches whom, by real connections: a pod of one backpack knocks at another's doors."""

import pytest

from backpack_contract import ports
from backpack_images.engine import docker_answers
from support.backpacks import create_ready, unique
from support.kubectl import Kubectl

DOORS = [("mongo", ports.MONGO), ("redis", ports.REDIS), ("api", ports.API_ADMIN)]
KNOCK = "import socket, sys; socket.create_connection((sys.argv[1], int(sys.argv[2])), timeout=5)"


@pytest.fixture(scope="module")
def ours(namespace: Kubectl) -> str:
    return str(create_ready(namespace, unique("ours"))["metadata"]["name"])


@pytest.fixture(scope="module")
def theirs(namespace: Kubectl) -> str:
    return str(create_ready(namespace, unique("theirs"))["metadata"]["name"])


def opens(namespace: Kubectl, visitor: str, service: str, port: int) -> bool:
    """Whether a pod of the visitor's API comes through to a port of a Service."""
    answer = namespace.run(
        "exec",
        f"deployment/{visitor}-api",
        "--",
        "sh",
        "-c",
        'python3 -c "$0" "$1" "$2" 2>&1 && echo opened || true',
        KNOCK,
        service,
        str(port),
    )
    return answer.strip().endswith("opened")


@pytest.mark.parametrize(("component", "port"), DOORS[:2])
def test_an_api_reaches_its_own_stores(namespace: Kubectl, ours: str, component: str, port: int) -> None:
    assert opens(namespace, ours, f"{ours}-{component}", port)


@pytest.mark.skipif(
    not docker_answers(),
    reason="the project's own cluster enforces no NetworkPolicy: this needs a Docker engine, and so kind",
)
@pytest.mark.parametrize(("component", "port"), DOORS)
def test_nobody_reaches_another_s(
    namespace: Kubectl, ours: str, theirs: str, component: str, port: int
) -> None:
    assert not opens(namespace, ours, f"{theirs}-{component}", port)
