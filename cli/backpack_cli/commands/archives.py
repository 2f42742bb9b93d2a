"""A whole backpack as one file."""

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated, BinaryIO

import typer

from ..api import WORK
from ..options import Json, Name, Yes, inside, sure
from ..site_zip import pieces


def export(
    name: Name,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="The file; - is standard output.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Everything in a backpack as a ZIP.

    It has the hashes of users' passwords: keep it as you keep a database.
    """
    with inside(name, as_json=as_json) as at:
        target = output or Path(f"{at.backpack['name']}.backpack.zip")
        with at.api.opened("GET", f"{at.path}/export") as answer, at.out.progress("Exporting", None) as tell:
            if str(target) == "-":
                _save(answer.iter_bytes(), sys.stdout.buffer, tell)
                return
            # Under its name only once all of it is there; for nobody else to read.
            partial = target.with_name(f"{target.name}.part")
            try:
                with open(partial, "wb", opener=_private) as file:
                    size = _save(answer.iter_bytes(), file, tell)
                partial.replace(target)
            finally:
                partial.unlink(missing_ok=True)
        at.out.result({"file": str(target), "size": size}, f"{target}")


def import_archive(
    name: Name,
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="What export has made.")],
    replace: Annotated[bool, typer.Option(help="Remove first what is in the backpack.")] = False,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Put an archive into a backpack."""
    if replace and not yes:
        sure(f"Remove everything that is in {name} first?")
    size = file.stat().st_size
    with inside(name, as_json=as_json) as at, file.open("rb") as archive:
        with at.out.progress("Importing", size) as tell:

            def body() -> Iterator[bytes]:
                for piece in pieces(archive):
                    yield piece
                    tell(len(piece))

            done = at.api.call(
                "POST",
                f"{at.path}/import",
                params={"replace": str(replace).lower()},
                content=body(),
                headers={"Content-Type": "application/zip", "Content-Length": str(size)},
                timeout=WORK,
            )
        counts = ", ".join(f"{done[kind]} {kind}" for kind in ("users", "collections", "documents", "files"))
        at.out.result(done, f"Imported: {counts}.", *done["notes"])


def _save(chunks: Iterator[bytes], file: BinaryIO, tell: Callable[[int], None]) -> int:
    size = 0
    for chunk in chunks:
        file.write(chunk)
        size += len(chunk)
        tell(len(chunk))
    return size


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
