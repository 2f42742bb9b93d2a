"""The running system that every end-to-end test uses.

Where none runs, it is started as a reader of the README would start it, and
removed afterwards; one that was there before is used, and left as it was.
"""

import secrets
from collections.abc import Iterator

import pytest

from backpack_dev.system import RunningSystem, system_for_tests
from support.kubectl import Kubectl


@pytest.fixture(scope="session")
def system() -> Iterator[RunningSystem]:
    with system_for_tests() as running:
        yield running


@pytest.fixture(scope="session")
def kubectl(system: RunningSystem) -> Kubectl:
    return Kubectl(system.kubectl, system.kubeconfig)


@pytest.fixture(scope="module")
def namespace(kubectl: Kubectl) -> Iterator[Kubectl]:
    """kubectl within a namespace of the module's own, which is deleted with all in it."""
    name = f"e2e-{secrets.token_hex(3)}"
    kubectl.run("create", "namespace", name)
    kubectl.run("label", "namespace", name, "pod-security.kubernetes.io/enforce=restricted")
    yield kubectl.within(name)
    kubectl.run("delete", "backpack", "--all", f"--namespace={name}", "--wait=true", timeout=90)
    kubectl.run("delete", "namespace", name, "--wait=false")
