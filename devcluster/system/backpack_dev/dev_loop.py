"""`skaffold dev`, with what skaffold.yaml builds on: images that Docker has built here."""

import os
import shutil
from collections.abc import Mapping
from typing import NoReturn

from backpack_devcluster.report import Report
from backpack_images import javascript
from backpack_images.build import BuiltImage, build_all
from backpack_images.engine import docker_answers

from .errors import NoProvider
from .kind_provider import KindProvider
from .programs import run
from .source import ROOT

BASES = ("operator-packages", "api-packages")
WEB = "web"


def variables(images: Mapping[str, BuiltImage]) -> dict[str, str]:
    """What skaffold.yaml takes from the environment: a reference for each image."""
    return {f"BACKPACK_{name.upper().replace('-', '_')}": image.reference for name, image in images.items()}


def start(report: Report) -> NoReturn:
    """Become `skaffold dev`; raises `NoProvider` where something is missing."""
    if not docker_answers() or shutil.which("skaffold") is None:
        raise NoProvider(
            "The development loop needs a Docker engine that answers, and `skaffold` on the PATH."
        )
    provider = KindProvider()
    if provider.running() is None:
        raise NoProvider("There is no kind cluster named backpack yet: `make up` makes it.")
    images = build_all([*BASES, WEB], report)
    javascript.site_script(report)
    for name in BASES:
        run("docker", "load", "--input", str(images[name].archive), seconds=300)
    provider.load({WEB: images[WEB]}, report)
    os.chdir(ROOT)
    os.execvpe("skaffold", ["skaffold", "dev"], {**os.environ, **variables(images)})  # noqa: S606
