"""The archives of Debian are those of the machine, and no others."""

from pathlib import Path

import pytest

from backpack_images import debian
from backpack_images.errors import ImageError


def apt(directory: Path, **files: str) -> Path:
    (directory / "sources.list.d").mkdir()
    for name, text in files.items():
        path = "sources.list" if name == "list" else f"sources.list.d/{name.replace('_', '.')}"
        (directory / path).write_text(text)
    return directory


def test_one_line_sources_of_debian_12_are_taken(tmp_path: Path) -> None:
    text = """
# deb http://commented.test/debian bookworm main
deb http://mirror.test/debian bookworm main contrib
deb [signed-by=/usr/share/keyrings/a.gpg arch=amd64] https://mirror.test/security bookworm-security main
deb-src http://mirror.test/debian bookworm main
deb http://mirror.test/debian trixie main
deb http://other.test/linux bookworm stable
"""
    assert debian.sources(apt(tmp_path, list=text)) == [
        "deb http://mirror.test/debian bookworm main",
        "deb https://mirror.test/security bookworm-security main",
    ]


def test_stanzas_of_sources_are_taken(tmp_path: Path) -> None:
    text = """Types: deb deb-src
# a remark
URIs: http://mirror.test/debian
Suites: bookworm bookworm-updates bookworm-backports
Components: main non-free
Signed-By:
 -----BEGIN PGP PUBLIC KEY BLOCK-----
 Types: nonsense
 -----END PGP PUBLIC KEY BLOCK-----

Types: deb
URIs: http://off.test/debian
Suites: bookworm
Components: main
Enabled: no

Types: deb
URIs: http://other.test/linux
Suites: bookworm
Components: stable
"""
    assert debian.sources(apt(tmp_path, debian_sources=text)) == [
        "deb http://mirror.test/debian bookworm main",
        "deb http://mirror.test/debian bookworm-updates main",
    ]


def test_a_file_of_another_kind_is_passed_over(tmp_path: Path) -> None:
    found = apt(
        tmp_path, list="deb http://a.test bookworm main", off_disabled="deb http://b.test bookworm main"
    )

    assert debian.sources(found) == ["deb http://a.test bookworm main"]


def test_a_machine_without_any_is_told_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ImageError, match=r"no archive of Debian 12 .* or install Docker"):
        debian.sources(apt(tmp_path))
