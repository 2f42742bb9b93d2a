"""What an admin does with the users of a backpack, through its API."""

import secrets
from typing import Any

from backpack_dashboard.domain.backpacks import Backpack
from backpack_dashboard.errors import BackpackRefused, Invalid
from backpack_dashboard.services.admin_connection import AdminConnection

User = dict[str, Any]
PASSWORD_LENGTH = 20
_WRONG_FIELDS = (409, 422)


class BackpackUsers:
    """Of one backpack. Passwords are made here and returned once; nobody keeps them."""

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

    async def create(self, email: str) -> tuple[User, str]:
        """A new one, and his password. Raises `Invalid` where the address can't be had."""
        password = self._new_password()
        try:
            user = await self._inside.call("users.create", email=email.strip(), password=password)
        except BackpackRefused as error:
            if error.status not in _WRONG_FIELDS:
                raise
            told = [fault["message"] for fault in error.problem.get("errors", ())]
            raise Invalid("Nobody was created.", {"email": "; ".join(told) or error.detail}) from error
        return user, password

    async def set_disabled(self, user_id: str, *, disabled: bool) -> None:
        await self._inside.call("users.disable" if disabled else "users.enable", userId=user_id)

    async def renew_password(self, user_id: str) -> str:
        """His new password; all his sessions end."""
        password = self._new_password()
        await self._inside.call("users.setPassword", userId=user_id, password=password)
        return password

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
        wanted = self._backpack.spec.get("auth", {}).get("password", {}).get("minLength", 0)
        length = max(PASSWORD_LENGTH, wanted)
        return secrets.token_urlsafe(length)[:length]
