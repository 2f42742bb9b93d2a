"""A kernel's settings are raised where they are too low, and nothing else is touched."""

from pathlib import Path

import pytest

from backpack_devcluster import sysctls

NAME = "fs.inotify.max_user_instances"


@pytest.fixture
def setting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(sysctls, "_ROOT", tmp_path)
    path = tmp_path / "fs" / "inotify" / "max_user_instances"
    path.parent.mkdir(parents=True)
    path.write_text("128\n")
    return path


def test_what_is_too_low_is_raised(setting: Path) -> None:
    sysctls.raise_to(NAME, 1024)
    assert setting.read_text().strip() == "1024"


def test_what_is_more_stays(setting: Path) -> None:
    setting.write_text("8192\n")
    sysctls.raise_to(NAME, 1024)
    assert setting.read_text() == "8192\n"


def test_a_kernel_without_the_setting_gets_none(setting: Path) -> None:
    setting.unlink()
    sysctls.raise_to(NAME, 1024)
    assert sysctls.read(NAME) is None
    assert not setting.exists()
