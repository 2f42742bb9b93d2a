"""What many commands take, and what they work with."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from . import login
from .api import Api
from .errors import CliError, Exit
from .output import Output
from .source import Json as Backpack
from .source import Source, find
from .source_dashboard import DashboardSource, path_of

if TYPE_CHECKING:
    from .cluster.source import ClusterSource


def names_like(incomplete: str) -> list[str]:
    """Backpacks whose names begin so, for shells that complete words. None where nobody answers."""
    try:
        with place(as_json=True) as at:
            names = [one["name"] for one in at.source.backpacks()]
    except CliError:
        return []
    return [name for name in names if name.startswith(incomplete)]


Json = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
_NAME = typer.Argument(help="NAME, or NAMESPACE/NAME where two have one.", autocompletion=names_like)
Name = Annotated[str, _NAME]
MaybeName = Annotated[str | None, _NAME]
Wait = Annotated[bool, typer.Option("--wait/--no-wait", help="Wait until it is done, and tell what happens.")]
Timeout = Annotated[int, typer.Option(min=1, max=3600, help="Seconds to wait at most.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Don't ask.")]


def sure(question: str) -> None:
    """Ask before something that can't be taken back. Raises `CliError` where the answer isn't yes."""
    if not sys.stdin.isatty():
        raise CliError("Nobody is there to be asked: say --yes.", Exit.USAGE)
    if not typer.confirm(question, err=True):
        raise CliError("Nothing was changed.")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a command works."""

    source: Source
    out: Output
    whoami: Callable[[], None]
    """Print who one is here."""


@dataclass(frozen=True, slots=True)
class Inside:
    """A backpack that a command looks into, by the dashboard."""

    api: Api
    source: Source
    out: Output
    backpack: Backpack
    path: str
    """In the API."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """That commands go to a cluster itself. `context`: of the kubeconfig; None: the current one."""

    context: str | None


chosen: ContextVar[Cluster | None] = ContextVar("chosen", default=None)
"""What `--context` says; None: commands go to the dashboard."""


@contextmanager
def place(*, as_json: bool) -> Iterator[Place]:
    """What knows of backpacks. Raises `CliError` where one isn't logged in."""
    out = Output(as_json=as_json)
    if cluster := chosen.get():
        source = _cluster_source(cluster)
        yield Place(source, out, lambda: out.result({"context": source.context}, source.context))
        return
    with _dashboard() as api:
        yield Place(DashboardSource(api), out, lambda: _whoami(api, out))


@contextmanager
def inside(name: str, *, as_json: bool) -> Iterator[Inside]:
    """A backpack to look into. Raises `CliError` where there is none of this name."""
    if chosen.get():
        detail = (
            "What is inside a backpack goes through the dashboard: log in there, and leave out --context."
        )
        raise CliError(detail, Exit.USAGE)
    with _dashboard() as api:
        source = DashboardSource(api)
        backpack = find(source, name)
        yield Inside(api, source, Output(as_json=as_json), backpack, path_of(backpack))


@contextmanager
def _dashboard() -> Iterator[Api]:
    api = Api(login.load())
    try:
        yield api
    finally:
        api.close()


def _cluster_source(cluster: Cluster) -> "ClusterSource":
    # Only where it is asked for: it is an extra, and takes a second to import.
    try:
        from .cluster.source import ClusterSource  # noqa: PLC0415
    except ImportError as error:
        detail = "For a cluster without a dashboard install more, in a clone of the project: "
        raise CliError(f"{detail}pip install './cli[kubernetes]'") from error
    return ClusterSource(cluster.context)


def _whoami(api: Api, out: Output) -> None:
    me = api.me()
    until = me["expiresAt"].partition("T")[0]
    line = (
        f"{me['name']} ({me['role']}) at {api.url}, until {until}. The token may: {', '.join(me['scopes'])}."
    )
    out.result({"url": api.url, **me}, line)
