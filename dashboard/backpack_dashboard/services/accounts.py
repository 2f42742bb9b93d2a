"""Signing in, and passwords."""

from backpack_contract.admins import INVITATION_EXPIRES, INVITATION_HASH, PASSWORD_HASH
from backpack_dashboard.domain.admins import Admin, NewAdmin, canonical_email
from backpack_dashboard.domain.passwords import check_new_password
from backpack_dashboard.domain.sessions import Session
from backpack_dashboard.errors import Invalid
from backpack_dashboard.services import audit
from backpack_dashboard.services.cluster import Cluster
from backpack_dashboard.services.passwords import PasswordService
from backpack_dashboard.services.sessions import SessionService
from backpack_dashboard.services.throttling import Throttle
from backpack_dashboard.stores.resources import ResourceStore
from backpack_dashboard.stores.secrets import SecretStore

WRONG = "The e-mail address or the password is wrong."


class Accounts:
    def __init__(
        self,
        *,
        cluster: Cluster,
        resources: ResourceStore,
        secrets: SecretStore,
        passwords: PasswordService,
        sessions: SessionService,
        throttle: Throttle,
        min_length: int,
    ) -> None:
        self._cluster, self._resources, self._secrets = cluster, resources, secrets
        self._passwords, self._sessions, self._throttle = passwords, sessions, throttle
        self._min_length = min_length

    async def sign_in(self, email: str, password: str, address: str | None, agent: str) -> str:
        """The token of a new session. The answer takes as long, and says the same, whether
        the password is wrong or nobody has the address. Raises `Invalid`, `TooManyTries`."""
        wanted = canonical_email(email) or email.strip().lower()[:254]
        await self._throttle.check(wanted, address)
        admin = self._cluster.admin_by_email(wanted)
        kept = await self._secrets.of_admin(admin.name, admin.uid) if admin else {}
        if not await self._passwords.verify(password, kept.get(PASSWORD_HASH)) or admin is None:
            await self._throttle.failed(wanted, address)
            # An address that nobody has may be a password in the wrong field.
            audit.done(None, "signIn.refused", admin or "")
            raise Invalid(WRONG)
        if not admin.active:
            audit.done(None, "signIn.refused", admin, why="disabled")
            raise Invalid("This account is disabled. Ask an owner of the dashboard to enable it.")
        await self._throttle.succeeded(wanted)
        token = await self._sessions.begin(admin, agent)
        audit.done(admin, "signIn", admin)
        return token

    async def change_password(self, admin: Admin, session: Session, current: str, new: str) -> None:
        """A new password; all other sessions end. Raises `Invalid`."""
        kept = await self._secrets.of_admin(admin.name, admin.uid)
        await self._throttle.check(admin.email, None)
        if not await self._passwords.verify(current, kept.get(PASSWORD_HASH)):
            await self._throttle.failed(admin.email, None)
            audit.done(admin, "password.refused", admin)
            raise Invalid("That isn't your password.", {"current": "This isn't your present password."})
        await self.set_password(admin.name, admin.uid, admin.email, new, field="new")
        audit.done(admin, "password.change", admin)
        await self._sessions.end_all(admin, but=session)

    async def hash(self, password: str, email: str, field: str = "password") -> str:
        """The hash of a new password. Raises `Invalid` where it is too weak."""
        return await self._passwords.hash(check_new_password(password, email, self._min_length, field))

    async def set_password(
        self, name: str, uid: str, email: str, password: str, field: str = "password"
    ) -> None:
        """Keep a new password; a link that was open counts no longer. Raises `Invalid`."""
        await self.keep_hash(name, uid, await self.hash(password, email, field))

    async def keep_hash(self, name: str, uid: str, hash_: str) -> None:
        await self._secrets.write_of_admin(
            name, uid, {PASSWORD_HASH: hash_, INVITATION_HASH: None, INVITATION_EXPIRES: None}
        )

    async def register(self, new: NewAdmin, password: str, address: str | None) -> Admin:
        """An account that somebody makes for himself. Raises `Invalid`; `TooManyTries` for
        an address that makes one after the other."""
        subject = f"register:{address}"
        await self._throttle.check(subject, address)
        hash_ = await self.hash(password, new.email)
        if address:
            await self._throttle.failed(subject, None)
        admin = await self.create(new)
        await self.keep_hash(admin.name, admin.uid, hash_)
        audit.done(admin, "register", admin)
        return admin

    async def create(self, new: NewAdmin) -> Admin:
        """The account, once the dashboard sees it. Raises `Invalid` where the name or the
        address is taken."""
        await self.must_be_free(new)
        body = await self._resources.create_admin(new.name, new.spec)
        if body is None:
            raise _name_taken()
        return await self._cluster.wait_admin(new.name, body["metadata"]["uid"])

    async def must_be_free(self, new: NewAdmin) -> None:
        """Raises `Invalid` where the name or the address is taken."""
        existing = [Admin.parse(body) for body in await self._resources.admins()]
        if any(one.email == new.email for one in existing):
            raise Invalid("There is such an account.", {"email": "Another account has this address."})
        if any(one.name == new.name for one in existing):
            raise _name_taken()


def _name_taken() -> Invalid:
    return Invalid("There is such an account.", {"name": "This name is taken; choose another one."})
