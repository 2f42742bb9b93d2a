"""Writes files so that nobody ever reads half of one."""

from pathlib import Path


def put(path: Path, text: str, mode: int = 0o600) -> None:
    """Make `path` hold `text`, in one step, unless it does already.

    containerd and kube-proxy watch their files, and kube-proxy ends when its own
    is written, be it with what was there.
    """
    if path.exists() and not path.is_symlink() and path.read_bytes() == text.encode():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.new")
    draft.touch(mode=mode)
    draft.write_text(text)
    draft.rename(path)
