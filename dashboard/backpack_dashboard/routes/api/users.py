"""The users of a backpack's application, as its administrator sees them."""

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query

from backpack_dashboard.routes.api.backpacks import ONE
from backpack_dashboard.routes.api.bounded import BoundedRoute
from backpack_dashboard.routes.api.dependencies import Theirs, UserKeeper
from backpack_dashboard.routes.api.inside_shapes import (
    NewPassword,
    NewUser,
    User,
    UserChange,
    UserList,
    UserWithSessions,
)
from backpack_dashboard.routes.dependencies import Parts

router = APIRouter(tags=["users"], route_class=BoundedRoute)
Order = Literal["createdAt", "-createdAt", "email", "-email"]
UserId = Annotated[str, Path(description="As the list has it.")]


@router.get(f"{ONE}/users")
async def list_users(
    by: UserKeeper,
    parts: Parts,
    backpack: Theirs,
    search: Annotated[str | None, Query(description="A part of the e-mail address.")] = None,
    sort: Order = "-createdAt",
    limit: Annotated[int, Query(ge=1, le=1000)] = 50,
    cursor: Annotated[str | None, Query(description="`nextCursor` of the page before.")] = None,
) -> UserList:
    """A page of the users."""
    found = await parts.connections.of(by.admin, backpack).call(
        "users.list", search=search or None, sort=sort, limit=limit, cursor=cursor or None
    )
    return UserList.model_validate(found)


@router.post(f"{ONE}/users", status_code=201)
async def create_user(by: UserKeeper, parts: Parts, backpack: Theirs, new: NewUser) -> User:
    """A new account, also where registration is closed. 409 where the address is taken."""
    made = await parts.connections.of(by.admin, backpack).call("users.create", **new.model_dump())
    return User.model_validate(made)


@router.get(f"{ONE}/users/{{user_id}}")
async def get_user(by: UserKeeper, parts: Parts, backpack: Theirs, user_id: UserId) -> UserWithSessions:
    """One user, and where he is signed in."""
    found = await parts.connections.of(by.admin, backpack).call("users.get", userId=user_id)
    return UserWithSessions.model_validate(found)


@router.patch(f"{ONE}/users/{{user_id}}")
async def change_user(
    by: UserKeeper, parts: Parts, backpack: Theirs, user_id: UserId, wanted: UserChange
) -> User:
    """Disable or enable him, or change his address or profile. A disabled user's next call is
    refused within a second."""
    changed = await parts.connections.of(by.admin, backpack).call(
        "users.update", userId=user_id, **wanted.model_dump()
    )
    return User.model_validate(changed)


@router.put(f"{ONE}/users/{{user_id}}/password", status_code=204)
async def set_password(
    by: UserKeeper, parts: Parts, backpack: Theirs, user_id: UserId, new: NewPassword
) -> None:
    """A new password; all his sessions end."""
    inside = parts.connections.of(by.admin, backpack)
    await inside.call("users.setPassword", userId=user_id, password=new.password)


@router.delete(f"{ONE}/users/{{user_id}}/sessions", status_code=204)
async def end_sessions(by: UserKeeper, parts: Parts, backpack: Theirs, user_id: UserId) -> None:
    """Sign him out everywhere."""
    await parts.connections.of(by.admin, backpack).call("users.endSessions", userId=user_id)


@router.delete(f"{ONE}/users/{{user_id}}", status_code=204)
async def delete_user(by: UserKeeper, parts: Parts, backpack: Theirs, user_id: UserId) -> None:
    """Delete him with his files; his documents stay."""
    await parts.connections.of(by.admin, backpack).call("users.delete", userId=user_id)
