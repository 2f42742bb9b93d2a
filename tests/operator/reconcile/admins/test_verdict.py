"""Which accounts can be used, and what is to do about the others."""

import base64
from datetime import UTC, datetime
from typing import Any

import pytest

from backpack_contract.admins import INVITATION_EXPIRES, INVITATION_HASH, PASSWORD_HASH
from backpack_operator.model.admin import Admin, AdminSecret
from backpack_operator.reconcile.admins.verdict import Case, Dashboard, elsewhere, ready, rival_of

NOW = datetime(2026, 2, 2, 12, tzinfo=UTC)
DASHBOARD = Dashboard("backpack-system", "backpack-dashboard")
INVITE = (
    "kubectl exec --namespace backpack-system deployment/backpack-dashboard -- "
    "python3 -m backpack_dashboard invite ada"
)


def admin(name: str = "ada", created: str = "2026-01-01T00:00:00Z", **spec: Any) -> Admin:
    metadata = {
        "name": name,
        "namespace": "backpack-system",
        "uid": f"uid-of-{name}",
        "resourceVersion": "7",
        "creationTimestamp": created,
    }
    return Admin.parse({"metadata": metadata, "spec": {"email": "ada@example.com", **spec}})


def secret(
    *keys: str, owner: str | None = "uid-of-ada", expires: str = "2026-02-03T00:00:00Z"
) -> AdminSecret:
    data = dict.fromkeys(keys, "aGFzaA==")
    if INVITATION_HASH in keys:
        data[INVITATION_EXPIRES] = base64.b64encode(expires.encode()).decode()
    references = [
        {"apiVersion": "backpack.dev/v1alpha1", "kind": "BackpackAdmin", "name": "ada", "uid": owner}
    ]
    metadata = {"name": "backpack-admin-ada", "uid": "1", "ownerReferences": references if owner else []}
    return AdminSecret.parse({"metadata": metadata, "data": data})


def told(one: Admin, found: AdminSecret | None, rival: str | None = None) -> tuple[bool | None, str, str]:
    verdict = ready(Case(one, rival, found, DASHBOARD, NOW))
    return verdict.status, verdict.reason, verdict.message


@pytest.mark.parametrize(
    ("one", "found", "rival", "reason", "words"),
    [
        (admin(), secret(PASSWORD_HASH), None, "Active", "ada@example.com can sign in"),
        (admin(), secret(PASSWORD_HASH, INVITATION_HASH), None, "Active", "can sign in"),
        (admin(), secret(), None, "NoPassword", INVITE),
        (admin(), secret(INVITATION_HASH), None, "Invited", "until 2026-02-03 00:00 UTC"),
        (
            admin(),
            secret(INVITATION_HASH, expires="2026-02-02T11:59:59Z"),
            None,
            "InvitationExpired",
            INVITE,
        ),
        (admin(), secret(INVITATION_HASH, expires="tomorrow"), None, "InvitationExpired", INVITE),
        (admin(), secret(INVITATION_HASH, expires="2026-02-03"), None, "InvitationExpired", INVITE),
        (admin(disabled=True), secret(PASSWORD_HASH), None, "Disabled", "Set it to false"),
        (admin(), secret(PASSWORD_HASH), "grace", "EmailTaken", "the older BackpackAdmin grace"),
        (admin(), secret(PASSWORD_HASH, owner=None), None, "SecretNotOurs", "kubectl delete --namespace"),
        (admin(), secret(PASSWORD_HASH, owner="another"), None, "Waiting", "is being removed"),
    ],
)
def test_what_is_told(one: Admin, found: AdminSecret, rival: str | None, reason: str, words: str) -> None:
    status, told_reason, message = told(one, found, rival)
    assert (status, told_reason) == (reason == "Active", reason)
    assert words in message


def test_in_another_namespace_it_does_not_count() -> None:
    verdict = elsewhere(DASHBOARD)
    assert (verdict.status, verdict.reason) == (False, "WrongNamespace")
    assert "backpack-system" in verdict.message


def test_the_older_of_two_has_the_address() -> None:
    old, young = admin("ada"), admin("bob", created="2026-01-02T00:00:00Z")
    other = admin("cy", email="cy@example.com")
    assert rival_of(young, [old, young, other]) == "ada"
    assert rival_of(old, [old, young, other]) is None
    assert rival_of(other, [old, young, other]) is None


def test_of_two_of_one_moment_the_name_decides() -> None:
    ada, bob = admin("ada"), admin("bob")
    assert (rival_of(ada, [bob]), rival_of(bob, [ada])) == (None, "ada")
