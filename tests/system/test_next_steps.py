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
EXAMPLES = [
    {
        "metadata": {"name": name},
        "status": {"url": f"http://{name}.test:8080", "apiUrl": f"http://{name}-api.test:8080"},
    }
    for name in ("todo", "chat")
]


def shown(dashboard: str = "http://admin.test:8080/setup#token") -> str:
    return next_steps(SYSTEM, EXAMPLES, dashboard, 12)


def commands() -> list[list[str]]:
    """The indented lines that a shell is to read, split as a shell would."""
    lines = shown().splitlines()
    split = [shlex.split(line) for line in lines if line.startswith("  ")]
    return [words for words in split if words[0] in {"export", "kubectl", "curl"}]


def test_each_command_is_one_line_of_valid_shell() -> None:
    assert [words[0] for words in commands()] == ["export", "export", "kubectl", "curl", "curl"]


def test_kubectl_is_pointed_at_the_new_cluster() -> None:
    assert ["export", "KUBECONFIG=/state/kubeconfig"] in commands()
    assert ["export", "PATH=/state/bin:$PATH"] in commands()


def test_the_api_is_asked_at_its_own_host() -> None:
    assert ["curl", "http://todo-api.test:8080/readyz"] in commands()


def test_each_example_is_named_with_its_site() -> None:
    assert "todo       http://todo.test:8080\n" in shown()
    assert "chat       http://chat.test:8080\n" in shown()


def test_the_set_up_link_is_there_until_the_dashboard_has_an_owner() -> None:
    assert "dashboard  http://admin.test:8080/setup#token" in shown()
    assert "first owner" in shown()
    assert "first owner" not in shown("http://admin.test:8080/")
