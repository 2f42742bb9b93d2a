"""`backpack-images`: builds the container images and lists what is built."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from backpack_devcluster import report

from . import build as builder
from . import catalogue, context
from .build import BuiltImage
from .errors import ImageError
from .parts import REPOSITORY

app = typer.Typer(add_completion=False, no_args_is_help=True, help=__doc__, rich_markup_mode=None)


@app.command()
def build(
    names: Annotated[list[str] | None, typer.Argument(metavar="[NAME]...", help="Default: all.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print {name: reference}.")] = False,
    again: Annotated[
        bool, typer.Option("--again", help="Also what is built already, with today's packages.")
    ] = False,
) -> None:
    """Build images that are not built yet, and print their references."""
    try:
        built = builder.build_all(names or catalogue.FINISHED, report.for_terminal(), again=again)
    except ImageError as error:
        print(f"backpack-images: {error}", file=sys.stderr)
        raise typer.Exit(1) from error
    if as_json:
        print(json.dumps({name: image.reference for name, image in built.items()}))
    else:
        _print(list(built.values()))


@app.command(name="context")
def write_context(
    name: Annotated[str, typer.Argument()],
    directory: Annotated[Path, typer.Argument(help="Made; it must not exist yet.")],
) -> None:
    """Write an image's build context, for a build with other tools."""
    try:
        image = catalogue.find(name)
        directory.mkdir(parents=True)
        context.prepare(image, directory, report.for_terminal())
    except FileExistsError as error:
        print(f"backpack-images: {directory} exists already; name a new directory", file=sys.stderr)
        raise typer.Exit(1) from error
    except ImageError as error:
        print(f"backpack-images: {error}", file=sys.stderr)
        raise typer.Exit(1) from error
    base = f" --build-arg BASE={image.base}" if image.base else ""
    dockerfile = directory / context.dockerfile(image).relative_to(REPOSITORY)
    print(f"docker build -f {dockerfile} -t {name}{base} {directory}")


@app.command(name="list")
def list_cached() -> None:
    """Print the images in the cache with their sizes: unpacked, and as an archive."""
    _print(builder.cached())


def _print(images: list[BuiltImage]) -> None:
    for image in images:
        archive = image.archive.stat().st_size
        print(f"{image.reference:<50} {image.size / 2**20:>6.0f} MiB  {archive / 2**20:>6.1f} MiB packed")


def main() -> None:
    """The console script."""
    app()
