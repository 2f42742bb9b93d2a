"""The parts of the program, built and connected once, and taken down in order."""

from typing import Self

from backpack_dashboard.kube.client import KubeClient
from backpack_dashboard.services.access import Access
from backpack_dashboard.services.accounts import Accounts
from backpack_dashboard.services.admin_accounts import AdminAccounts
from backpack_dashboard.services.admin_connection import AdminConnections
from backpack_dashboard.services.backpack_settings import BackpackSettings
from backpack_dashboard.services.backpacks import Backpacks
from backpack_dashboard.services.cluster import Cluster
from backpack_dashboard.services.collections import Collections
from backpack_dashboard.services.documents import Documents
from backpack_dashboard.services.files import Files
from backpack_dashboard.services.health import Health
from backpack_dashboard.services.links import Invitations, Setup, SetupLinks
from backpack_dashboard.services.news import News
from backpack_dashboard.services.passwords import PasswordService
from backpack_dashboard.services.pod_logs import PodLogs
from backpack_dashboard.services.sessions import SessionService
from backpack_dashboard.services.signing import Signing
from backpack_dashboard.services.throttling import Throttle
from backpack_dashboard.services.tokens import Tokens
from backpack_dashboard.services.transfers import Transfers
from backpack_dashboard.services.usage import UsageHistory
from backpack_dashboard.settings import Settings
from backpack_dashboard.stores.pods import PodStore
from backpack_dashboard.stores.redis import Cache
from backpack_dashboard.stores.resources import ResourceStore
from backpack_dashboard.stores.secrets import SecretStore
from backpack_dashboard.stores.sessions import SessionStore
from backpack_dashboard.stores.throttles import ThrottleStore
from backpack_dashboard.stores.token_uses import TokenUses


class Runtime:
    """Everything that routes use; nothing of it is made at import."""

    def __init__(self, settings: Settings, client: KubeClient) -> None:
        self.settings = settings
        self._client = client
        self._cache = Cache(
            settings.redis_host, settings.redis_password.get_secret_value(), settings.redis_database
        )
        resources = ResourceStore(client, settings.namespace)
        secrets = SecretStore(client, settings.namespace)
        throttle = Throttle(ThrottleStore(self._cache))
        self._passwords = PasswordService(
            memory_kib=settings.password_memory_kib, rounds=settings.password_rounds
        )
        self.cluster = Cluster(client, settings.namespace, settings.watch_namespaces)
        self.access = Access(self.cluster)
        self.sessions = SessionService(SessionStore(self._cache), self.cluster, settings.session_hours)
        self.accounts = Accounts(
            cluster=self.cluster,
            resources=resources,
            secrets=secrets,
            passwords=self._passwords,
            sessions=self.sessions,
            throttle=throttle,
            min_length=settings.password_min_length,
        )
        self.setup_links = SetupLinks(settings, resources, secrets)
        self.admin_accounts = AdminAccounts(self.cluster, resources, self.setup_links, self.sessions)
        self.setup = Setup(self.setup_links, secrets, self.accounts, throttle)
        self.invitations = Invitations(
            settings,
            cluster=self.cluster,
            store=secrets,
            accounts=self.accounts,
            sessions=self.sessions,
            throttle=throttle,
        )
        self.backpacks = Backpacks(settings, self.cluster, resources)
        self.backpack_settings = BackpackSettings(resources)
        self.tokens = Tokens(self.cluster, secrets, TokenUses(self._cache), throttle)
        self.news = News(self.cluster, self.access, self.tokens)
        self.pod_logs = PodLogs(PodStore(client))
        self.signing = Signing(secrets)
        self.connections = AdminConnections(settings, self.cluster, self.signing)
        self.collections = Collections(self.connections)
        self.documents = Documents(self.connections)
        self.transfers = Transfers(self.connections, self.signing)
        self.files = Files(self.connections, self.transfers)
        self.usage = UsageHistory(self.connections, self.transfers)
        self.health = Health(self.cluster, self.sessions, self.tokens, self._cache)

    @classmethod
    async def connect(cls, settings: Settings) -> Self:
        return cls(settings, await KubeClient.connect())

    def start(self) -> None:
        """Begin to watch; on the event loop that everything runs on."""
        self.cluster.start()
        self.sessions.start()
        self.tokens.start()
        self.connections.start()

    async def close(self) -> None:
        await self.transfers.close()
        await self.connections.close()
        await self.tokens.close()
        await self.sessions.close()
        await self.cluster.close()
        self._passwords.close()
        await self._cache.close()
        await self._client.close()
