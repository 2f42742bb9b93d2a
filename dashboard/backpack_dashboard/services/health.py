"""Whether the dashboard lives, and whether it can be used."""

from backpack_dashboard.errors import DashboardError
from backpack_dashboard.services.cluster import Cluster
from backpack_dashboard.services.sessions import SessionService
from backpack_dashboard.services.tokens import Tokens
from backpack_dashboard.stores.redis import Cache


class Health:
    def __init__(self, cluster: Cluster, sessions: SessionService, tokens: Tokens, cache: Cache) -> None:
        self._cluster, self._sessions, self._tokens, self._cache = cluster, sessions, tokens, cache
        self.draining = False

    @property
    def alive(self) -> bool:
        """Whether nothing has ended that only a restart brings back."""
        return self._cluster.alive and self._sessions.alive and self._tokens.alive

    async def trouble(self) -> str | None:
        """What keeps people from using it, as a sentence, or None. A cluster that is away
        for a while does not: what was last seen is shown, and says so."""
        if self.draining:
            return "it is ending"
        if not self._cluster.synced:
            return "it has not seen the cluster yet"
        try:
            await self._cache.ping()
        except DashboardError:
            return "its Redis doesn't answer"
        return None
