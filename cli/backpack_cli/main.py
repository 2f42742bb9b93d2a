"""The commands, and how they end."""

import json
import sys
from typing import Annotated

import typer

from . import options
from .commands import account, archives, backpacks, logs, site, users
from .errors import CliError, Exit

PLUGIN = "kubectl backpack"
"""What it is called as a plugin of kubectl, where it goes to the current context's cluster."""

app = typer.Typer(
    name="backpack",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)


@app.callback()
def begin(
    context: typer.Context,
    cluster: Annotated[
        str | None,
        typer.Option("--context", help="Of the kubeconfig: go to the cluster itself, not to a dashboard."),
    ] = None,
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
        app(prog_name=name)
    except CliError as error:
        _complain(error)
        sys.exit(error.code)
    except OSError as error:  # of a file: those of the network are the API's
        _complain(CliError(f"{error.filename or 'A file'}: {error.strerror or error}"))
        sys.exit(Exit.FAILED)


def plugin() -> None:
    """The same as `kubectl backpack`."""
    main(PLUGIN)


def _complain(error: CliError) -> None:
    if "--json" in sys.argv:
        told = {"error": {"message": error.message, "code": int(error.code), **error.problem}}
        print(json.dumps(told, ensure_ascii=False), file=sys.stderr)
    else:
        print(error.message, file=sys.stderr)
