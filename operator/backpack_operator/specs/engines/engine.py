"""What the operator needs to know of a database engine."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from backpack_operator.settings import Settings
from backpack_operator.specs.container_resources import Default


@dataclass(frozen=True, slots=True)
class Launch:
    """What an engine is started with: `secret` is the name of the credentials Secret,
    `memory` the container's limit in bytes; `second_user`: whether the Secret has one."""

    settings: Settings
    secret: str
    memory: int
    second_user: bool = False


@dataclass(frozen=True, slots=True)
class Engine:
    """`container` gives the engine's own part of the container, the rest is the same for
    all. Its users must be there, with their passwords, before it takes a connection."""

    name: str
    user: int
    """The user and group it runs as, which also own the volume."""
    resources: Default
    data: str
    """Where the volume is mounted."""
    scratch: tuple[str, ...]
    """The directories it writes to besides."""
    makes_users_at_start: bool
    """Whether it knows only the users that it is started with."""
    grace_seconds: int
    """How long it may take to end in good order."""
    container: Callable[[Launch], dict[str, Any]]
