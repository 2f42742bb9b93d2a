"""What `make up` prints is to be copied into a shell."""

import shlex
from pathlib import Path

from backpack_dev.next_steps import next_steps
from backpack_dev.system import RunningSystem

SYSTEM = RunningSystem(
    kubeconfig=Path("/state/kubeconfig"),
    kubectl=Path("/state/bin/kubectl"),
    helm=Path("/h"),
    http_port=8080,
    https_port=8443,
)
EXAMPLE = {
    "metadata": {"name": "todo"},
    "status": {"url": "http://todo.test:8080", "apiUrl": "http://todo-api.test:8080"},
}


def commands() -> list[list[str]]:
    """The indented lines that a shell is to read, split as a shell would."""
    lines = next_steps(SYSTEM, EXAMPLE, 12).splitlines()
    shown = [shlex.split(line) for line in lines if line.startswith("  ")]
    return [words for words in shown if words[0] in {"export", "kubectl", "curl"}]


def test_each_command_is_one_line_of_valid_shell() -> None:
    assert [words[0] for words in commands()] == ["export", "export", "kubectl", "curl", "curl"]


def test_kubectl_is_pointed_at_the_new_cluster() -> None:
    assert ["export", "KUBECONFIG=/state/kubeconfig"] in commands()
    assert ["export", "PATH=/state/bin:$PATH"] in commands()


def test_the_api_is_asked_at_its_own_host() -> None:
    assert ["curl", "http://todo-api.test:8080/readyz"] in commands()
