"""Administrators of the running system's dashboard, made with kubectl as an operator of it would."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

from backpack_dev.system import OPERATOR_NAMESPACE
from support.kubectl import Kubectl, KubectlError, Object
from support.waiting import eventually

_INVITE = ("exec", "deployment/backpack-dashboard", "--", "python3", "-m", "backpack_dashboard", "invite")


@dataclass(frozen=True)
class Invited:
    """An account that nobody has signed in to yet."""

    name: str
    link: str
    """Counts once."""

    @property
    def email(self) -> str:
        return f"{self.name}@example.com"


@contextmanager
def invited(kubectl: Kubectl, role: str) -> Iterator[Invited]:
    """A new account; nothing of it is left afterwards, its backpacks included."""
    name = f"ada-{secrets.token_hex(3)}"
    own = kubectl.within(OPERATOR_NAMESPACE)
    spec = {"email": f"{name}@example.com", "displayName": "Ada", "role": role}
    metadata = {"name": name}
    own.apply(
        {
            "apiVersion": "backpack.dev/v1alpha1",
            "kind": "BackpackAdmin",
            "metadata": metadata,
            "spec": spec,
        }
    )
    try:
        link = eventually(partial(own.run, *_INVITE, name), within=60, retry_on=(KubectlError,))
        yield Invited(name, link.strip().splitlines()[-1])
    finally:
        for made in backpacks_of(kubectl, name):
            place, what = made["metadata"]["namespace"], made["metadata"]["name"]
            kubectl.within(place).run("delete", "backpack", what, "--wait=false")
        own.run("delete", "backpackadmin", name)


def backpacks_of(kubectl: Kubectl, name: str) -> list[Object]:
    """Those that name this account."""
    found = kubectl.list("backpacks", everywhere=True)
    return [one for one in found if name in one["spec"].get("admins", [])]
