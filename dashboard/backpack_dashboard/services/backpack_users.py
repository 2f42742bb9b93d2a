"""What an admin does with the users of a backpack, through its API."""

import secrets
from collections.abc import Mapping
from typing import Any

from backpack_dashboard.domain.backpacks import Backpack
from backpack_dashboard.errors import BackpackRefused, Invalid
from backpack_dashboard.services.admin_connection import AdminConnection

User = dict[str, Any]
PASSWORD_LENGTH = 20
_WRONG_FIELDS = (409, 422)


class BackpackUsers:
    """Of one backpack. A password is the admin's choice, or made here and returned once; nobody
    keeps it."""

    def __init__(self, backpack: Backpack, inside: AdminConnection) -> None:
        self._backpack, self._inside = backpack, inside

    async def page(self, search: str, cursor: str, limit: int) -> dict[str, Any]:
        """`items` and `nextCursor`, the newest first."""
        found: dict[str, Any] = await self._inside.call(
            "users.list",
            search=search.strip() or None,
            cursor=cursor or None,
            limit=limit,
            sort="-createdAt",
        )
        return found

    async def get(self, user_id: str) -> User:
        """With his `sessions`."""
        user: User = await self._inside.call("users.get", userId=user_id)
        return user

    async def create(self, email: str, chosen: str) -> tuple[User, str]:
        """A new one, and the password that was made, `""` where one was chosen. Raises `Invalid`."""
        made = "" if chosen else self._new_password()
        try:
            user = await self._inside.call("users.create", email=email.strip(), password=chosen or made)
        except BackpackRefused as error:
            raise _told(error, "Nobody was created.", "email") from error
        return user, made

    async def set_disabled(self, user_id: str, *, disabled: bool) -> None:
        await self._inside.call("users.disable" if disabled else "users.enable", userId=user_id)

    async def renew_password(self, user_id: str, chosen: str) -> str:
        """The new password where it was made, `""` where it was chosen; all his sessions end.
        Raises `Invalid`."""
        made = "" if chosen else self._new_password()
        try:
            await self._inside.call("users.setPassword", userId=user_id, password=chosen or made)
        except BackpackRefused as error:
            raise _told(error, "The password stays as it was.", "password") from error
        return made

    async def end_sessions(self, user_id: str) -> None:
        await self._inside.call("users.endSessions", userId=user_id)

    async def delete(self, user_id: str, typed: str) -> User:
        """Delete him, where the admin has typed his address. Raises `Invalid`."""
        user = await self.get(user_id)
        if typed.strip() != user["email"]:
            raise Invalid("Nobody was deleted.", {"typed": f"Type `{user['email']}` to delete the account."})
        await self._inside.call("users.delete", userId=user_id)
        return user

    def _new_password(self) -> str:
        auth: Mapping[str, Any] = self._backpack.spec.get("auth") or {}
        wanted = int((auth.get("password") or {}).get("minLength", 0))
        length = max(PASSWORD_LENGTH, wanted)
        return secrets.token_urlsafe(length)[:length]


def _told(error: BackpackRefused, detail: str, field: str) -> BackpackRefused | Invalid:
    """What the API found wrong, at its field of the form: at `field` where it names none."""
    if error.status not in _WRONG_FIELDS:
        return error
    named = {str(one["path"]).lstrip("/"): str(one["message"]) for one in error.problem.get("errors", ())}
    known = {name: message for name, message in named.items() if name in ("email", "password")}
    return Invalid(detail, known or {field: error.detail})
