"""The site's releases in the database: one document, so that a new release, the
switch to it and the end of old ones are one write.

site  {_id: "site", version, active, previous, releases: [{id, createdAt, by, …}]}
"""

from pymongo.errors import DuplicateKeyError

from backpack_api.domain.sites import Release, Site
from backpack_api.stores.compare_and_set import CompareAndSet
from backpack_api.stores.mongo import Mongo, MongoDocument, database_errors

COLLECTION = "site"
_ID = "site"


class SiteStore:
    """The one `Site` of a backpack."""

    def __init__(self, mongo: Mongo, writes: CompareAndSet) -> None:
        self._sites = mongo.collection(COLLECTION)
        self._writes = writes

    @database_errors
    async def read(self) -> Site:
        document = await self._sites.find_one({"_id": _ID})
        return Site() if document is None else _from_document(document)

    @database_errors
    async def replace(self, site: Site) -> bool:
        """Keep the version that follows the one that is kept; False where that is another."""
        if site.version > 1:
            return await self._writes.replace(self._sites, site.version - 1, _to_document(site))
        try:
            await self._sites.insert_one(_to_document(site))
        except DuplicateKeyError:
            return False
        return True


def _to_document(site: Site) -> MongoDocument:
    return {
        "_id": _ID,
        "version": site.version,
        "active": site.active,
        "previous": site.previous,
        "releases": [
            {
                "id": release.id,
                "createdAt": release.created_at,
                "by": release.by,
                "size": release.size,
                "files": release.files,
                "unpacked": release.unpacked,
                "sha256": release.sha256,
            }
            for release in site.releases
        ],
    }


def _from_document(document: MongoDocument) -> Site:
    return Site(
        version=document["version"],
        active=document["active"],
        previous=document["previous"],
        releases=tuple(
            Release(
                id=release["id"],
                created_at=release["createdAt"],
                by=release["by"],
                size=release["size"],
                files=release["files"],
                unpacked=release["unpacked"],
                sha256=release["sha256"],
            )
            for release in document["releases"]
        ),
    )
