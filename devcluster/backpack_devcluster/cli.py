"""The command `devcluster`: a real Kubernetes on this machine, without Docker."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated

import typer

from . import cluster, control_plane, paths, processes, status
from . import images as node_images
from . import report as reports
from .errors import DevClusterError
from .layout import machine
from .report import Report

app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False, help=__doc__)

Directory = Annotated[
    Path | None,
    typer.Option(help="The folder of a control plane without a node, of which there can be several."),
]


@app.command()
def up(
    directory: Directory = None,
    control_plane_only: Annotated[
        bool,
        typer.Option(
            "--control-plane",
            help="Only etcd and the API server, on free ports: needs no root, and --directory.",
        ),
    ] = False,
) -> None:
    """Start the cluster, or what of it isn't running."""
    report = reports.for_terminal()
    if control_plane_only:
        if directory is None:
            raise DevClusterError("say where it is to be: `devcluster up --control-plane --directory DIR`")
        plane = control_plane.on_free_ports(
            directory, controller_manager=True, scheduler=False, report=report
        )
        typer.echo(f"export KUBECONFIG={plane.kubeconfig}")
        return
    if directory is not None:
        raise DevClusterError(
            "--directory is for a control plane without a node: add --control-plane, or leave it out"
        )
    cluster.up(report, _build_images)
    typer.echo(status.describe())


@app.command()
def down(directory: Directory = None) -> None:
    """Remove the cluster, its data, and all that it left on the machine."""
    if directory is not None:
        control_plane.remove(directory)
    else:
        cluster.down(reports.for_terminal())


@app.command("status")
def show_status() -> None:
    """Say what runs, and how to speak to it. Ends with 1 where something doesn't run."""
    typer.echo(status.describe())
    if cluster.running() is None:
        raise typer.Exit(1)


@app.command()
def logs(
    component: Annotated[str, typer.Argument(help="A daemon; none: the names of all.")] = "",
    lines: Annotated[int, typer.Option(help="How many of the last lines.")] = 100,
) -> None:
    """Show the end of a daemon's log."""
    folder = machine().directory
    if not component:
        typer.echo("\n".join(processes.names(folder)) or "no daemon has been started")
        return
    log = paths.log(folder, component)
    if not log.exists():
        known = ", ".join(processes.names(folder)) or "none has been started"
        raise DevClusterError(f"there is no daemon called {component}; there are: {known}")
    typer.echo("\n".join(log.read_text(errors="replace").splitlines()[-lines:]))


@app.command()
def load_images(
    archives: Annotated[list[Path], typer.Argument(exists=True, dir_okay=False, help="OCI archives.")],
) -> None:
    """Import images into the node, under the names that the archives carry."""
    cluster.load_archives(archives, reports.for_terminal())


@app.command()
def kubeconfig() -> None:
    """Print the path of the administrator's kubeconfig."""
    path = machine().kubeconfig
    if not path.exists():
        raise DevClusterError("no cluster runs on this machine: `devcluster up` starts one")
    typer.echo(path)


def _build_images(names: Sequence[str], report: Report) -> Mapping[str, node_images.Image]:
    # That package compiles programs with this one; only the command joins them.
    from backpack_images.build import build_all  # noqa: PLC0415

    return build_all(names, report)


def main() -> None:
    """Run the command; what goes wrong is a sentence, and the exit status 1."""
    try:
        app()
    except DevClusterError as error:
        typer.echo(f"devcluster: {error}", err=True)
        sys.exit(1)
    except PermissionError as error:
        typer.echo(
            f"devcluster: {error.filename} can't be read: root started the cluster; run this with sudo",
            err=True,
        )
        sys.exit(1)
