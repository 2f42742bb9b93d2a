"""The services that files are made of, put together."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from backpack_api.services.configuration import LiveConfiguration
from backpack_api.services.file_administration import FileAdministration
from backpack_api.services.file_sweep import FileSweep
from backpack_api.services.files import FileService
from backpack_api.services.idempotency import IdempotencyService
from backpack_api.services.quotas import Quotas
from backpack_api.services.retired_blobs import RetiredBlobs
from backpack_api.services.uploads import UploadService
from backpack_api.settings import Settings
from backpack_api.stores.blobs import BlobStore
from backpack_api.stores.file_usage import FileUsage
from backpack_api.stores.files import FileStore
from backpack_api.stores.locks import Locks
from backpack_api.stores.volume import Volume


@dataclass(frozen=True, slots=True)
class FileServices:
    """What users do with files, what administrators do, and what goes on beside it."""

    public: FileService
    administration: FileAdministration
    sweep: FileSweep
    retired: RetiredBlobs
    uploads: UploadService

    @classmethod
    def of(
        cls,
        *,
        settings: Settings,
        live: LiveConfiguration,
        volume: Volume,
        store: FileStore,
        locks: Locks,
        usage: FileUsage,
        idempotency: IdempotencyService,
        owner_exists: Callable[[str], Awaitable[bool]],
        new_id: Callable[[], str],
        now: Callable[[], datetime],
    ) -> "FileServices":
        blobs = BlobStore(volume)
        retired = RetiredBlobs(blobs)
        quotas = Quotas(usage, locks, live, store.used_by)
        uploads = UploadService(blobs, live, quotas)
        administration = FileAdministration(
            store=store, blobs=blobs, retired=retired, quotas=quotas, owner_exists=owner_exists, now=now
        )
        public = FileService(
            store=store,
            blobs=blobs,
            retired=retired,
            uploads=uploads,
            quotas=quotas,
            idempotency=idempotency,
            owner_exists=owner_exists,
            new_id=new_id,
            now=now,
        )
        sweep = FileSweep(
            store=store,
            blobs=blobs,
            finish_erasures=administration.finish_erasures,
            now=now,
            unfinished_age=settings.unfinished_upload_seconds,
            grace=settings.file_grace_seconds,
        )
        return cls(public, administration, sweep, retired, uploads)
