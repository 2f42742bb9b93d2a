"""The development loop, as far as it can be checked without Docker."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import yaml

from backpack_dev import dev_loop
from backpack_dev.kind_provider import NAME
from backpack_dev.source import DEVCLUSTER
from backpack_devcluster import gobuild
from backpack_images.build import BuiltImage
from backpack_images.lint_chart import CHART
from backpack_images.parts import REPOSITORY
from support.helm import Helm, find

CONFIG = yaml.safe_load((REPOSITORY / "skaffold.yaml").read_text())
ARTIFACTS = {artifact["image"]: artifact for artifact in CONFIG["build"]["artifacts"]}
(RELEASE,) = CONFIG["deploy"]["helm"]["releases"]


def schema() -> Any:
    """Skaffold's own, of the release whose version the file names."""
    module = gobuild.module_directory("manifests", "github.com/GoogleContainerTools/skaffold/v2")
    version = CONFIG["apiVersion"].removeprefix("skaffold/")
    return json.loads((module / "docs-v2" / "content" / "en" / "schemas" / f"{version}.json").read_text())


def test_skaffold_would_read_it() -> None:
    validator = jsonschema_rs.validator_for(schema())

    assert [str(error) for error in validator.iter_errors(CONFIG)] == []
    assert not validator.is_valid({**CONFIG, "biuld": {}})


@pytest.mark.parametrize("image", ARTIFACTS)
def test_what_is_built_and_copied_is_there(image: str) -> None:
    artifact = ARTIFACTS[image]
    arguments = artifact["docker"]["buildArgs"]

    assert (REPOSITORY / artifact["docker"]["dockerfile"]).is_file()
    assert (REPOSITORY / arguments["SOURCE"] / "__main__.py").is_file()
    assert Path(arguments["SOURCE"]).name == arguments["PROGRAM"]
    for rule in artifact["sync"]["manual"]:
        first = sorted(REPOSITORY.glob(rule["src"]))[0].relative_to(REPOSITORY)
        assert str(first).startswith(rule["strip"])
        assert rule["dest"] == "/tmp/source"


def test_the_variables_it_takes_are_those_that_it_is_given() -> None:
    names = (*dev_loop.BASES, dev_loop.WEB)
    built = {name: BuiltImage(name, f"localhost/backpack/{name}:1", Path("none"), 1) for name in names}
    given = dev_loop.variables(built)
    text = (REPOSITORY / "skaffold.yaml").read_text()

    assert set(given) == {"BACKPACK_OPERATOR_PACKAGES", "BACKPACK_API_PACKAGES", "BACKPACK_WEB"}
    for name in given:
        assert f"{{{{.{name}}}}}" in text


def test_the_chart_takes_its_values_and_images(helm: Helm) -> None:
    files = [f"--values={REPOSITORY / file}" for file in RELEASE["valuesFiles"]]
    images = {key: f"example.com/{key}:1" for key in RELEASE["setValueTemplates"]}
    objects = helm.render(images, *files)
    pod = find(objects, "Deployment", "backpack-operator")["spec"]["template"]["spec"]

    assert RELEASE["chartPath"] == str(CHART.relative_to(REPOSITORY))
    assert CONFIG["deploy"]["kubeContext"] == f"kind-{NAME}"
    assert pod["containers"][0]["image"] == "example.com/images.operator:1"
    assert pod["containers"][0]["volumeMounts"] == [{"name": "tmp", "mountPath": "/tmp"}]
    assert pod["volumes"] == [{"name": "tmp", "emptyDir": {}}]


def test_what_was_copied_before_a_restart_is_what_runs(tmp_path: Path) -> None:
    source, target = tmp_path / "source", tmp_path / "target"
    (source / "program").mkdir(parents=True)
    (source / "program" / "__init__.py").write_text("")
    (source / "program" / "word.py").write_text("WORD = 'old'")
    (source / "program" / "__main__.py").write_text("from program.word import WORD; print(WORD)")
    environment = {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "PYTHONPATH": str(target),
        "SOURCE_ROOT": str(source),
        "PROGRAM": "program",
        "PYTHONDONTWRITEBYTECODE": "1",
    }

    def start() -> str:
        command = ["sh", str(DEVCLUSTER / "skaffold" / "start.sh")]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
        return done.stdout.strip()

    assert start() == "old"
    (target / "program" / "word.py").write_text("WORD = 'changed'")
    assert start() == "changed"
