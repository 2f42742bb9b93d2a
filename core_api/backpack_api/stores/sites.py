"""The site's releases in the database. Each version of the whole is a document, so that
a new release, the switch to it and the end of old ones are one insert.

site  {_id: version, at, active, previous, releases: [{id, createdAt, by, …}]}

Of two writers of one version the engine lets one through, because ids are unique: on
every engine, without a lock that a crash would leave behind.
"""

from datetime import UTC, datetime, timedelta

from pymongo.errors import DuplicateKeyError

from backpack_api.domain.sites import Release, Site
from backpack_api.stores.mongo import Mongo, MongoDocument, database_errors

COLLECTION = "site"
KEEP_VERSIONS = timedelta(minutes=10)
"""Longer than any writer takes from reading a version to writing the next: were the
latter gone by then, it could be written a second time."""


class SiteStore:
    """The one `Site` of a backpack."""

    def __init__(self, mongo: Mongo) -> None:
        self._versions = mongo.collection(COLLECTION)

    @database_errors
    async def read(self) -> Site:
        latest = await self._versions.find_one({}, sort=[("_id", -1)])
        return Site() if latest is None else _from_document(latest)

    @database_errors
    async def replace(self, site: Site) -> bool:
        """Keep the version that follows the latest; False where there is one already."""
        now = datetime.now(UTC)
        try:
            await self._versions.insert_one(_to_document(site, now))
        except DuplicateKeyError:
            return False
        # Those before it are of no use to anybody.
        old = {"_id": {"$lt": site.version}, "at": {"$lt": now - KEEP_VERSIONS}}
        await self._versions.delete_many(old)
        return True


def _to_document(site: Site, at: datetime) -> MongoDocument:
    return {
        "_id": site.version,
        "at": at,
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
        version=document["_id"],
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
