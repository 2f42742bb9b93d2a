"""A folder as the ZIP of a site."""

import io
import os
import zipfile
from pathlib import Path

import pytest

from backpack_cli import site_zip
from backpack_cli.errors import CliError


def made(folder: Path) -> tuple[list[str], str, bytes]:
    """The names in the ZIP, its hash, and itself."""
    target = io.BytesIO()
    size, digest = site_zip.write(folder, site_zip.look(folder).files, target)
    assert size == len(target.getvalue())
    return zipfile.ZipFile(target).namelist(), digest, target.getvalue()


@pytest.fixture
def site(tmp_path: Path) -> Path:
    (tmp_path / "assets").mkdir()
    (tmp_path / "assets" / "app.js").write_text("app")
    (tmp_path / "index.html").write_text("index")
    return tmp_path


def test_the_same_files_make_the_same_bytes(site: Path) -> None:
    first = made(site)
    os.utime(site / "index.html", (1, 1))
    (site / "index.html").chmod(0o600)
    (site / "assets" / "app.js").touch()
    assert made(site) == first
    (site / "index.html").write_text("other")
    assert made(site)[1] != first[1]


def test_what_begins_with_a_dot_stays_at_home(site: Path) -> None:
    (site / ".git").mkdir()
    (site / ".git" / "config").write_text("secret")
    (site / "assets" / ".env").write_text("secret")
    (site / ".well-known").mkdir()
    (site / ".well-known" / "security.txt").write_text("public")
    assert made(site)[0] == [".well-known/security.txt", "assets/app.js", "index.html"]
    assert site_zip.look(site).hidden == 2


def test_links_to_files_are_files_and_what_is_no_file_is_left_out(site: Path, tmp_path: Path) -> None:
    (site / "copy.html").symlink_to(site / "index.html")
    (site / "gone.html").symlink_to(site / "nowhere")
    os.mkfifo(site / "pipe")
    names, _, archive = made(site)
    assert names == ["assets/app.js", "copy.html", "index.html"]
    assert zipfile.ZipFile(io.BytesIO(archive)).read("copy.html") == b"index"


def test_a_zip_that_is_too_large_is_not_sent(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(site_zip, "MOST_BYTES", 100)
    with pytest.raises(CliError, match="at most 0 are taken"):
        made(site)
