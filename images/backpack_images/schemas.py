"""JSON schemas of every kind that the project's manifests use, for kubeconform.

They are made from what a real API server publishes, on which this project's
definitions, Traefik's and the Prometheus operator's are installed, and cached.
"""

import hashlib
import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from backpack_devcluster import control_plane, gobuild, locks, paths, waiting
from backpack_devcluster.api import Api
from backpack_devcluster.report import Report

from .parts import REPOSITORY

LOCATION = "{{.Group}}/{{.ResourceKind}}_{{.ResourceAPIVersion}}.json"
"""Where kubeconform finds the schema of a kind, below the schemas' directory."""

_DEFINITIONS = ("crds/*.yaml", "devcluster/addons/traefik-crds.yaml")
_MONITORING = "github.com/prometheus-operator/prometheus-operator"
_MONITORING_KINDS = ("podmonitors", "prometheusrules", "servicemonitors")
_RECIPE = "1"
_PREFIX = "#/components/schemas/"
_KINDS = "x-kubernetes-group-version-kind"


def directory(report: Report) -> Path:
    """The directory of the schemas, made first if the cache lacks it (about 15 seconds)."""
    finished = paths.cache() / "schemas" / _key()
    if finished.exists():
        return finished
    with report.step("Make the schemas of all kinds"), locks.exclusive(paths.cache() / "schemas" / ".lock"):
        if not finished.exists():
            with tempfile.TemporaryDirectory(dir=finished.parent, prefix=".making-") as scratch:
                made = Path(scratch) / "schemas"
                for path, schema in _published(Path(scratch) / "cluster", report):
                    target = made / path
                    target.parent.mkdir(parents=True, exist_ok=True)
                    target.write_text(json.dumps(schema))
                made.rename(finished)
    return finished


def definitions() -> list[dict[str, Any]]:
    """The custom resource definitions of this project, of Traefik, and those of the
    Prometheus operator that the chart has objects of."""
    files = [file for pattern in _DEFINITIONS for file in sorted(REPOSITORY.glob(pattern))]
    examples = gobuild.module_directory("manifests", _MONITORING) / "example" / "prometheus-operator-crd"
    files += [examples / f"monitoring.coreos.com_{kind}.yaml" for kind in _MONITORING_KINDS]
    return [document for file in files for document in yaml.safe_load_all(file.read_text())]


def standalone(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """From one OpenAPI v3 document: for each kind the path of its schema, and the
    schema, in which an unknown field is an error."""
    named = document.get("components", {}).get("schemas", {})
    strict = {name: _strict(schema) for name, schema in named.items()}
    for name, schema in named.items():
        for kind in schema.get(_KINDS, []):
            group = kind["group"] or kind["version"]
            path = f"{group}/{kind['kind'].lower()}_{kind['version']}.json"
            yield path, {"$ref": f"#/definitions/{name}", "definitions": strict}


def _key() -> str:
    binaries = gobuild.key(gobuild.TOOLS["kubernetes"], "")
    described = json.dumps([_RECIPE, binaries, definitions()], sort_keys=True, default=str)
    return hashlib.sha256(described.encode()).hexdigest()[:16]


def _published(cluster: Path, report: Report) -> Iterator[tuple[str, dict[str, Any]]]:
    with (
        control_plane.running(cluster, controller_manager=False, report=report) as plane,
        Api(plane.kubeconfig) as api,
    ):
        kinds, groups = set(), set()
        for definition in definitions():
            name = definition["metadata"]["name"]
            api.apply(f"/apis/apiextensions.k8s.io/v1/customresourcedefinitions/{name}", definition)
            kinds.add(definition["spec"]["names"]["kind"])
            groups.add(definition["spec"]["group"])

        def all_are_published() -> bool:
            paths_of_all = api.request("GET", "/openapi/v3")["paths"]
            text = "".join(
                json.dumps(_document(api, path)) for path in paths_of_all if _group(path) in groups
            )
            return all(f'"kind": "{kind}"' in text for kind in kinds)

        waiting.until(all_are_published, "the schemas of the custom resources", 30)
        for path in api.request("GET", "/openapi/v3")["paths"]:
            yield from standalone(_document(api, path))


def _group(path: str) -> str:
    return path.removeprefix("apis/").partition("/")[0]


def _document(api: Api, path: str) -> dict[str, Any]:
    return api.request("GET", f"/openapi/v3/{path}")


def _strict(schema: Any) -> Any:
    """`schema` as JSON Schema: references made local, unknown fields refused where
    the API server would drop them."""
    if isinstance(schema, list):
        return [_strict(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    made = {key: _strict(value) for key, value in schema.items() if key != _KINDS}
    reference = made.get("$ref")
    if isinstance(reference, str):
        made["$ref"] = reference.replace(_PREFIX, "#/definitions/")
    if isinstance(made.get("properties"), dict) and made.get("type") == "object":
        keeps = made.get("x-kubernetes-preserve-unknown-fields") or "additionalProperties" in made
        if not keeps:
            made["additionalProperties"] = False
    return made
