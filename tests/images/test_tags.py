"""An image's tag tells what it is made of: all of it, and nothing else."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from backpack_devcluster.report import Report, silent
from backpack_images import context
from backpack_images.catalogue import Image

BASE = {"BASE": "base:1"}


@dataclass(frozen=True)
class Letter:
    """A part that is one letter in a file."""

    letter: str

    def key(self, report: Report) -> str:
        return self.letter

    def put(self, context: Path, report: Report) -> None:
        (context / "build").mkdir()
        (context / "build" / "letter").write_text(self.letter)


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with one image of two source files."""
    root = tmp_path / "repository"
    for name, text in {"images/it/Dockerfile": "FROM scratch", "src/a.py": "a", "src/b.sh": "b"}.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    monkeypatch.setattr(context, "REPOSITORY", root)
    return root


def image(letter: str = "x") -> Image:
    return Image("it", sources=("src",), parts=(Letter(letter),))


def tag(made_of: Image | None = None, arguments: dict[str, str] | None = None) -> str:
    return context.tag(made_of or image(), arguments or BASE, silent())


def test_the_same_inputs_have_the_same_tag_of_twelve_digits(repository: Path) -> None:
    assert tag() == tag()
    assert len(tag()) == 12
    assert int(tag(), 16) >= 0


@pytest.mark.parametrize("changed", ["images/it/Dockerfile", "src/a.py"])
def test_a_changed_file_changes_the_tag(repository: Path, changed: str) -> None:
    before = tag()
    (repository / changed).write_text("changed")

    assert tag() != before


def test_a_new_or_renamed_or_executable_file_changes_the_tag(repository: Path) -> None:
    tags = {tag()}
    (repository / "src" / "c.py").write_text("")
    tags.add(tag())
    (repository / "src" / "c.py").rename(repository / "src" / "d.py")
    tags.add(tag())
    (repository / "src" / "b.sh").chmod(0o755)
    tags.add(tag())

    assert len(tags) == 4


def test_a_part_the_base_and_the_name_change_the_tag(repository: Path) -> None:
    renamed = Image("other", folder="it", sources=("src",), parts=(Letter("x"),))

    assert len({tag(), tag(image("y")), tag(arguments={"BASE": "base:2"}), tag(renamed)}) == 4


def test_what_no_image_is_made_of_does_not(repository: Path) -> None:
    before = tag()
    (repository / "README.md").write_text("unrelated")
    (repository / "src" / "__pycache__").mkdir()
    (repository / "src" / "__pycache__" / "a.pyc").write_bytes(b"")
    (repository / "src" / "a.py").touch()

    assert tag() == before


def test_the_context_holds_what_the_tag_is_of(repository: Path, tmp_path: Path) -> None:
    (repository / "src" / "b.sh").chmod(0o700)
    (repository / "src" / "__pycache__").mkdir()
    directory = tmp_path / "context"
    directory.mkdir()

    context.prepare(image(), directory, silent())

    files = {str(path.relative_to(directory)) for path in directory.rglob("*") if path.is_file()}
    assert files == {"images/it/Dockerfile", "src/a.py", "src/b.sh", "build/letter"}
    assert (directory / "src" / "a.py").stat().st_mode & 0o777 == 0o644
    assert (directory / "src" / "b.sh").stat().st_mode & 0o777 == 0o755
    assert (directory / "src").stat().st_mode & 0o777 == 0o755
