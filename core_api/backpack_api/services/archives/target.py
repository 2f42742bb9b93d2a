"""The backpack as an import fills it: past rules, quotas and events, as nobody sees it
meanwhile."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace

from backpack_api.domain.actors import ADMINISTRATOR
from backpack_api.domain.archives import MAX_RATIO
from backpack_api.domain.collections import Collection
from backpack_api.domain.documents import Document
from backpack_api.domain.files import StoredFile
from backpack_api.domain.releases import ReleaseLimits
from backpack_api.problems import Conflict
from backpack_api.services.collections import CollectionService
from backpack_api.services.file_administration import FileAdministration
from backpack_api.services.sessions import SessionService
from backpack_api.services.sites import SiteService
from backpack_api.stores.documents import DocumentStore
from backpack_api.stores.mongo import Mongo
from backpack_api.stores.users import StoredUser, UserStore


class ImportTarget:
    """Everything of one backpack."""

    def __init__(
        self,
        *,
        mongo: Mongo,
        users: UserStore,
        sessions: SessionService,
        collections: CollectionService,
        documents: DocumentStore,
        files: FileAdministration,
        sites: SiteService,
    ) -> None:
        self._mongo = mongo
        self._users = users
        self._sessions = sessions
        self._collections = collections
        self._documents = documents
        self._files = files
        self._sites = sites

    @property
    def release_limits(self) -> ReleaseLimits:
        # An export packs better than who has uploaded the site.
        return replace(self._sites.limits, ratio=MAX_RATIO)

    async def nested_arrays(self) -> bool:
        """Whether the engine keeps arrays directly within arrays."""
        return (await self._mongo.engine()).nested_arrays

    async def is_empty(self) -> bool:
        """Whether there is nothing that an import could destroy. Collections without
        documents, and a site, are nothing."""
        if await self._users.count(search="") or (await self._files.totals()).count:
            return False
        for collection in await self._collections.all():
            if (await self._collections.statistics(collection.name, ADMINISTRATOR)).size.documents:
                return False
        return True

    async def clear(self, *, but_site: bool) -> None:
        """Remove everything, and end every session. What the resource declares stays, empty.
        `but_site`: another release will take the place of the site's."""
        await self._sessions.end_everyones()
        async for file in self._files.every():
            await self._files.delete(file.id)
        for collection in await self._collections.all():
            await self._collections.empty(collection.name)
        await self._users.delete_all()
        if not but_site:
            await self._sites.clear()

    async def add_users(self, users: Sequence[StoredUser]) -> None:
        await self._users.insert_many(users)

    async def add_collection(self, collection: Collection) -> None:
        """Define a collection, unless the resource does, as yet without indexes."""
        await self._collections.restore(collection)

    async def add_documents(self, collection: str, documents: Sequence[Document]) -> None:
        await self._documents.insert_many(collection, documents)

    async def finish_collection(self, collection: Collection) -> list[str]:
        """Make the indexes: what could not be."""
        try:
            await self._collections.restore_indexes(collection)
        except Conflict as problem:
            return [problem.detail]
        return []

    async def add_file(self, file: StoredFile, content: AsyncIterator[bytes]) -> None:
        await self._files.restore(file, content)

    async def set_site(self, upload: AsyncIterator[bytes], by: str) -> str:
        """Make and activate the release, and remove all others: its id."""
        release = await self._sites.create_release(upload, by, limits=self.release_limits)
        for one in await self._sites.releases():
            if not one["active"]:
                await self._sites.delete(one["id"])
        return str(release["id"])
