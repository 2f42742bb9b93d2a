"""What the admin listener's routes read from a request."""

from typing import cast

from starlette.requests import HTTPConnection

from backpack_api.domain.administrators import Administrator
from backpack_api.problems import NotAllowed


def administrator_of(connection: HTTPConnection) -> Administrator:
    """Who calls: the gate let nobody else in."""
    return cast(Administrator, connection.state.administrator)


def operator_only(connection: HTTPConnection) -> Administrator:
    """Raise `NotAllowed` unless the operator calls."""
    administrator = administrator_of(connection)
    if not administrator.is_operator:
        raise NotAllowed("Only the operator may do this: change the Backpack resource instead.")
    return administrator
