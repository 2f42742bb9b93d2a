"""kubectl for tests: every call has a timeout, answers are parsed JSON."""

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from support.waiting import eventually

Object = dict[str, Any]


class KubectlError(AssertionError):
    """kubectl refused or failed; `stderr` is what it said."""

    def __init__(self, arguments: tuple[str, ...], stderr: str) -> None:
        super().__init__(f"kubectl {' '.join(arguments)}: {stderr.strip()}")
        self.stderr = stderr


@dataclass(frozen=True)
class Kubectl:
    """kubectl of one cluster; `namespace` is the one of calls that name none."""

    program: Path
    kubeconfig: Path
    namespace: str = "default"

    def run(self, *arguments: str, stdin: str | None = None, timeout: float = 30) -> str:
        """Standard output of `kubectl ARGUMENTS`, or `KubectlError`."""
        command = [
            str(self.program),
            f"--kubeconfig={self.kubeconfig}",
            f"--namespace={self.namespace}",
            f"--request-timeout={int(timeout)}s",
            *arguments,
        ]
        done = subprocess.run(  # the arguments are the tests' own
            command, input=stdin, capture_output=True, text=True, timeout=timeout + 10, check=False
        )
        if done.returncode:
            raise KubectlError(arguments, done.stderr)
        return done.stdout

    def within(self, namespace: str) -> "Kubectl":
        return Kubectl(self.program, self.kubeconfig, namespace)

    def apply(self, *objects: Object) -> str:
        """Apply as a user does: client-side, strict about unknown fields."""
        document = json.dumps({"apiVersion": "v1", "kind": "List", "items": list(objects)})
        return self.run("apply", "-f", "-", stdin=document)

    def get(self, kind: str, name: str) -> Object:
        answer: Object = json.loads(self.run("get", kind, name, "-o", "json"))
        return answer

    def find(self, kind: str, name: str) -> Object | None:
        """The object, or None where there is none of this name."""
        output = self.run("get", kind, name, "-o", "json", "--ignore-not-found")
        return json.loads(output) if output.strip() else None

    def list(self, kinds: str, selector: str = "", *, everywhere: bool = False) -> list[Object]:
        arguments = ["get", kinds, "-o", "json", *(["--all-namespaces"] if everywhere else [])]
        if selector:
            arguments.append(f"--selector={selector}")
        items: list[Object] = json.loads(self.run(*arguments))["items"]
        return items

    def condition(self, name: str, condition: str) -> Object | None:
        """One condition of a Backpack, if its status is of the present generation."""
        backpack = self.find("backpack", name)
        if backpack is None:
            return None
        status = backpack.get("status", {})
        if status.get("observedGeneration") != backpack["metadata"]["generation"]:
            return None
        return next((c for c in status.get("conditions", []) if c["type"] == condition), None)

    def wait_ready(self, name: str, within: float = 120) -> Object:
        """The Backpack once its Ready condition is True."""

        def ready() -> Object | None:
            condition = self.condition(name, "Ready")
            if condition is None or condition["status"] != "True":
                raise AssertionError(f"{name}: {condition}")
            return self.get("backpack", name)

        backpack = eventually(ready, within=within, every=0.3, what=f"Backpack {name} becomes Ready")
        assert backpack is not None
        return backpack

    def wait_reason(self, name: str, condition: str, reason: str, within: float = 30) -> Object:
        """The named condition once it has this reason."""

        def has_reason() -> Object | None:
            found = self.condition(name, condition)
            if found is None or found["reason"] != reason:
                raise AssertionError(f"{name}: {found}")
            return found

        found = eventually(has_reason, within=within, what=f"{condition} of {name} has reason {reason}")
        assert found is not None
        return found


def backpack(name: str, **spec: Any) -> Object:
    """A Backpack manifest."""
    return {
        "apiVersion": "backpack.dev/v1alpha1",
        "kind": "Backpack",
        "metadata": {"name": name},
        "spec": spec,
    }
