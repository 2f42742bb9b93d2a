"""Checks the chart and the manifests beside it: helm lint, every object that they
render against the API server's own schemas, and every query as Prometheus reads it.

`python -m backpack_images.lint_chart` exits with 1 and says what is wrong.
"""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from string import Template

from backpack_devcluster import gobuild, report
from backpack_devcluster.errors import DevClusterError
from backpack_devcluster.report import Report

from . import chart_definitions, lint_queries, schemas
from .errors import ImageError
from .parts import REPOSITORY

CHART = REPOSITORY / "charts" / "backpack"
ALERTS = CHART / "files" / "alerts.yaml"
DASHBOARD = CHART / "files" / "grafana-dashboard.json"
_REQUIRED = ("--set=operator.domain=example.com", "--set=images.registry=registry.example.com/backpack")
_PLACEHOLDERS = {
    "COREDNS_IMAGE": "coredns:lint",
    "TRAEFIK_IMAGE": "traefik:lint",
    "CLUSTER_DNS_IP": "10.96.0.10",
    "CLUSTER_DOMAIN": "cluster.local",
    "HTTP_PORT": "8080",
    "HTTPS_PORT": "8443",
    "HTTP_HOST_IP": "127.0.0.1",
}


@dataclass(frozen=True)
class Variant:
    """One way to install the chart."""

    name: str
    options: tuple[str, ...]


VARIANTS = (
    Variant("default values", _REQUIRED),
    Variant("dev cluster", (*_REQUIRED, f"--values={CHART / 'ci' / 'devcluster-values.yaml'}")),
    Variant("kind", (*_REQUIRED, f"--values={CHART / 'ci' / 'kind-values.yaml'}")),
    Variant("every value set", (*_REQUIRED, f"--values={CHART / 'ci' / 'full-values.yaml'}")),
)


class ChartError(ImageError):
    """Something that is rendered would be refused; the text is the tool's own."""


def lint(progress: Report) -> None:
    """Check everything; the first thing that is wrong raises a `ChartError`."""
    helm = gobuild.build("helm", progress)
    kubeconform = gobuild.build("kubeconform", progress)
    promrules = gobuild.build("promrules", progress)
    location = schemas.directory(progress)
    with progress.step("Chart: the copy of crds/"):
        check_definitions()
    for variant in VARIANTS:
        with progress.step(f"Chart: {variant.name}"):
            lint_variant(helm, variant)
            conform(kubeconform, location, render(helm, variant))
    with progress.step("Chart: alert rules and the dashboard's queries"):
        lint_queries.lint(promrules, ALERTS, DASHBOARD)
    with progress.step("Manifests: add-ons and examples"):
        conform(kubeconform, location, _manifests())


def check_definitions() -> None:
    """Raise unless the chart installs the definitions that are in `crds/`."""
    if different := chart_definitions.differences():
        raise ChartError(
            f"{', '.join(different)}: the chart's copy is not what crds/ has; `make crds` copies it anew"
        )


def lint_variant(helm: Path, variant: Variant) -> None:
    """`helm lint --strict`."""
    _run(
        [
            str(helm),
            "lint",
            "--strict",
            "--quiet",
            str(CHART),
            f"--kube-version={kubernetes_version()}",
            *variant.options,
        ]
    )


def render(helm: Path, variant: Variant) -> str:
    """What `helm install` would apply, as YAML documents."""
    settings = ["--namespace=backpack-system", f"--kube-version={kubernetes_version()}", *variant.options]
    return _run([str(helm), "template", "backpack", str(CHART), *settings])


def conform(kubeconform: Path, location: Path, documents: str) -> None:
    """Compare YAML documents with the schemas; no kind is passed over."""
    options = ["-strict", "-verbose", "-schema-location", f"{location}/{schemas.LOCATION}"]
    _run([str(kubeconform), *options, "-"], stdin=documents)


def _manifests() -> str:
    files = sorted((REPOSITORY / "devcluster" / "addons").glob("*.yaml"))
    files += sorted((REPOSITORY / "examples").glob("*/*.yaml"))
    texts = [Template(file.read_text()).safe_substitute(_PLACEHOLDERS) for file in files]
    return "\n---\n".join(texts)


def kubernetes_version() -> str:
    """Of the dev cluster, such as `v1.36.3`."""
    go_mod = (REPOSITORY / "devcluster" / "go" / "kubernetes" / "go.mod").read_text()
    return gobuild.module_version(go_mod, "k8s.io/kubernetes")


def _run(command: list[str], stdin: str = "") -> str:
    done = subprocess.run(command, input=stdin, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        wrong = [line for line in (done.stdout + done.stderr).splitlines() if _tells(line)]
        raise ChartError(f"{Path(command[0]).name} {command[1]}:\n" + "\n".join(wrong))
    return done.stdout


def _tells(line: str) -> bool:
    """Not what is well."""
    return bool(line.strip()) and "is valid" not in line


def main() -> None:
    """The command."""
    try:
        lint(report.for_terminal())
    except DevClusterError as error:
        print(f"lint-chart: {error}", file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    main()
