"""The commands, and how they end."""

import json
import sys
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from . import __version__, options
from .commands import account, archives, backpacks, logs, site, users
from .errors import CliError, Exit

PLUGIN = "kubectl backpack"
"""What it is called as a plugin of kubectl, where it goes to the current context's cluster."""

UsageError: type[Exception] = typer.BadParameter.__bases__[0]
"""Of click, or of Typer itself, which has had it inside for some time."""


class Commands(TyperGroup):
    """Interrupted is interrupted at a prompt too, where Typer's exit code is 1. And what can't be meant is
    refused in words for people, where those of Typer's pydantic say `Value error` first."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except typer.Abort:
            raise typer.Exit(Exit.INTERRUPTED) from None
        except UsageError as error:
            error.message = error.message.removeprefix("Value error, ")  # type: ignore[attr-defined]
            raise


app = typer.Typer(
    name="backpack",
    cls=Commands,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)


def _print_version(wanted: bool) -> None:
    if wanted:
        print(f"backpack {__version__}")
        raise typer.Exit


@app.callback()
def begin(
    context: typer.Context,
    cluster: Annotated[
        str | None,
        typer.Option("--context", help="Of the kubeconfig: go to the cluster itself, not to a dashboard."),
    ] = None,
    version: Annotated[  # noqa: ARG001  its callback does it
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Back ends of one's own on Kubernetes: create them, deploy sites, look after both."""
    to_cluster = cluster is not None or context.info_name == PLUGIN
    options.chosen.set(options.Cluster(cluster) if to_cluster else None)


app.command()(account.login)
app.command()(account.logout)
app.command("list")(backpacks.list_backpacks)
app.command()(backpacks.create)
app.command()(backpacks.status)
app.command("open")(backpacks.open_site)
app.command()(backpacks.suspend)
app.command()(backpacks.resume)
app.command()(backpacks.delete)
app.command()(site.deploy)
app.command()(site.releases)
app.command()(site.rollback)
app.command()(logs.logs)
app.add_typer(users.app, name="users")
app.command()(archives.export)
app.command("import")(archives.import_archive)


def main(name: str = "backpack") -> None:
    """Run the command of the command line; ends with one of `Exit`."""
    try:
        # Typer would print what can't be meant as text and exit; else it hands on the exit code.
        sys.exit(app(prog_name=name, standalone_mode=not _as_json()))
    except CliError as error:
        _complain(error)
        sys.exit(error.code)
    except UsageError as error:
        _complain(CliError(error.format_message(), Exit.USAGE))  # type: ignore[attr-defined]
        sys.exit(Exit.USAGE)
    except OSError as error:  # of a file: those of the network are the API's
        _complain(CliError(f"{error.filename or 'A file'}: {error.strerror or error}"))
        sys.exit(Exit.FAILED)


def plugin() -> None:
    """The same as `kubectl backpack`."""
    main(PLUGIN)


def _as_json() -> bool:
    return "--json" in sys.argv


def _complain(error: CliError) -> None:
    if _as_json():
        told = {"error": {"message": error.message, "code": int(error.code), **error.problem}}
        print(json.dumps(told, ensure_ascii=False), file=sys.stderr)
    else:
        print(error.message, file=sys.stderr)
