"""A site is put into the cluster once: the same files are the same ZIP."""

import os
import zipfile
from io import BytesIO
from pathlib import Path

from backpack_dev.sites import site_zip
from backpack_dev.source import EXAMPLES, example


def test_the_same_files_are_the_same_zip_whenever_they_were_written(tmp_path: Path) -> None:
    page, style = tmp_path / "index.html", tmp_path / "css" / "style.css"
    style.parent.mkdir()
    page.write_text("<!doctype html>")
    style.write_text("p {}")
    first = site_zip(tmp_path)
    os.utime(page, (0, 0))
    assert site_zip(tmp_path) == first
    assert zipfile.ZipFile(BytesIO(first)).namelist() == ["css/style.css", "index.html"]
    style.write_text("p { margin: 0 }")
    assert site_zip(tmp_path) != first


def test_the_examples_have_a_resource_a_site_and_a_readme() -> None:
    for name in EXAMPLES:
        folder = example(name)
        assert {"backpack.yaml", "README.md", "site"} <= {path.name for path in folder.iterdir()}
        assert (folder / "site" / "index.html").exists()
