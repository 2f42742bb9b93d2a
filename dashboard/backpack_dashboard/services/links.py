"""One-time links: the one that makes the first owner, and invitations. A link's token is in
the fragment of its URL, which no server and no log sees; only its hash is kept, in a Secret."""

import hmac
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from backpack_contract.admins import INVITATION_EXPIRES, INVITATION_HASH, PASSWORD_HASH
from backpack_dashboard.domain.admins import Admin, NewAdmin
from backpack_dashboard.domain.sessions import digest
from backpack_dashboard.errors import Conflict, Invalid, NotFound
from backpack_dashboard.services import audit
from backpack_dashboard.services.accounts import Accounts
from backpack_dashboard.services.cluster import Cluster
from backpack_dashboard.services.sessions import SessionService
from backpack_dashboard.services.throttling import Throttle
from backpack_dashboard.settings import Settings
from backpack_dashboard.stores.resources import ResourceStore
from backpack_dashboard.stores.secrets import SecretStore

HASH, EXPIRES = "token-hash", "expires"
"""The keys of the set-up link's Secret."""
SETUP_SUBJECT = "link:setup"
USED = "This link was used already, or has run out. Ask for another one."


class SetupLinks:
    """The link for whoever installs the dashboard. There is none once an owner can sign in."""

    def __init__(self, settings: Settings, resources: ResourceStore, store: SecretStore) -> None:
        self._settings, self._resources, self._store = settings, resources, store

    async def make(self) -> str | None:
        """A new link, in the place of a former one; None where there is an owner."""
        if await self.has_owner():
            return None
        token = secrets.token_urlsafe(32)
        expires = datetime.now(UTC) + timedelta(hours=self._settings.setup_hours)
        await self._store.write_setup({HASH: digest(token), EXPIRES: _text(expires)})
        return f"{self._settings.public_url}/setup#{token}"

    async def has_owner(self, *, but: str | None = None) -> bool:
        """Whether there is an owner who can sign in, `but` for the one with this UID. Asks the
        cluster itself."""
        for body in await self._resources.admins():
            admin = Admin.parse(body)
            if admin.is_owner and admin.active and admin.uid != but:
                kept = await self._store.of_admin(admin.name, admin.uid)
                if PASSWORD_HASH in kept:
                    return True
        return False


class Setup:
    """Using the set-up link."""

    def __init__(self, links: SetupLinks, store: SecretStore, accounts: Accounts, throttle: Throttle) -> None:
        self._links, self._store = links, store
        self._accounts, self._throttle = accounts, throttle

    async def redeem(self, token: str, new: NewAdmin, password: str, address: str | None) -> Admin:
        """The first owner. The link is spent in one step, by one of all who try; nothing is
        made where it isn't. Raises `Invalid`, `TooManyTries`."""
        await self._throttle.check(SETUP_SUBJECT, address)
        found = await self._store.setup()
        if found is None or not _fits(token, found[0], HASH, EXPIRES):
            await self._throttle.failed(SETUP_SUBJECT, address)
            raise Invalid(USED)
        hash_ = await self._accounts.hash(password, new.email)
        # What can be put right in the form must not cost the link.
        await self._accounts.must_be_free(new)
        if await self._links.has_owner() or not await self._store.take_setup(found[1]):
            raise Invalid(USED)
        admin = await self._accounts.create(new)
        await self._accounts.keep_hash(admin.name, admin.uid, hash_)
        audit.done(admin, "setup", admin)
        return admin


class Invitations:
    """One-time links with which an account gets its password."""

    def __init__(
        self,
        settings: Settings,
        *,
        cluster: Cluster,
        store: SecretStore,
        accounts: Accounts,
        sessions: SessionService,
        throttle: Throttle,
    ) -> None:
        self._settings, self._cluster, self._store = settings, cluster, store
        self._accounts, self._sessions, self._throttle = accounts, sessions, throttle

    async def make(self, admin: Admin) -> str:
        """A new link for this account, in the place of a former one. A password that it has
        stays until the link is used."""
        return await make_invitation(self._settings, self._store, admin)

    async def redeem(self, name: str, token: str, password: str, address: str | None) -> Admin:
        """Give the account its password. All its sessions end. Raises `Invalid`."""
        subject = f"link:{name}"
        await self._throttle.check(subject, address)
        admin = self._cluster.admin(name)
        kept = await self._store.of_admin(admin.name, admin.uid) if admin else {}
        if admin is None or not _fits(token, kept, INVITATION_HASH, INVITATION_EXPIRES):
            await self._throttle.failed(subject, address)
            raise Invalid(USED)
        if not admin.active:
            raise Invalid("This account is disabled. Ask an owner of the dashboard to enable it.")
        hash_ = await self._accounts.hash(password, admin.email)
        try:
            await self._store.spend_invitation(
                admin.name, admin.uid, kept[INVITATION_HASH], {PASSWORD_HASH: hash_}
            )
        except Conflict as error:
            raise Invalid(USED) from error
        audit.done(admin, "invitation.use", admin)
        await self._sessions.end_all(admin)
        return admin


async def make_invitation(settings: Settings, store: SecretStore, admin: Admin) -> str:
    """A new invitation link for this account."""
    token = secrets.token_urlsafe(32)
    expires = datetime.now(UTC) + timedelta(hours=settings.invitation_hours)
    await store.write_of_admin(
        admin.name, admin.uid, {INVITATION_HASH: digest(token), INVITATION_EXPIRES: _text(expires)}
    )
    return f"{settings.public_url}/invitation#{admin.name}.{token}"


async def invite_by_name(settings: Settings, resources: ResourceStore, store: SecretStore, name: str) -> str:
    """The same for a command, which has no picture of the cluster. Raises `NotFound`."""
    for body in await resources.admins():
        if body["metadata"]["name"] == name:
            return await make_invitation(settings, store, Admin.parse(body))
    raise NotFound(
        f"There is no BackpackAdmin {name} in the namespace {settings.namespace}: create it first."
    )


def _fits(token: str, kept: Mapping[str, str], hash_key: str, expires_key: str) -> bool:
    expected = kept.get(hash_key, "")
    fits = hmac.compare_digest(digest(token), expected)
    try:
        expires = datetime.fromisoformat(kept.get(expires_key, ""))
    except ValueError:
        return False
    return fits and datetime.now(UTC) < expires


def _text(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
