"""Seeing to it that the stores take other credentials, as a rotation goes on: nothing here
changes what this process signs in with, which it reads when it starts."""

from backpack_api.problems import Conflict
from backpack_api.services.audit import AuditService
from backpack_api.stores.database_users import DatabaseUsers
from backpack_api.stores.mongo import Mongo
from backpack_api.stores.redis import Cache
from backpack_contract.store_credentials import DatabaseUser, StoreCredentials


class StoreCredentialService:
    """The same may be asked again and again, until both stores are as far."""

    def __init__(self, mongo: Mongo, cache: Cache, audit: AuditService) -> None:
        self._users, self._cache, self._audit = DatabaseUsers(mongo), cache, audit

    async def put(self, who: str, wanted: StoreCredentials) -> None:
        """Return once both stores take them. Raises `Conflict` where one can't yet. `who`
        asks for it: that a user of the database is changed goes into the audit log."""
        if await self._cache.read_users() != sorted(wanted.cache):
            raise Conflict("The cache's file of users does not have these passwords yet.")
        user = wanted.database
        if await self._users.may_sign_in(user.username, user.password):
            return
        async with self._audit.change(who, "credentials.put", {"databaseUser": user.username}):
            await self._change(user)

    async def _change(self, user: DatabaseUser) -> None:
        if await self._users.are_equal():
            await self._users.put(user.username, user.password)
        elif user.former and await self._users.may_sign_in(user.username, user.former):
            await self._users.change_own(user.username, user.former, user.password)
        else:
            raise Conflict(
                f"The database does not know its user `{user.username}` by these passwords: it sets up its "
                "users when it is started."
            )
