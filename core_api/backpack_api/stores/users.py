"""Accounts in the database. The index on `email` is what makes an address belong
to one account, also when two registrations race.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from pymongo.errors import DuplicateKeyError, OperationFailure

from backpack_api.domain.accounts import User
from backpack_api.stores.compare_and_set import CompareAndSet
from backpack_api.stores.mongo import Mongo, MongoDocument, database_errors, in_batches, is_duplicate_key

COLLECTION = "users"


@dataclass(frozen=True, slots=True)
class StoredUser:
    """A user with the hash of its password: for verifying it, and for nothing else."""

    user: User
    password_hash: str
    disabled: bool = False
    """He can't sign in. Not shown to himself."""


class EmailTaken(Exception):
    """Another account has this address."""


class UserStore:
    """Users by id and by e-mail address."""

    def __init__(self, mongo: Mongo, writes: CompareAndSet) -> None:
        self._users = mongo.collection(COLLECTION)
        self._writes = writes
        self._indexed = False
        self._indexing = asyncio.Lock()

    @database_errors
    async def insert(self, stored: StoredUser) -> None:
        """Keep a new user. Raises `EmailTaken`."""
        await self._ensure_index()
        try:
            await self._users.insert_one(_to_document(stored))
        except DuplicateKeyError as error:
            raise EmailTaken from error

    @database_errors
    async def by_id(self, user_id: str) -> StoredUser | None:
        return _from_document(await self._users.find_one({"_id": user_id}))

    @database_errors
    async def exists(self, user_id: str) -> bool:
        return await self._users.find_one({"_id": user_id}, {"_id": 1}) is not None

    @database_errors
    async def by_email(self, email: str) -> StoredUser | None:
        return _from_document(await self._users.find_one({"email": email}))

    @database_errors
    async def page(
        self, *, search: str, after: str | None, limit: int, by_email: bool = False, descending: bool = False
    ) -> list[StoredUser]:
        """At most `limit` users in the order of their ids or of their addresses, those after
        the id or address `after` only, whose address holds this text; the empty text is in
        every one."""
        key = "email" if by_email else "_id"
        wanted = _holding(search)
        if after is not None:
            beyond = {"$lt" if descending else "$gt": after}
            wanted[key] = {**wanted.get(key, {}), **beyond}
        found = self._users.find(wanted).sort(key, -1 if descending else 1).limit(limit)
        return [stored async for document in found if (stored := _from_document(document))]

    @database_errors
    async def count(self, *, search: str) -> int:
        return await self._users.count_documents(_holding(search))

    @database_errors
    async def replace(self, stored: StoredUser, version: int) -> bool:
        """Replace a user that is still at this version; False where it isn't. Raises
        `EmailTaken`."""
        try:
            return await self._writes.replace(self._users, version, _to_document(stored))
        except OperationFailure as error:
            if is_duplicate_key(error):
                raise EmailTaken from error
            raise

    @database_errors
    async def delete(self, user_id: str, version: int) -> bool:
        """Delete a user that is still at this version; False where it isn't."""
        return await self._writes.delete(self._users, version, user_id)

    async def every(self) -> AsyncIterator[list[StoredUser]]:
        """All users, some at a time."""
        async for batch in in_batches(self._users):
            yield [stored for document in batch if (stored := _from_document(document))]

    @database_errors
    async def insert_many(self, users: Sequence[StoredUser]) -> None:
        """Keep users as they are; there must be none with one of their ids or addresses."""
        await self._ensure_index()
        await self._users.insert_many([_to_document(stored) for stored in users])

    @database_errors
    async def delete_all(self) -> None:
        """Remove every user."""
        await self._users.delete_many({})

    async def _ensure_index(self) -> None:
        if self._indexed:
            return
        async with self._indexing:
            if not self._indexed:
                await self._users.create_index("email", unique=True)
                self._indexed = True


def _holding(search: str) -> MongoDocument:
    return {"email": {"$regex": re.escape(search)}} if search else {}


def _to_document(stored: StoredUser) -> MongoDocument:
    user = stored.user
    document: MongoDocument = {
        "_id": user.id,
        "email": user.email,
        "passwordHash": stored.password_hash,
        "profile": user.profile,
        "version": user.version,
        "createdAt": user.created_at,
        "updatedAt": user.updated_at,
    }
    return {**document, "disabled": True} if stored.disabled else document


def _from_document(document: MongoDocument | None) -> StoredUser | None:
    if document is None:
        return None
    user = User(
        id=document["_id"],
        email=document["email"],
        profile=document["profile"],
        version=document["version"],
        created_at=document["createdAt"],
        updated_at=document["updatedAt"],
    )
    return StoredUser(user, document["passwordHash"], document.get("disabled", False))
