"""The audit log in the database, bounded in number and age."""

from collections.abc import Mapping
from typing import Any

from backpack_api.domain.audit import AuditEntry, Outcome
from backpack_api.domain.moments import in_milliseconds
from backpack_api.stores.mongo import Mongo, MongoDocument, database_errors

COLLECTION = "audit"


class AuditStore:
    """Entries in the order of their ids, which is that of time."""

    def __init__(self, mongo: Mongo) -> None:
        self._entries = mongo.collection(COLLECTION)

    @database_errors
    async def insert(self, entry: AuditEntry) -> None:
        await self._entries.insert_one(_to_document(entry))

    @database_errors
    async def replace(self, entry: AuditEntry) -> None:
        await self._entries.replace_one({"_id": entry.id}, _to_document(entry))

    @database_errors
    async def page(
        self, *, before: str | None, limit: int, equal: Mapping[str, str]
    ) -> tuple[list[AuditEntry], bool]:
        """The newest entries first, those before this id only, whose fields equal
        these; and whether there are more."""
        wanted: MongoDocument = {key: {"$eq": value} for key, value in equal.items()}
        if before is not None:
            wanted["_id"] = {"$lt": before}
        found = await self._entries.find(wanted).sort("_id", -1).limit(limit + 1).to_list()
        return [_from_document(one) for one in found[:limit]], len(found) > limit

    @database_errors
    async def prune(self, *, keep: int, oldest: str) -> None:
        """Forget all but the newest `keep` entries, and those before this id."""
        excess = await self._entries.find({}, {"_id": 1}).sort("_id", -1).skip(keep).limit(1).to_list()
        last = max(excess[0]["_id"], oldest) if excess else oldest
        await self._entries.delete_many({"_id": {"$lte": last}})


def _to_document(entry: AuditEntry) -> MongoDocument:
    return {
        "_id": entry.id,
        "at": in_milliseconds(entry.at),
        "who": entry.who,
        "op": entry.op,
        "target": entry.target,
        "outcome": entry.outcome.value,
        "problem": entry.problem,
    }


def _from_document(document: MongoDocument) -> AuditEntry:
    kept: dict[str, Any] = {**document, "outcome": Outcome(document["outcome"])}
    return AuditEntry(id=kept.pop("_id"), **kept)
