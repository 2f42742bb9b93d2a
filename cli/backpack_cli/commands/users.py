"""The users of a backpack's application."""

import sys
from typing import Annotated, Any

import typer

from ..api import segment
from ..errors import CliError, Exit
from ..options import Inside, Json, Name, Yes, inside, sure

app = typer.Typer(no_args_is_help=True, help="The users of an application.")
User = Annotated[str, typer.Argument(metavar="USER", help="The e-mail address, or the id.")]
PAGE = 1000


@app.command("list")
def list_users(
    name: Name,
    search: Annotated[str, typer.Option(help="A part of the e-mail address.")] = "",
    as_json: Json = False,
) -> None:
    """All users, the newest first."""
    with inside(name, as_json=as_json) as at:
        items = _all(at, search)
        rows = [
            [one["email"], one["id"], "disabled" if one["disabled"] else "", one["createdAt"]]
            for one in items
        ]
        at.out.table(items, ["EMAIL", "ID", "", "CREATED"], rows)


@app.command()
def add(name: Name, email: str, as_json: Json = False) -> None:
    """A new user. The password is asked for, or read from standard input."""
    password = _new_password()
    with inside(name, as_json=as_json) as at:
        made = at.api.call("POST", f"{at.path}/users", json={"email": email, "password": password})
        at.out.result(made, f"{made['email']} may sign in now.")


@app.command()
def disable(name: Name, user: User, as_json: Json = False) -> None:
    """Refuse a user, at once and everywhere."""
    _change(name, user, {"disabled": True}, "is refused from now on.", as_json)


@app.command()
def enable(name: Name, user: User, as_json: Json = False) -> None:
    """Let a disabled user in again."""
    _change(name, user, {"disabled": False}, "may sign in again.", as_json)


@app.command()
def password(name: Name, user: User, as_json: Json = False) -> None:
    """Give a user another password, asked for or read from standard input. All sessions of the user end."""
    new = _new_password()
    with inside(name, as_json=as_json) as at:
        one = _find(at, user)
        at.api.call("PUT", f"{at.path}/users/{segment(one['id'])}/password", json={"password": new})
        at.out.result(one, f"{one['email']} has the new password, and is signed out everywhere.")


@app.command()
def delete(name: Name, user: User, yes: Yes = False, as_json: Json = False) -> None:
    """Delete a user and his files; his documents stay."""
    with inside(name, as_json=as_json) as at:
        one = _find(at, user)
        if not yes:
            sure(f"Delete {one['email']} and all files of this user?")
        at.api.call("DELETE", f"{at.path}/users/{segment(one['id'])}")
        at.out.result(one, f"{one['email']} is deleted.")


def _change(name: str, user: str, change: dict[str, Any], words: str, as_json: bool) -> None:
    with inside(name, as_json=as_json) as at:
        one = _find(at, user)
        changed = at.api.call("PATCH", f"{at.path}/users/{segment(one['id'])}", json=change)
        at.out.result(changed, f"{changed['email']} {words}")


def _find(at: Inside, user: str) -> dict[str, Any]:
    if "@" not in user:
        found: dict[str, Any] = at.api.call("GET", f"{at.path}/users/{segment(user)}")
        return found
    for one in _all(at, user):
        if one["email"] == user.lower():
            return one
    raise CliError(f"{at.backpack['name']} has no user {user}.", Exit.NOT_FOUND)


def _all(at: Inside, search: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = []
    cursor: str | None = ""
    while cursor is not None:
        query = {"search": search, "limit": PAGE, "cursor": cursor}
        page = at.api.call("GET", f"{at.path}/users", params={key: one for key, one in query.items() if one})
        items += page["items"]
        cursor = page["nextCursor"]
    return items


def _new_password() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    asked: str = typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    return asked
