"""The kernel's settings, by their names with dots."""

from pathlib import Path

_ROOT = Path("/proc/sys")


def read(name: str) -> str | None:
    """The value of a setting, or None where the kernel has no such setting."""
    try:
        return _path(name).read_text().strip()
    except FileNotFoundError:
        return None


def write(name: str, value: str) -> None:
    """Set it, unless it has the value."""
    if read(name) != value:
        _path(name).write_text(value)


def raise_to(name: str, least: int) -> None:
    """Set it to `least` where it is lower; more stays, and so does a setting that isn't there."""
    present = read(name)
    if present is not None and int(present) < least:
        write(name, str(least))


def _path(name: str) -> Path:
    return _ROOT.joinpath(*name.split("."))
