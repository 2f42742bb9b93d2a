"""`users.*`: accounts, whoever they belong to."""

from typing import Annotated, Any

from pydantic import Field

from backpack_api.domain.json_text import JsonObject
from backpack_api.domain.moments import rfc3339
from backpack_api.domain.sessions import Session
from backpack_api.domain.shapes import Shape
from backpack_api.routes.admin.operations import AdminOperations, Name, Paged, page_of
from backpack_api.runtime import Runtime
from backpack_api.services.users import UserOrder

Text = Annotated[str, Field(max_length=4096)]


class UserList(Paged):
    search: str | None = None
    sort: UserOrder = "createdAt"
    total: bool = False


class OneUser(Shape):
    userId: Name  # noqa: N815  as it is on the wire


class NewUser(Shape):
    email: Text
    password: Text
    profile: dict[str, Any] | None = None


class UserUpdate(OneUser):
    email: Text | None = None
    profile: dict[str, Any] | None = None
    disabled: bool | None = None


class NewPassword(OneUser):
    password: Text


class UserOperations:
    """The handlers."""

    def __init__(self, runtime: Runtime) -> None:
        self._users = runtime.users
        self._sessions = runtime.sessions

    def add_to(self, operations: AdminOperations) -> None:
        operations.look("users.list", UserList, self._list)
        operations.look("users.get", OneUser, self._get)
        operations.change("users.create", NewUser, self._create, makes="userId")
        whom = ("userId",)
        operations.change("users.update", UserUpdate, self._update, target=whom)
        operations.change("users.disable", OneUser, self._disable, target=whom)
        operations.change("users.enable", OneUser, self._enable, target=whom)
        operations.change("users.delete", OneUser, self._delete, target=whom)
        operations.change("users.setPassword", NewPassword, self._set_password, target=whom)
        operations.change("users.endSessions", OneUser, self._end_sessions, target=whom)

    async def _list(self, fields: UserList) -> JsonObject:
        page = await self._users.page(
            search=fields.search,
            limit=fields.limit,
            cursor=fields.cursor,
            total=fields.total,
            sort=fields.sort,
        )
        return page_of(page.items, page.next_cursor, page.total)

    async def _get(self, fields: OneUser) -> JsonObject:
        user = await self._users.get(fields.userId)
        sessions = await self._sessions.of_user(fields.userId)
        return {**user.to_json_object(), "sessions": [_shown(session) for session in sessions]}

    async def _create(self, fields: NewUser) -> JsonObject:
        user = await self._users.create(fields.email, fields.password, fields.profile)
        return user.to_json_object()

    async def _update(self, fields: UserUpdate) -> JsonObject:
        user = await self._users.update(fields.userId, email=fields.email, profile=fields.profile)
        if fields.disabled is not None and fields.disabled != user.disabled:
            change = self._users.disable if fields.disabled else self._users.enable
            user = await change(fields.userId)
        return user.to_json_object()

    async def _disable(self, fields: OneUser) -> JsonObject:
        return (await self._users.disable(fields.userId)).to_json_object()

    async def _enable(self, fields: OneUser) -> JsonObject:
        return (await self._users.enable(fields.userId)).to_json_object()

    async def _delete(self, fields: OneUser) -> None:
        await self._users.delete(fields.userId)

    async def _set_password(self, fields: NewPassword) -> None:
        await self._users.set_password(fields.userId, fields.password)

    async def _end_sessions(self, fields: OneUser) -> None:
        await self._users.end_sessions(fields.userId)


def _shown(session: Session) -> JsonObject:
    return {
        "id": session.id,
        "createdAt": rfc3339(session.created_at),
        "lastSeenAt": rfc3339(session.last_seen_at),
        "userAgent": session.user_agent,
    }
