"""The one gate to Backpacks: every route, API call and socket comes by here, and what the
admin may not know of is not there."""

from backpack_dashboard.domain import access
from backpack_dashboard.domain.admins import Admin
from backpack_dashboard.domain.backpacks import Backpack
from backpack_dashboard.errors import ClusterUnavailable, Forbidden, NotFound
from backpack_dashboard.services.cluster import Cluster


class Access:
    """What of the cluster an admin sees."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster

    def backpacks(self, admin: Admin) -> list[Backpack]:
        """All that he sees, by name."""
        seen = (one for one in self._cluster.backpacks() if access.may_see(admin, one))
        return sorted(seen, key=lambda one: (one.name, one.namespace))

    def backpack(self, admin: Admin, namespace: str, name: str) -> Backpack:
        """One of them. Raises `NotFound` where there is none, and where it isn't his;
        `ClusterUnavailable` before anything is known."""
        if not self._cluster.synced:
            raise ClusterUnavailable
        found = self._cluster.backpack((namespace, name))
        if found is None or not access.may_see(admin, found):
            raise NotFound
        return found

    def owner(self, admin: Admin) -> None:
        """Raises `Forbidden` unless the admin is an owner."""
        if not access.may_administer_admins(admin):
            raise Forbidden("Only owners may do this. Ask one of them.")
