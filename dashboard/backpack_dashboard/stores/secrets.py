"""What of accounts must not stand in a resource: hashes, in Secrets of the dashboard's own
namespace. `backpack_contract.admins` says whose they are and what is in them."""

import base64
from collections.abc import Mapping
from typing import Any

from backpack_contract.admins import (
    INVITATION_EXPIRES,
    INVITATION_HASH,
    secret_metadata,
    secret_name,
)
from backpack_contract.resources import LABEL_COMPONENT, LABEL_PART_OF, PART_OF
from backpack_contract.signing_keys import KEY_SET, SECRET_NAME
from backpack_dashboard.errors import Conflict
from backpack_dashboard.kube.client import KubeClient
from backpack_dashboard.kube.errors import AlreadyThere, NotThere
from backpack_dashboard.kube.kinds import SECRET
from backpack_dashboard.stores.cluster_errors import cluster_errors

SETUP = "backpack-dashboard-setup"
"""The Secret with the hash of the one-time set-up link."""
_TRIES = 5
"""The operator and a dashboard may make, and the cluster remove, one at the same moment."""


class SecretStore:
    """Secrets of one namespace, their values as text."""

    def __init__(self, client: KubeClient, namespace: str) -> None:
        self._client, self._namespace = client, namespace

    @cluster_errors
    async def of_admin(self, name: str, uid: str) -> dict[str, str]:
        """What is kept of the account with this UID: nothing, where the Secret is
        somebody else's of the same name."""
        try:
            body = await self._client.get(SECRET, self._namespace, secret_name(name))
        except NotThere:
            return {}
        return _decoded(body) if _belongs(body, uid) else {}

    @cluster_errors
    async def write_of_admin(self, name: str, uid: str, values: Mapping[str, str | None]) -> None:
        """Set these keys of the Secret of the account with this UID; None removes one. Raises
        `Conflict` where the Secret is somebody else's of the same name."""
        data = {key: None if value is None else _encode(value) for key, value in values.items()}
        for _ in range(_TRIES):
            try:
                body = await self._client.get(SECRET, self._namespace, secret_name(name))
                _must_belong(body, uid)
                # The same object as was looked at; what else is written in it meanwhile is no matter.
                change = {"metadata": {"uid": body["metadata"]["uid"]}, "data": data}
                await self._client.patch(SECRET, self._namespace, secret_name(name), change)
            except NotThere:
                if not await self._create_of_admin(name, uid, data):
                    continue
            except AlreadyThere:
                continue
            return
        raise Conflict(f"The Secret {secret_name(name)} is made anew all the time. Look who does that.")

    @cluster_errors
    async def spend_invitation(self, name: str, uid: str, hash_: str, values: Mapping[str, str]) -> None:
        """Set these keys and remove the invitation, if it still is the one with this hash, of
        the account with this UID. Raises `Conflict`."""
        body = await self._client.get(SECRET, self._namespace, secret_name(name))
        _must_belong(body, uid)
        if _decoded(body).get(INVITATION_HASH) != hash_:
            raise Conflict("The invitation was used meanwhile.")
        data = {key: _encode(value) for key, value in values.items()}
        change = {
            "metadata": {"resourceVersion": body["metadata"]["resourceVersion"]},
            "data": {**data, INVITATION_HASH: None, INVITATION_EXPIRES: None},
        }
        await self._client.patch(SECRET, self._namespace, secret_name(name), change)

    async def _create_of_admin(self, name: str, uid: str, data: Mapping[str, str | None]) -> bool:
        """The operator makes it as soon as it sees the account, unless this is sooner: then
        it is True."""
        body = {
            "apiVersion": "v1",
            "kind": "Secret",
            "type": "Opaque",
            "metadata": secret_metadata(name, self._namespace, uid),
            "data": {key: value for key, value in data.items() if value is not None},
        }
        try:
            await self._client.create(SECRET, body)
        except AlreadyThere:
            return False
        return True

    @cluster_errors
    async def setup(self) -> tuple[dict[str, str], str] | None:
        """The set-up link's Secret and its resource version."""
        try:
            body = await self._client.get(SECRET, self._namespace, SETUP)
        except NotThere:
            return None
        return _decoded(body), body["metadata"]["resourceVersion"]

    @cluster_errors
    async def write_setup(self, values: Mapping[str, str]) -> None:
        """In the place of a former one, whose link counts no longer."""
        data = {key: _encode(value) for key, value in values.items()}
        metadata = {
            "name": SETUP,
            "namespace": self._namespace,
            "labels": {LABEL_COMPONENT: "dashboard", LABEL_PART_OF: PART_OF},
        }
        try:
            await self._client.patch(SECRET, self._namespace, SETUP, {"data": data})
        except NotThere:
            body = {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "data": data}
            await self._client.create(SECRET, body)

    @cluster_errors
    async def take_setup(self, resource_version: str) -> bool:
        """Remove it, as it was at that version. Only one of two who try gets True."""
        try:
            await self._client.delete(SECRET, self._namespace, SETUP, resourceVersion=resource_version)
        except (NotThere, AlreadyThere):
            return False
        return True

    @cluster_errors
    async def signing_keys(self) -> str | None:
        """The key set that tokens of admin listeners are signed with, as JSON."""
        try:
            body = await self._client.get(SECRET, self._namespace, SECRET_NAME)
        except NotThere:
            return None
        return _decoded(body).get(KEY_SET)


def _belongs(body: Mapping[str, Any], uid: str) -> bool:
    owners = body["metadata"].get("ownerReferences") or ()
    return any(owner["uid"] == uid for owner in owners)


def _must_belong(body: Mapping[str, Any], uid: str) -> None:
    if not _belongs(body, uid):
        raise Conflict(
            f"The Secret {body['metadata']['name']} isn't this account's: most likely a former one of "
            "this name is still being removed. Wait a moment, and try again; delete the Secret if it stays."
        )


def _decoded(body: Mapping[str, Any]) -> dict[str, str]:
    data: Mapping[str, str] = body.get("data") or {}
    return {key: base64.b64decode(value).decode() for key, value in data.items()}


def _encode(value: str) -> str:
    return base64.b64encode(value.encode()).decode()
