"""On whose behalf something is done."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Actor:
    """A user, anyone without a session, or an administrator, for whom no rule counts."""

    user_id: str | None = None
    is_administrator: bool = False


ANYONE = Actor()
ADMINISTRATOR = Actor(is_administrator=True)
