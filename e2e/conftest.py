"""The running system that every end-to-end test uses.

Where none runs, it is started as a reader of the README would start it, and
removed afterwards; one that was there before is used, and left as it was.
"""

import secrets
import subprocess
from collections.abc import Generator, Iterator

import pytest

from backpack_dev.system import RunningSystem, system_for_tests
from support.kubectl import Kubectl, KubectlError

TOLD_LINES = 40


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Where a test fails, tell what the cluster has to say: it is gone when somebody reads of it."""
    report = yield
    namespace = getattr(item, "funcargs", {}).get("namespace")
    if report.failed and isinstance(namespace, Kubectl):
        report.sections.append((f"namespace {namespace.namespace}", told_by(namespace)))
    return report


def told_by(namespace: Kubectl) -> str:
    """The Backpacks and pods of the namespace, and the last lines of the API's logs."""
    told = []
    for arguments in (
        ("get", "backpacks,pods", "-o", "wide"),
        ("logs", "-l", "app.kubernetes.io/component=api", "--prefix", f"--tail={TOLD_LINES}"),
    ):
        try:
            told.append(namespace.run(*arguments))
        except (KubectlError, subprocess.TimeoutExpired) as error:
            told.append(str(error))
    return "\n".join(told)


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
