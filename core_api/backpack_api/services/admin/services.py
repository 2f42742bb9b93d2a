"""What serves administrators, put together."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from backpack_api.services.admin.configuration import ConfigurationService
from backpack_api.services.admin.live_documents import AdminSubscriptions
from backpack_api.services.admin.store_credentials import StoreCredentialService
from backpack_api.services.admin.tokens import AdminTokens
from backpack_api.services.audit import AuditService
from backpack_api.services.configuration import LiveConfiguration
from backpack_api.services.events import EventService
from backpack_api.stores.audit import AuditStore
from backpack_api.stores.locks import Locks
from backpack_api.stores.mongo import Mongo
from backpack_api.stores.redis import Cache
from backpack_api.stores.system import SystemStore


@dataclass(frozen=True, slots=True)
class AdminServices:
    """The services of the admin listener."""

    tokens: AdminTokens
    configuration: ConfigurationService
    audit: AuditService
    subscriptions: AdminSubscriptions
    store_credentials: StoreCredentialService

    @classmethod
    def of(
        cls,
        *,
        live: LiveConfiguration,
        mongo: Mongo,
        cache: Cache,
        locks: Locks,
        events: EventService,
        new_id: Callable[[], str],
        now: Callable[[], datetime],
    ) -> "AdminServices":
        audit = AuditService(AuditStore(mongo), new_id, now)
        return cls(
            tokens=AdminTokens(live, now),
            configuration=ConfigurationService(live, SystemStore(mongo), locks, events),
            audit=audit,
            subscriptions=AdminSubscriptions(events),
            store_credentials=StoreCredentialService(mongo, cache, audit),
        )

    def start(self) -> None:
        self.configuration.watch.start()

    async def close(self) -> None:
        await self.configuration.watch.close()
