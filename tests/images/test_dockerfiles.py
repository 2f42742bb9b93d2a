"""What every Dockerfile keeps to, so that Docker and buildah make the same of it."""

import re
from pathlib import Path

import pytest

from backpack_contract.resources import RUN_AS
from backpack_images.catalogue import FINISHED, IMAGES, Image
from backpack_images.context import dockerfile

FILES = {path for image in IMAGES.values() for path in [dockerfile(image)]}


@pytest.mark.parametrize("name", FINISHED)
def test_a_finished_image_runs_as_the_project_s_user(name: str) -> None:
    users = re.findall(r"^USER (.*)$", dockerfile(IMAGES[name]).read_text(), re.MULTILINE)

    assert users[-1] == f"{RUN_AS}:{RUN_AS}"


@pytest.mark.parametrize("image", IMAGES.values(), ids=lambda image: image.name)
def test_the_base_is_an_argument(image: Image) -> None:
    text = dockerfile(image).read_text()
    bases = re.findall(r"^FROM (\S+)", text, re.MULTILINE)

    assert bases
    if image.base is None:
        assert bases == ["scratch"]
    else:
        assert set(bases) == {"${BASE}"}
        assert re.search(r"^ARG BASE=\S+$", text, re.MULTILINE)


@pytest.mark.parametrize("image", IMAGES.values(), ids=lambda image: image.name)
def test_what_it_copies_is_in_its_context(image: Image) -> None:
    pattern = re.compile(r"^(?:COPY|ADD) (?!--from)(?:--\S+ )*(.*) \S+$", re.MULTILINE)
    copied = " ".join(pattern.findall(dockerfile(image).read_text())).split()
    made = [source for source in copied if source.startswith("build/")]

    assert bool(image.parts) == bool(made)
    for source in set(copied) - set(made):
        assert any(given.startswith(source) or source.startswith(given) for given in image.sources), source


@pytest.mark.parametrize("file", sorted(FILES), ids=lambda file: file.parent.name)
def test_it_fetches_nothing_but_packages_of_the_distribution(file: Path) -> None:
    text = file.read_text()

    assert not re.search(r"https?://|curl|wget|git clone|--index-url|--trusted-host", text)
    for run in re.findall(r"^RUN ((?:.*\\\n)*.*)$", text, re.MULTILINE):
        if "apt-get install" in run:
            assert "--no-install-recommends" in run
            assert "rm -rf /var/lib/apt/lists/*" in run
        if "pip install" in run:
            assert "--no-index" in run
            assert "--require-hashes" in run


def test_every_folder_with_a_dockerfile_is_an_image() -> None:
    folders = {path.parent.name for path in dockerfile(IMAGES["web"]).parents[1].glob("*/Dockerfile")}

    assert folders == {image.folder or image.name for image in IMAGES.values()}
