"""The chart as the real Helm renders and installs it."""

import json
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from backpack_images.lint_chart import CHART, kubernetes_version

Object = dict[str, Any]
REQUIRED = {"operator.domain": "example.com", "images.registry": "registry.example.com/backpack"}


@dataclass
class Helm:
    """Calls of Helm on a chart."""

    program: Path
    chart: Path = CHART
    options: list[str] = field(default_factory=list)

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [str(self.program), *arguments, *self.options]
        return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)

    def template(self, settings: dict[str, Any], *arguments: str) -> subprocess.CompletedProcess[str]:
        """`helm template` with these values and no others."""
        given = [f"--set-json={key}={json.dumps(value)}" for key, value in settings.items()]
        version = f"--kube-version={kubernetes_version()}"
        return self.run("template", "backpack", str(self.chart), "-n", "system", version, *given, *arguments)

    def render(self, settings: dict[str, Any] | None = None, *arguments: str) -> list[Object]:
        """The objects that are rendered with the required values and these."""
        done = self.template({**REQUIRED, **(settings or {})}, *arguments)
        assert done.returncode == 0, done.stderr
        return [document for document in yaml.safe_load_all(done.stdout) if document]

    def refuse(self, settings: dict[str, Any]) -> str:
        """What Helm says to values that the chart doesn't take."""
        done = self.template({**REQUIRED, **settings})
        assert done.returncode != 0, "the chart took them"
        return done.stderr


def find(objects: list[Object], kind: str, name: str) -> Object:
    """The one object of that kind and name."""
    (found,) = [o for o in objects if o["kind"] == kind and o["metadata"]["name"] == name]
    return found


def environment(objects: list[Object]) -> dict[str, str]:
    """The variables of the operator's container, but for those that the cluster fills in."""
    deployment = find(objects, "Deployment", "backpack-operator")
    (container,) = deployment["spec"]["template"]["spec"]["containers"]
    return {entry["name"]: entry["value"] for entry in container["env"] if "value" in entry}
