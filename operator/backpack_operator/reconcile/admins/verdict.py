"""Whether an account can be used, as its condition Ready: pure."""

import base64
import binascii
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from backpack_contract.admins import INVITATION_HASH, PASSWORD_HASH, secret_name
from backpack_operator.model.admin import Admin, AdminSecret
from backpack_operator.model.conditions import READY, Verdict

ACTIVE = "Active"

Told = tuple[str, str]
"""A reason and a sentence."""


@dataclass(frozen=True, slots=True)
class Dashboard:
    """Where it is: accounts count only in its namespace; `deployment` is its name there."""

    namespace: str
    deployment: str


@dataclass(frozen=True, slots=True)
class Case:
    """One account. `rival`: the name of the one that has its e-mail address; `secret`: the
    Secret by the name of its own; `now` in UTC."""

    admin: Admin
    rival: str | None
    secret: AdminSecret | None
    dashboard: Dashboard
    now: datetime

    @property
    def keys(self) -> frozenset[str]:
        return self.secret.keys if self.secret is not None else frozenset()

    @property
    def invite(self) -> str:
        """How somebody who may run commands gets a one-time link."""
        return (
            f"kubectl exec --namespace {self.dashboard.namespace} deployment/{self.dashboard.deployment} -- "
            f"python3 -m backpack_dashboard invite {self.admin.name}"
        )


def elsewhere(dashboard: Dashboard) -> Verdict:
    """Of an account in any other namespace."""
    message = (
        f"It does not count here: accounts are those in the dashboard's namespace, {dashboard.namespace}. "
        "Create it there, and delete this one."
    )
    return Verdict(READY, False, "WrongNamespace", message)


def ready(case: Case) -> Verdict:
    """The first of what is wrong."""
    for policy in _POLICIES:
        if (told := policy(case)) is not None:
            return Verdict(READY, False, *told)
    return Verdict(READY, True, ACTIVE, f"{case.admin.email} can sign in at the dashboard.")


def rival_of(admin: Admin, others: Iterable[Admin]) -> str | None:
    """The account that has the e-mail address of this one: the oldest that asks for it."""
    same = [one for one in (admin, *others) if one.email == admin.email and not one.deleting]
    first = min(same, key=lambda one: (one.created, one.name), default=admin)
    return None if first.uid == admin.uid else first.name


def _former(case: Case) -> Told | None:
    if case.secret is None or case.secret.owner in (None, case.admin.uid):
        return None
    name = secret_name(case.admin.name)
    return "Waiting", f"The Secret {name} of a former BackpackAdmin of this name is being removed."


def _foreign(case: Case) -> Told | None:
    if case.secret is not None and case.secret.owner is not None:
        return None
    name = secret_name(case.admin.name)
    return "SecretNotOurs", (
        f"The Secret {name} was not made for this account, and is left alone. Delete it: "
        f"kubectl delete --namespace {case.admin.namespace} secret/{name}"
    )


def _rivalled(case: Case) -> Told | None:
    if case.rival is None:
        return None
    return "EmailTaken", (
        f"The e-mail address {case.admin.email} is that of the older BackpackAdmin {case.rival}. Give one of "
        "the two another spec.email, or delete it."
    )


def _disabled(case: Case) -> Told | None:
    if not case.admin.disabled:
        return None
    return "Disabled", "spec.disabled is true: signing in is refused. Set it to false to allow it."


def _invited(case: Case) -> Told | None:
    if PASSWORD_HASH in case.keys or INVITATION_HASH not in case.keys:
        return None
    until = _moment(case.secret.expires) if case.secret is not None else None
    if until is None or case.now >= until:
        message = f"Its invitation has run out. Make another one, in the dashboard or by: {case.invite}"
        return "InvitationExpired", message
    return "Invited", f"It was invited: the one-time link counts until {until:%Y-%m-%d %H:%M} UTC."


def _without_password(case: Case) -> Told | None:
    if PASSWORD_HASH in case.keys:
        return None
    message = f"It has no password yet. Make a one-time link, in the dashboard or by: {case.invite}"
    return "NoPassword", message


_POLICIES: tuple[Callable[[Case], Told | None], ...] = (
    _former,
    _foreign,
    _rivalled,
    _disabled,
    _invited,
    _without_password,
)


def _moment(encoded: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(base64.b64decode(encoded, validate=True).decode())
    except (ValueError, binascii.Error):
        return None
    return moment if moment.tzinfo is not None else None
