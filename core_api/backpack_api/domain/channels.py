"""What a channel is called, and how much there may be of everything."""

import re
from typing import Any

from backpack_api.domain.documents import faults_of
from backpack_api.problems import InvalidValue

MAX_CHANNELS = 10_000
"""Of one backpack."""
MAX_OF_USER = 500
"""Channels that one user is a member of."""
MAX_MEMBERS = 10_000
"""Of one channel."""
MAX_ADDED = 100
"""Members that a channel is made with."""

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,31}/[A-Za-z0-9._:@~+-]{1,96}", re.ASCII)
_TYPE = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,31}", re.ASCII)
_USER = re.compile(r"[A-Za-z0-9-]{1,64}", re.ASCII)


def check_channel(name: str, path: str = "/channel") -> str:
    """The name: a type and a name with a slash between, such as `chat/room-1`. Raises
    `InvalidValue`."""
    if _NAME.fullmatch(name) is None:
        raise InvalidValue.at(
            path, "must be a type and a name such as `chat/room-1`: letters, digits and `._:@~+-`"
        )
    return name


def check_channel_type(name: str, path: str = "/channel") -> str:
    """The type alone, such as `chat`. Raises `InvalidValue`."""
    if _TYPE.fullmatch(name) is None:
        raise InvalidValue.at(path, "must be a type of channels, such as `chat`")
    return name


def check_user(user_id: str, path: str = "/user") -> str:
    """An id that a user can have. Raises `InvalidValue`."""
    if _USER.fullmatch(user_id) is None:
        raise InvalidValue.at(path, "is not the id of a user")
    return user_id


def check_message(data: Any, path: str = "/data") -> None:
    """Raise `InvalidValue` where a message is nested deeper than a document may be."""
    for fault in faults_of(data, path=path, keys=False):
        raise InvalidValue.at(fault.path, fault.message)
