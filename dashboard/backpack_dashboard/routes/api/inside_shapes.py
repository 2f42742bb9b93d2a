"""What the API takes and answers of what is inside a backpack. The backpack's own API made it,
so what it adds one day is passed over and not refused."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from backpack_dashboard.routes.api.shapes import Given


class Told(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, extra="ignore")


class Release(Told):
    """An upload of the site. `size` (bytes) and `sha256` are the ZIP's, `unpacked` (bytes) is the
    site's; `by` is who uploaded it, `active` the one that is shown."""

    id: str
    created_at: str
    by: str
    size: int
    files: int
    unpacked: int
    sha256: str
    active: bool


class ReleaseList(Told):
    """All that are kept, the newest first."""

    items: list[Release]


class User(Told):
    """A user of the application."""

    id: str
    email: str
    profile: dict[str, Any]
    disabled: bool
    created_at: str
    updated_at: str


class UserList(Told):
    """`nextCursor` is null on the last page."""

    items: list[User]
    next_cursor: str | None


class UserSession(Told):
    id: str
    created_at: str
    last_seen_at: str
    user_agent: str | None


class UserWithSessions(User):
    sessions: list[UserSession]


class NewUser(Given):
    """An account, also where registration is closed."""

    email: str
    password: Annotated[str, Field(description="Tell it the user: nobody can read it again.")]
    profile: dict[str, Any] | None = None


class UserChange(Given):
    """What isn't there stays. `profile` is a merge patch. `disabled` ends his sessions."""

    email: str | None = None
    profile: dict[str, Any] | None = None
    disabled: bool | None = None


class NewPassword(Given):
    password: str


class CollectionFigures(Told):
    count: int
    documents: int
    data_bytes: int


class FileFigures(Told):
    count: int
    bytes: int
    free_bytes: int


class SiteFigures(Told):
    releases: int
    active: str | None


class Usage(Told):
    """How much of the backpack is used. `uptimeSeconds` and `sockets` (open ones of users) are
    of the one replica that answers; `stores` says of each how it is."""

    version: str
    uptime_seconds: int
    stores: dict[str, str]
    users: int
    collections: CollectionFigures
    files: FileFigures
    site: SiteFigures
    sockets: int


class Imported(Told):
    """How many there were of each, the id of the site's new release, and sentences about what
    could not be brought about."""

    users: int
    collections: int
    documents: int
    files: int
    release: str | None
    notes: list[str]
