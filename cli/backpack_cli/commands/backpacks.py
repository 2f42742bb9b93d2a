"""Making backpacks, and looking after them."""

import sys
from typing import Annotated, Any, Literal

import typer
from rich.text import Text

from ..errors import CliError, Exit
from ..options import Json, MaybeName, Name, Timeout, Wait, Yes, place
from ..output import state_of
from ..source import find
from .waiting import wait

DeletionPolicy = Literal["Retain", "Delete"]


def list_backpacks(as_json: Json = False) -> None:
    """The backpacks that you may see."""
    with place(as_json=as_json) as at:
        items = at.source.backpacks()
        rows = [
            [one["name"], one["namespace"], state_of(one), one["url"] or "", one["version"] or ""]
            for one in items
        ]
        at.out.table(items, ["NAME", "NAMESPACE", "STATE", "URL", "VERSION"], rows)
        if not items:
            at.out.note("There is none yet: backpack create NAME --wait")


def create(
    name: Annotated[str, typer.Argument(help="Its name, and with it its hostname: a-z, 0-9 and hyphens.")],
    display_name: Annotated[str, typer.Option(help="What people call it.")] = "",
    namespace: Annotated[str | None, typer.Option("--namespace", "-n", help="Where it is made.")] = None,
    hostname: Annotated[str, typer.Option(help="Where it is reached, if not by its name: an owner's.")] = "",
    deletion_policy: Annotated[
        DeletionPolicy | None,
        typer.Option(case_sensitive=False, help="Whether its data outlives it (Retain): an owner's."),
    ] = None,
    until_ready: Wait = False,
    timeout: Timeout = 600,
    as_json: Json = False,
) -> None:
    """Create a backpack."""
    with place(as_json=as_json) as at:
        wanted = {"displayName": display_name, "hostname": hostname, "deletionPolicy": deletion_policy}
        spec = {field: value for field, value in wanted.items() if value}
        made = at.source.create(name, spec, namespace)
        at.out.note(f"{name} is being created in the namespace {made['namespace']}.")
        if until_ready:
            made = wait(at.source, at.out, made, "ready", timeout)
        words = [f"{made['url']}", f"API: {made['apiUrl']}"] if made["url"] else []
        at.out.result(made, *(words or [f"Its state: backpack status {name}"]))


def delete(
    name: Name,
    yes: Yes = False,
    until_gone: Wait = False,
    timeout: Timeout = 600,
    as_json: Json = False,
) -> None:
    """Delete a backpack. Its data is kept where its deletionPolicy says so."""
    with place(as_json=as_json) as at:
        backpack = find(at.source, name)
        if not yes:
            _confirm(backpack["name"])
        at.source.delete(backpack)
        if until_gone:
            wait(at.source, at.out, backpack, "gone", timeout)
        words = "is deleted" if until_gone else "is being deleted"
        told = (f"{backpack['name']} {words}.", *_what_stays(backpack))
        at.out.result({"name": backpack["name"], "deleted": until_gone}, *told)


def suspend(name: Name, as_json: Json = False) -> None:
    """Stop a backpack: nothing of it runs, and everything is kept."""
    with place(as_json=as_json) as at:
        changed = at.source.change(find(at.source, name), {"suspend": True})
        at.out.result(changed, f"{changed['name']} is being suspended; backpack resume starts it again.")


def resume(name: Name, until_ready: Wait = False, timeout: Timeout = 600, as_json: Json = False) -> None:
    """Start a suspended backpack again."""
    with place(as_json=as_json) as at:
        changed = at.source.change(find(at.source, name), {"suspend": False})
        if until_ready:
            changed = wait(at.source, at.out, changed, "ready", timeout)
        at.out.result(changed, changed["url"] or f"{changed['name']} is being started.")


def status(name: MaybeName = None, as_json: Json = False) -> None:
    """How a backpack is; without a name, who you are, and where."""
    with place(as_json=as_json) as at:
        if name is None:
            at.whoami()
            return
        backpack = find(at.source, name)
        at.out.result(backpack, *_described(backpack))


def open_site(name: Name, as_json: Json = False) -> None:
    """Open the site in a browser."""
    with place(as_json=as_json) as at:
        backpack = find(at.source, name)
        url = backpack["url"]
        if not url:
            raise CliError(f"{name} has no URL yet: {backpack['message']}", Exit.FAILED)
        at.out.result({"url": url}, url)
    if not as_json:
        typer.launch(url)


def _confirm(name: str) -> None:
    if not sys.stdin.isatty():
        raise CliError("Nobody is there to be asked: say --yes.", Exit.USAGE)
    if typer.prompt(f"Type {name} to delete it", err=True).strip() != name:
        raise CliError("That is another name: nothing was deleted.", Exit.USAGE)


def _what_stays(backpack: dict[str, Any]) -> tuple[str, ...]:
    if backpack["spec"].get("deletionPolicy", "Retain") == "Delete":
        return ("Its data is removed with it (deletionPolicy: Delete).",)
    return (
        "Its data is kept (deletionPolicy: Retain).",
        'How to take it over, or remove it: "Retained data" in docs/operations.md of the project.',
    )


def _described(backpack: dict[str, Any]) -> list[str | Text]:
    facts = {
        "Site": backpack["url"],
        "API": backpack["apiUrl"],
        "Version": backpack["version"],
        "Admins": ", ".join(backpack["admins"]),
        "Created": backpack["createdAt"],
    }
    title = f"{backpack['namespace']}/{backpack['name']} is "
    message = f": {backpack['message']}" if backpack["message"] else ""
    lines: list[str | Text] = [Text.assemble(title, state_of(backpack), message)]
    lines += [f"  {name:8} {value}" for name, value in facts.items() if value]
    for one in backpack["conditions"]:
        if one["type"] != "Ready":
            lines.append(f"  {one['type']:18} {one['status']:8} {one['reason']}: {one['message']}")
    return lines
