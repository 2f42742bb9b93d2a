"""The object graph of one process: stores and the services on them."""

import asyncio
import secrets
import socket
import time
from datetime import UTC, datetime

from backpack_api.domain.actors import Actor
from backpack_api.domain.identifiers import IdentifierFactory
from backpack_api.domain.rules import Rules
from backpack_api.services.account_records import AccountRecords
from backpack_api.services.accounts import AccountService
from backpack_api.services.admin.services import AdminServices
from backpack_api.services.archives.export import ExportService
from backpack_api.services.archives.gate import ImportGate
from backpack_api.services.archives.importing import ImportService
from backpack_api.services.archives.target import ImportTarget
from backpack_api.services.collection_memory import CollectionMemory
from backpack_api.services.collections import CollectionService
from backpack_api.services.configuration import LiveConfiguration
from backpack_api.services.credentials import CredentialService
from backpack_api.services.declared_collections import DeclaredCollections
from backpack_api.services.description import DescriptionService
from backpack_api.services.documents import DocumentService
from backpack_api.services.events import EventService
from backpack_api.services.file_services import FileServices
from backpack_api.services.health import HealthService
from backpack_api.services.idempotency import IdempotencyService
from backpack_api.services.janitor import Janitor
from backpack_api.services.metrics import Metrics
from backpack_api.services.passwords import PasswordService
from backpack_api.services.realtime.service import RealtimeService
from backpack_api.services.sessions import SessionService
from backpack_api.services.sites import SiteService
from backpack_api.services.throttling import SignInThrottle
from backpack_api.services.users import UserService
from backpack_api.settings import Settings
from backpack_api.stores.channels import ChannelStore
from backpack_api.stores.collections import CollectionStore
from backpack_api.stores.compare_and_set import CompareAndSet
from backpack_api.stores.documents import DocumentStore
from backpack_api.stores.file_usage import FileUsage
from backpack_api.stores.files import FileStore
from backpack_api.stores.group_read import GroupRead
from backpack_api.stores.indexes import IndexStore
from backpack_api.stores.locks import Locks
from backpack_api.stores.mongo import Mongo
from backpack_api.stores.presence import PresenceStore
from backpack_api.stores.redis import Cache
from backpack_api.stores.replicas import ReplicaStore
from backpack_api.stores.retries import RetryStore
from backpack_api.stores.sessions import SessionStore
from backpack_api.stores.sites import SiteStore
from backpack_api.stores.stream import EventStream
from backpack_api.stores.system import SystemStore
from backpack_api.stores.throttles import ThrottleStore
from backpack_api.stores.users import UserStore
from backpack_api.stores.volume import Volume
from backpack_contract.configuration import BackpackConfiguration


def _utc_now() -> datetime:
    return datetime.now(UTC)


def _replica(port: int) -> str:
    """The name of this replica: its place, which a restart keeps, and which process it is."""
    place = f"{socket.gethostname()}:{port or secrets.token_hex(4)}"
    return f"{place}/{secrets.token_hex(6)}"


