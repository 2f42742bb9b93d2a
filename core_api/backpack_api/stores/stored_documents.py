"""How a document is kept in the database: a client's own fields below `data`, so that no
key of a client's ever meets one of ours or of the engine (`_id`)."""

from backpack_api.domain.documents import Document
from backpack_api.stores.mongo import MongoDocument


def to_stored(document: Document) -> MongoDocument:
    return {
        "_id": document.id,
        "ownerId": document.owner_id,
        "version": document.version,
        "createdAt": document.created_at,
        "updatedAt": document.updated_at,
        "data": document.data,
    }


def from_stored(stored: MongoDocument) -> Document:
    return Document(
        id=stored["_id"],
        owner_id=stored["ownerId"],
        version=stored["version"],
        created_at=stored["createdAt"],
        updated_at=stored["updatedAt"],
        data=stored["data"],
    )
