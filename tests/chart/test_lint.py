"""What `make lint` checks of the manifests, and that it would find what is wrong."""

from pathlib import Path

import pytest

from backpack_devcluster import gobuild, report
from backpack_images import lint_chart, schemas
from backpack_images.lint_chart import ChartError


@pytest.fixture(scope="session")
def kubeconform() -> Path:
    return gobuild.build("kubeconform", report.PlainReport())


@pytest.fixture(scope="session")
def location() -> Path:
    return schemas.directory(report.PlainReport())


def test_the_chart_and_the_manifests_are_sound() -> None:
    lint_chart.lint(report.silent())


@pytest.mark.parametrize(
    ("manifest", "said"),
    [
        ("{apiVersion: v1, kind: Service, metadata: {name: a}, spec: {prots: []}}", "prots"),
        ("{apiVersion: v1, kind: Service, metadata: {nam: a}}", "nam"),
        ("{apiVersion: apps/v1, kind: Deployment, metadata: {name: a}, spec: {replicas: two}}", "replicas"),
        (
            "{apiVersion: backpack.dev/v1alpha1, kind: Backpack, metadata: {name: a}, spec: {hostnme: a}}",
            "hostnme",
        ),
        ("{apiVersion: example.com/v1, kind: Unheard, metadata: {name: a}}", "Unheard"),
    ],
)
def test_what_the_api_server_would_refuse_or_drop_is_found(
    kubeconform: Path, location: Path, manifest: str, said: str
) -> None:
    with pytest.raises(ChartError) as found:
        lint_chart.conform(kubeconform, location, manifest)

    assert said in str(found.value)


def test_what_kubernetes_takes_is_taken(kubeconform: Path, location: Path) -> None:
    lint_chart.conform(
        kubeconform,
        location,
        """
apiVersion: apps/v1
kind: Deployment
metadata: {name: a, annotations: {any: thing}}
spec:
  selector: {matchLabels: {a: b}}
  template:
    metadata: {labels: {a: b}}
    spec:
      containers:
        - name: a
          image: a
          resources: {limits: {cpu: 1, memory: 1Gi, example.com/gpu: "1"}}
          livenessProbe: {httpGet: {port: http}}
          readinessProbe: {httpGet: {port: 80}}
---
apiVersion: traefik.io/v1alpha1
kind: IngressRoute
metadata: {name: a}
spec: {routes: [{match: Host(`a`), kind: Rule}]}
""",
    )
