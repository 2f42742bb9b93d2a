"""The users of the database: the API's own two, which take turns."""

from pymongo import AsyncMongoClient
from pymongo.errors import OperationFailure

from backpack_api.stores.mongo import Mongo, MongoDocument, database_errors
from backpack_contract.database import AUTH_SOURCE

_AUTHENTICATION_FAILED = 18
_USER_NOT_FOUND = 11


class DatabaseUsers:
    """Looks at them, and changes their passwords."""

    def __init__(self, mongo: Mongo) -> None:
        self._mongo = mongo

    async def are_equal(self) -> bool:
        """Whether every user may change every other."""
        return (await self._mongo.engine()).equal_users

    @database_errors
    async def may_sign_in(self, username: str, password: str) -> bool:
        """Whether the server takes this password."""
        client = self._mongo.client_as(username, password)
        try:
            return await _signs_in(client)
        finally:
            await client.close()

    @database_errors
    async def change_own(self, username: str, former: str, password: str) -> None:
        """Change the password as the user himself."""
        client = self._mongo.client_as(username, former)
        try:
            await client[AUTH_SOURCE].command({"updateUser": username, "pwd": password})
        finally:
            await client.close()

    @database_errors
    async def put(self, username: str, password: str) -> None:
        """Have this user with this password, where every user may do that."""
        try:
            await self._mongo.command_of_users({"updateUser": username, "pwd": password})
        except OperationFailure as error:
            if error.code != _USER_NOT_FOUND:
                raise
            await self._mongo.command_of_users({"createUser": username, "pwd": password, "roles": []})


async def _signs_in(client: AsyncMongoClient[MongoDocument]) -> bool:
    try:
        await client[AUTH_SOURCE].command("ping")
    except OperationFailure as error:
        if error.code == _AUTHENTICATION_FAILED:
            return False
        raise
    return True
