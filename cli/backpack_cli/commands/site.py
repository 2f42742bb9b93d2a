"""Deploying sites, and the way back."""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, BinaryIO

import typer

from .. import site_zip
from ..api import WORK, segment
from ..errors import BrokeOff, CliError, Exit
from ..options import Inside, Json, Name, Timeout, inside
from ..output import counted
from ..patience import Patience, patiently
from .waiting import wait

TRIES = 3
"""How often an upload is sent whose connection is lost."""


def deploy(
    name: Name,
    folder: Annotated[Path, typer.Argument(help="What to show, with index.html at its root: ./dist")],
    activate: Annotated[bool, typer.Option(help="Show it; else it is only kept.")] = True,
    timeout: Timeout = 600,
    as_json: Json = False,
) -> None:
    """Deploy a folder as the site. Doing it again is safe: what is there already isn't sent again."""
    found = site_zip.look(folder)
    with inside(name, as_json=as_json) as at, tempfile.TemporaryFile() as archive:
        if found.hidden:
            left_out = (
                "name begins with a dot, and is" if found.hidden == 1 else "names begin with a dot, and are"
            )
            at.out.note(f"In {folder} {found.hidden} {left_out} left out.")
        size, digest = site_zip.write(folder, found.files, archive)
        _be_ready(at, timeout)
        before = _releases(at)
        release = _there(at, before, digest, activate)
        if release is None:
            at.out.note(f"{counted(len(found.files), 'files')}, {_bytes(size)}")
            release = _upload(at, archive, size, digest, activate)
        else:
            at.out.note("The same files are there already.")
        _tell(at, before, release, activate)


def releases(name: Name, as_json: Json = False) -> None:
    """The releases that are kept, the newest first."""
    with inside(name, as_json=as_json) as at:
        items = _releases(at)
        rows = [
            [
                "*" if one["active"] else "",
                one["id"],
                one["createdAt"],
                one["by"],
                one["files"],
                _bytes(one["unpacked"]),
            ]
            for one in items
        ]
        at.out.table(items, ["", "RELEASE", "CREATED", "BY", "FILES", "SIZE"], rows)


def rollback(
    name: Name,
    release: Annotated[str | None, typer.Argument(help="Which one; else the one before.")] = None,
    as_json: Json = False,
) -> None:
    """Show an earlier release again."""
    with inside(name, as_json=as_json) as at:
        before = _releases(at)
        shown = _activate(at, release or _before(before, name))
        at.out.result(shown, f"{name} shows {shown['id']} of {shown['createdAt']} again.")
        _tell_way_back(at, before, shown)


def _there(at: Inside, items: list[dict[str, Any]], digest: str, activate: bool) -> dict[str, Any] | None:
    """The release of the same bytes, shown if it is to be; None: there is none."""
    same = sorted((one for one in items if one["sha256"] == digest), key=lambda one: not one["active"])
    if not same or same[0]["active"] or not activate:
        return same[0] if same else None
    try:
        return _activate(at, same[0]["id"])
    except CliError as error:
        if error.code != Exit.NOT_FOUND:
            raise
        return None  # others have deployed meanwhile, and it isn't kept any more


def _activate(at: Inside, release: str) -> dict[str, Any]:
    shown: dict[str, Any] = at.api.call("POST", f"{at.path}/releases/{segment(release)}/activate")
    return shown


def _tell(at: Inside, before: list[dict[str, Any]], release: dict[str, Any], activate: bool) -> None:
    """What a deployment has come to."""
    url, name = at.backpack["url"], at.backpack["name"]
    if activate:
        at.out.result({"url": url, "release": release}, url)
        _tell_way_back(at, before, release)
        return
    words = "It is shown already:" if release["active"] else "Kept as"
    at.out.result({"url": url, "release": release}, f"{words} {release['id']}")
    if not release["active"]:
        at.out.note(f"Show it: backpack rollback {name} {release['id']}")


def _tell_way_back(at: Inside, before: list[dict[str, Any]], shown: dict[str, Any]) -> None:
    """Which command undoes it, where something else was shown."""
    was = next((one["id"] for one in before if one["active"] and one["id"] != shown["id"]), None)
    if was is not None:
        at.out.note(f"Back to what was shown until now: backpack rollback {at.backpack['name']} {was}")


def _be_ready(at: Inside, timeout: int) -> None:
    if at.backpack["suspended"]:
        name = at.backpack["name"]
        raise CliError(f"{name} is suspended, so nothing can be put into it: backpack resume {name} --wait")
    if not at.backpack["ready"]:
        at.backpack.update(wait(at.source, at.out, at.backpack, "ready", timeout))


def _upload(at: Inside, archive: BinaryIO, size: int, digest: str, activate: bool) -> dict[str, Any]:
    for number in range(1, TRIES + 1):
        try:
            return _send(at, archive, size, activate)
        except BrokeOff:
            if number == TRIES:
                raise
            at.out.note("The connection was lost; once more.")
            # What came through whole isn't sent a second time, and nothing to where nobody answers yet.
            if done := patiently(lambda: _uploaded(at, digest, activate), Patience()):
                return done
    raise AssertionError("the last try returns or raises")


def _send(at: Inside, archive: BinaryIO, size: int, activate: bool) -> dict[str, Any]:
    with at.out.progress("Uploading", size) as tell:

        def body() -> Iterator[bytes]:
            for piece in site_zip.pieces(archive):
                yield piece
                tell(len(piece))

        sent: dict[str, Any] = at.api.call(
            "POST",
            f"{at.path}/releases",
            params={"activate": str(activate).lower()},
            content=body(),
            headers={"Content-Type": "application/zip", "Content-Length": str(size)},
            timeout=WORK,
        )
        return sent


def _uploaded(at: Inside, digest: str, activate: bool) -> dict[str, Any] | None:
    """The release of the same bytes, if it is there as it should be."""
    same = [one for one in _releases(at) if one["sha256"] == digest and (one["active"] or not activate)]
    return same[0] if same else None


def _releases(at: Inside) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = at.api.call("GET", f"{at.path}/releases")["items"]
    return found


def _before(items: list[dict[str, Any]], name: str) -> str:
    active = next((place for place, one in enumerate(items) if one["active"]), len(items))
    older: list[str] = [one["id"] for one in items[active + 1 :]]
    if not older:
        raise CliError(f"{name} keeps no release before the one that is shown.", Exit.NOT_FOUND)
    return older[0]


def _bytes(size: int) -> str:
    for unit in ("B", "KiB", "MiB"):
        if size < 1024:
            return f"{size:.0f} {unit}"
        size //= 1024
    return f"{size} GiB"