class Runtime:
    """Everything that requests need, made once. Nothing is contacted here: the
    process starts and lives while its stores are away."""

    def __init__(self, settings: Settings, configuration: BackpackConfiguration) -> None:
        self.settings = settings
        self.live = LiveConfiguration(configuration)
        self.metrics = Metrics()
        self._mongo = Mongo(
            settings.mongo_host,
            settings.mongo_username,
            settings.mongo_password.get_secret_value(),
            settings.mongo_database,
        )
        self._cache = Cache(
            settings.redis_host, settings.redis_password.get_secret_value(), settings.redis_database
        )
        self._passwords = PasswordService(
            memory_kib=settings.password_memory_kib, rounds=settings.password_rounds
        )
        self._volume = Volume(settings.files_directory)
        new_id = IdentifierFactory(lambda: time.time_ns() // 1_000_000, secrets.token_bytes)
        locks = Locks(self._cache)
        reads = GroupRead(self._mongo)
        writes = CompareAndSet(self._mongo, reads, locks)
        stream = EventStream(self._cache)
        self.events = EventService(
            stream, ReplicaStore(self._cache), _replica(settings.public_port), settings.stream_bytes
        )
        self.health = HealthService({"database": self._mongo.ping, "cache": self._check_cache})
        self.sessions = SessionService(SessionStore(self._cache, stream), self.live, self.events, _utc_now)
        users = UserStore(self._mongo, writes)
        self.account_records = AccountRecords(
            users=users, sessions=self.sessions, mongo=self._mongo, new_id=new_id, now=_utc_now
        )
        self.accounts = AccountService(
            records=self.account_records,
            sessions=self.sessions,
            passwords=self._passwords,
            credentials=CredentialService(self._passwords, SignInThrottle(ThrottleStore(self._cache))),
            live=self.live,
        )
        self.users = UserService(
            users=users,
            records=self.account_records,
            sessions=self.sessions,
            passwords=self._passwords,
            live=self.live,
        )
        definitions, memory = CollectionStore(self._mongo), CollectionMemory(self.live, self.events)
        self.collections = CollectionService(
            store=definitions,
            indexes=IndexStore(self._mongo),
            locks=locks,
            live=self.live,
            events=self.events,
            memory=memory,
        )
        self.description = DescriptionService(self.collections, self.live)
        self._declared = DeclaredCollections(
            service=self.collections,
            store=definitions,
            locks=locks,
            live=self.live,
            events=self.events,
            memory=memory,
        )
        self.idempotency = IdempotencyService(RetryStore(self._cache))
        documents = DocumentStore(self._mongo, reads, writes)
        self.documents = DocumentService(
            store=documents,
            collections=self.collections,
            idempotency=self.idempotency,
            mongo=self._mongo,
            events=self.events,
            new_id=new_id,
            now=_utc_now,
        )
        files = FileServices.of(
            settings=settings,
            live=self.live,
            volume=self._volume,
            store=FileStore(self._mongo, writes),
            locks=locks,
            usage=FileUsage(self._cache),
            idempotency=self.idempotency,
            owner_exists=users.exists,
            new_id=new_id,
            now=_utc_now,
        )
        self.files, self.file_administration = files.public, files.administration
        self.account_records.on_delete(self.file_administration.delete_of_user)
        self._retired_blobs = files.retired
        self._janitor = Janitor(locks, {"files": files.sweep}, settings.janitor_seconds)
        self.sites = SiteService(
            store=SiteStore(self._mongo),
            volume=self._volume,
            live=self.live,
            events=self.events,
            new_id=new_id,
            now=_utc_now,
        )
        self.admin = AdminServices.of(
            live=self.live,
            mongo=self._mongo,
            cache=self._cache,
            locks=locks,
            events=self.events,
            new_id=new_id,
            now=_utc_now,
        )
        self.exports = ExportService(
            users=users,
            collections=self.collections,
            documents=documents,
            files=self.file_administration,
            sites=self.sites,
            live=self.live,
            now=_utc_now,
        )
        self.import_gate = ImportGate(SystemStore(self._mongo), self.events)
        self.imports = ImportService(
            target=ImportTarget(
                mongo=self._mongo,
                users=users,
                sessions=self.sessions,
                collections=self.collections,
                documents=documents,
                files=self.file_administration,
                sites=self.sites,
            ),
            gate=self.import_gate,
            volume=self._volume,
            locks=locks,
            events=self.events,
            now=_utc_now,
        )
        self.realtime = RealtimeService(
            events=self.events,
            sessions=self.sessions,
            accounts=self.accounts,
            live=self.live,
            rules_of=self._rules_of,
            channels=ChannelStore(self._cache),
            presence=PresenceStore(self._cache),
        )
        self.account_records.on_delete(self.realtime.channels.forget)
        self.metrics.gauge(
            "backpack_sockets", "Signed-in WebSockets of this replica.", lambda: len(self.realtime.hub)
        )
        self.metrics.gauge(
            "backpack_subscriptions", "Subscriptions of them.", lambda: len(self.realtime.subscriptions)
        )
        self._uploads = files.uploads
        self._show_metrics()

    @property
    def configuration(self) -> BackpackConfiguration:
        """The configuration in force: ask each time."""
        return self.live.current

    async def _check_cache(self) -> None:
        await self._cache.ping()
        await self.events.check()

    async def _rules_of(self, collection: str, user_id: str) -> Rules:
        return (await self.collections.find(collection, Actor(user_id))).rules

    def start(self) -> None:
        """Begin what goes on beside the requests."""
        self.events.start()
        self.realtime.start()
        self._retired_blobs.start()
        self._janitor.start()
        self.sites.start()
        self.admin.start()
        self.import_gate.watch.start()
        self._declared.start()

    async def close(self) -> None:
        """End it, and let go of every connection."""
        await self._declared.close()
        await self.admin.close()
        await self.import_gate.watch.close()
        await self._janitor.close()
        await self._retired_blobs.close()
        await self.sites.close()
        await self.realtime.close()
        await self.events.close()
        self._passwords.close()
        self._volume.close()
        await asyncio.gather(self._mongo.close(), self._cache.close())

    def _show_metrics(self) -> None:
        """What is counted anyway, and read when Prometheus asks."""
        gauge, counter = self.metrics.gauge, self.metrics.counter
        gauge(
            "backpack_passwords_waiting",
            "Passwords that are hashed or wait for it.",
            lambda: self._passwords.waiting,
        )
        gauge("backpack_sockets_open", "Sockets that are signed in.", lambda: len(self.realtime.hub))
        gauge("backpack_uploads_under_way", "Uploads of files.", lambda: self._uploads.under_way)
        counter("backpack_events_published", "Events of this replica.", lambda: self.events.published_count)
        counter("backpack_events_heard", "Events of all replicas.", lambda: self.events.heard_count)
