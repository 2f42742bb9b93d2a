"""The chart's copy of the resource definitions.

Helm packages only what is below the chart's own folder, and a symbolic link does not
survive every way in which a source tree travels. So the chart holds a copy, which
`make crds` makes and `make lint` compares.
"""

from pathlib import Path

from .parts import REPOSITORY

SOURCE = REPOSITORY / "crds"
COPY = REPOSITORY / "charts" / "backpack" / "files" / "crds"


def differences(source: Path = SOURCE, copy: Path = COPY) -> list[str]:
    """The names of the files that are not the same on both sides, sorted."""
    return sorted(
        name
        for name in _files(source).keys() | _files(copy).keys()
        if _files(source).get(name) != _files(copy).get(name)
    )


def refresh(source: Path = SOURCE, copy: Path = COPY) -> None:
    """Make the chart's copy what the source is."""
    copy.mkdir(parents=True, exist_ok=True)
    for name in _files(copy).keys() - _files(source).keys():
        (copy / name).unlink()
    for name, content in _files(source).items():
        (copy / name).write_bytes(content)


def _files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.glob("*.yaml")}
