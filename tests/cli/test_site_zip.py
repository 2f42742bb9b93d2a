"""A folder as the ZIP of a site."""

import io
import os
import zipfile
from pathlib import Path

import pytest

from backpack_cli import site_zip
from backpack_cli.errors import CliError, Exit


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


def test_what_is_no_file_is_left_out(site: Path) -> None:
    os.mkfifo(site / "pipe")
    assert made(site)[0] == ["assets/app.js", "index.html"]


def test_links_within_the_folder_are_followed(site: Path) -> None:
    (site / "copy.html").symlink_to("index.html")
    (site / "static").symlink_to(site / "assets")
    names, _, archive = made(site)
    assert names == ["assets/app.js", "copy.html", "index.html", "static/app.js"]
    assert zipfile.ZipFile(io.BytesIO(archive)).read("copy.html") == b"index"


def test_the_folder_itself_may_be_a_link(site: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    link = tmp_path_factory.mktemp("current") / "dist"
    link.symlink_to(site)
    (site / "copy.html").symlink_to("index.html")
    assert made(link)[0] == ["assets/app.js", "copy.html", "index.html"]


@pytest.mark.parametrize(
    ("target", "words"),
    [
        ("nowhere", "a link to nothing"),
        ("loop", "a link to nothing"),
        ("..", "a link out of the folder"),
        ("/etc/hostname", "a link out of the folder"),
        (".", "a link to a folder that it is in"),
        (".env", "which is left out"),
        (".git/config", "which is left out"),
    ],
)
def test_links_to_what_is_not_to_be_shown_are_refused(tmp_path: Path, target: str, words: str) -> None:
    folder = tmp_path / "site"
    (folder / ".git").mkdir(parents=True)
    for name in ("index.html", ".env", ".git/config"):
        (folder / name).write_text("x")
    (folder / "loop").symlink_to(target)
    with pytest.raises(CliError, match=words) as caught:
        site_zip.look(folder)
    assert caught.value.code == Exit.USAGE
    assert str(folder / "loop") in caught.value.message


def test_a_link_back_is_no_circle_that_is_walked_for_ever(site: Path) -> None:
    (site / "assets" / "back").symlink_to(site / "assets")
    with pytest.raises(CliError, match="a folder that it is in"):
        site_zip.look(site)


def test_a_folder_that_cannot_be_read_is_told(site: Path) -> None:
    # Deeper than a path may be long: whom rights don't stop, that does.
    place = os.open(site, os.O_RDONLY)
    for _ in range(20):
        os.mkdir("d" * 250, dir_fd=place)
        inner = os.open("d" * 250, os.O_RDONLY, dir_fd=place)
        os.close(place)
        place = inner
    os.close(place)
    with pytest.raises(CliError, match="can't be read: File name too long") as caught:
        site_zip.look(site)
    assert caught.value.code == Exit.USAGE


@pytest.mark.parametrize("inside", [False, True], ids=["a file", "a folder"])
def test_a_name_that_is_not_utf_8_is_told(site: Path, inside: bool) -> None:
    odd = site / os.fsdecode(b"caf\xe9")
    if inside:
        odd.mkdir()
        odd /= "index.html"
    odd.write_text("x")
    with pytest.raises(CliError, match=r"/caf\\xe9 has a name that isn't UTF-8") as caught:
        site_zip.look(site)
    assert caught.value.code == Exit.USAGE


def test_a_zip_that_is_too_large_is_not_sent(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(site_zip, "MOST_BYTES", 100)
    with pytest.raises(CliError, match="more than 0 MiB, the most that is taken"):
        made(site)


def test_what_comes_after_too_much_is_not_compressed(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(site_zip, "MOST_BYTES", 1024 * 1024)
    (site / "large").write_bytes(os.urandom(8 * 1024 * 1024))
    target = io.BytesIO()
    with pytest.raises(CliError, match="more than 1 MiB"):
        site_zip.write(site, site_zip.look(site).files, target)
    assert target.tell() < 3 * 1024 * 1024
