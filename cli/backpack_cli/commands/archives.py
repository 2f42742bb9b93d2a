"""A whole backpack as one file."""

import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, BinaryIO

import typer

from ..api import WORK
from ..errors import CliError, Exit
from ..options import Inside, Json, Name, Yes, inside, sure
from ..output import counted
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
        if str(target) == "-":
            with _exported(at) as (chunks, tell):
                _save(chunks, sys.stdout.buffer, tell)
            return
        _check(target)
        # Under its name only once all of it is there. Under one that nobody can foresee, and for its owner
        # only (mode 0600): the folder may be one that others write to.
        handle, partial = tempfile.mkstemp(dir=target.parent, prefix=".backpack-", suffix=".part")
        try:
            with os.fdopen(handle, "wb") as file, _exported(at) as (chunks, tell):
                size = _save(chunks, file, tell)
            Path(partial).replace(target)
        except BaseException:
            Path(partial).unlink(missing_ok=True)
            raise
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
        with _in_own_words(), at.out.progress("Importing", size) as tell:

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
        counts = ", ".join(
            counted(done[kind], kind) for kind in ("users", "collections", "documents", "files")
        )
        at.out.result(done, f"Imported: {counts}.", *done["notes"])


@contextmanager
def _in_own_words() -> Iterator[None]:
    """The API says which parameter lets it go on; here that is an option."""
    try:
        yield
    except CliError as error:
        if "?replace=true" not in error.message:
            raise
        message = error.message.replace("?replace=true", "--replace")
        raise CliError(message, error.code, error.problem) from error


def _check(target: Path) -> None:
    """Raises `CliError` for what can't become the file, before everything is sent in vain."""
    if target.exists() and not target.is_file():
        kind = "a folder" if target.is_dir() else "no file"
        raise CliError(f"{target} is {kind}: name the file that is to be written.", Exit.USAGE)
    if not target.parent.is_dir():
        raise CliError(f"{target.parent} is no folder: make it first.", Exit.USAGE)


@contextmanager
def _exported(at: Inside) -> Iterator[tuple[Iterator[bytes], Callable[[int], None]]]:
    """The archive's bytes, and a function to tell of those that have passed."""
    with at.api.opened("GET", f"{at.path}/export") as answer, at.out.progress("Exporting", None) as tell:
        yield answer.iter_bytes(), tell


def _save(chunks: Iterator[bytes], file: BinaryIO, tell: Callable[[int], None]) -> int:
    size = 0
    for chunk in chunks:
        file.write(chunk)
        size += len(chunk)
        tell(len(chunk))
    return size
