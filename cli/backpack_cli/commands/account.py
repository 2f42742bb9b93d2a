"""Logging in and out, and who one is."""

import sys
from typing import Annotated

import typer

from .. import login as logins
from ..api import Api
from ..errors import BrokeOff, CliError, Exit
from ..login import Login
from ..options import Json
from ..output import Output


def login(
    url: Annotated[str, typer.Argument(help="The dashboard's URL: https://admin.example.com")],
    as_json: Json = False,
) -> None:
    """Log in at a dashboard, with a personal access token.

    Make one at the dashboard's page Account. It is asked for, or read from standard input.
    """
    at = logins.dashboard_url(url)
    if sys.stdin.isatty():
        typer.echo(f"Make a token at {at}/account", err=True)
        token = typer.prompt("Token", hide_input=True, err=True).strip()
    else:
        token = sys.stdin.readline().strip()
    if not token:
        raise CliError("There is no token: it was empty.", Exit.USAGE)
    new = Login(at, token)
    api = Api(new)
    try:
        me = api.me()
    except BrokeOff as error:
        if (http := logins.without_tls(url)) is None:
            raise
        detail = f"{at} can't be reached. If the dashboard is there without TLS: backpack login {http}"
        raise BrokeOff(detail, error.problem) from error
    finally:
        api.close()
    logins.keep(new)
    until = me["expiresAt"].partition("T")[0]
    scopes = ", ".join(me["scopes"])
    line = f"Logged in as {me['name']} ({me['role']}), until {until}. The token may: {scopes}."
    Output(as_json=as_json).result({"url": at, **me}, line)


def logout(as_json: Json = False) -> None:
    """Forget the token. It counts on: end it at the dashboard's page Account."""
    was = logins.forget()
    words = "Logged out; the token itself is ended at the dashboard's page Account."
    Output(as_json=as_json).result({"loggedOut": was}, words if was else "You weren't logged in.")
