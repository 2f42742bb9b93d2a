"""Claims on hostnames: a hostname belongs to the Backpack that was accepted with it
first, wherever in the cluster it is.

A claim is a ConfigMap in the operator's namespace, named after the hostname, so that
the API server lets only one of all who try create it. (By age, an old Backpack could
patch itself onto a younger one's live host.)
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from backpack_contract import resources as names
from backpack_operator.errors import Conflict, OperatorError, Refused
from backpack_operator.kube.client import KubeClient
from backpack_operator.model.backpack import Backpack, Key
from backpack_operator.model.kinds import BACKPACK, CONFIG_MAP
from backpack_operator.reconcile.observed import Holder

logger = logging.getLogger(__name__)

CLAIM_LABEL = f"{names.GROUP}/claim"
_SELECTOR = f"{CLAIM_LABEL}=hostname"
_ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim as it is stored; `object_uid` is the ConfigMap's own UID."""

    holder: Holder
    object_uid: str


def claim_name(hostname: str) -> str:
    return f"hostname-{hostname}"


def claim_body(namespace: str, holder: Holder) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {
            "name": claim_name(holder.hostname),
            "namespace": namespace,
            "labels": {CLAIM_LABEL: "hostname", names.LABEL_PART_OF: names.PART_OF},
        },
        "data": {
            "hostname": holder.hostname,
            "uid": holder.uid,
            "namespace": holder.namespace,
            "name": holder.name,
        },
    }


def parse_claim(body: Mapping[str, Any]) -> Claim:
    """Of a ConfigMap that is no claim, a holder that nobody is: the name stays taken."""
    data = body.get("data") or {}
    metadata = body["metadata"]
    holder = Holder(
        hostname=metadata["name"].removeprefix("hostname-"),
        uid=data.get("uid", ""),
        namespace=data.get("namespace", metadata.get("namespace", "")),
        name=data.get("name", "?"),
    )
    return Claim(holder, metadata["uid"])


class Hostnames:
    """The claims as last read or written. `wake(key)` has a Backpack looked at again."""

    def __init__(self, client: KubeClient, namespace: str, wake: Callable[[Key], None]) -> None:
        self._client, self._namespace, self._wake = client, namespace, wake
        self._claims: dict[str, Claim] = {}
        self._of: dict[Key, set[str]] = {}
        """The hostnames of the claims, by the key of who has or had them: every reconcile asks."""
        self._waiting: dict[Key, str] = {}

    async def load(self) -> None:
        """Read all claims; what is not there any more wakes those who wait for it."""
        bodies = await self._client.list(CONFIG_MAP, self._namespace, _SELECTOR)
        claims = {claim.holder.hostname: claim for claim in map(parse_claim, bodies)}
        freed = set(self._claims) - set(claims)
        self._claims, self._of = {}, {}
        for claim in claims.values():
            self._keep(claim)
        for hostname in freed:
            self._tell_waiting(hostname)

    async def sweep(self, alive: Callable[[Key, str], bool]) -> None:
        """Free the claims of Backpacks that are gone; `alive(key, uid)` is what the
        informer knows, and the API server is asked before anything is freed."""
        for claim in list(self._claims.values()):
            holder = claim.holder
            if alive(Key(holder.namespace, holder.name), holder.uid):
                continue
            if await self._is_gone(holder):
                await self._free(claim)

    async def acquire(self, backpack: Backpack) -> Holder:
        """Claim the hostname, or find who has it."""
        # From now on: it may become free while it is being looked at.
        new = self._waiting.get(backpack.key) != backpack.hostname
        self._waiting[backpack.key] = backpack.hostname
        holder = await self._acquire(backpack)
        if holder.uid == backpack.uid:
            self._waiting.pop(backpack.key, None)
        elif new:
            # Perhaps it has moved on, and only has not been looked at since. Once: two that
            # wait for each other's hostname would never come to rest.
            self._wake(Key(holder.namespace, holder.name))
        return holder

    async def _acquire(self, backpack: Backpack) -> Holder:
        wanted = Holder(backpack.hostname, backpack.uid, backpack.namespace, backpack.name)
        known = self._claims.get(wanted.hostname)
        if known is not None and known.holder.uid == wanted.uid:
            return known.holder
        if known is not None:
            # Another's: read, since asking to create it would be a write for nothing.
            await self._read(wanted.hostname)
        for _ in range(_ATTEMPTS):
            claim = self._claims.get(wanted.hostname) or await self._create(wanted)
            if claim is None:
                continue
            if claim.holder.uid == wanted.uid:
                return claim.holder
            if await self._is_gone(claim.holder):
                await self._free(claim)
                continue
            return claim.holder
        raise OperatorError(f"the claim on the hostname `{wanted.hostname}` keeps changing hands")

    async def leave(self, key: Key) -> None:
        """The Backpack is gone or going: it holds nothing and waits for nothing."""
        self._waiting.pop(key, None)
        await self.release(key, keep=None)

    async def release(self, key: Key, *, keep: Holder | None) -> None:
        """Free all claims of the Backpacks that have or had this key, but for `keep`.
        To be called only once there is no route to the other hostnames any more."""
        for hostname in list(self._of.get(key, ())):
            claim = self._claims.get(hostname)
            if claim is not None and claim.holder != keep:
                await self._free(claim)

    async def _create(self, wanted: Holder) -> Claim | None:
        try:
            body = await self._client.create(claim_body(self._namespace, wanted))
        except Conflict:
            return await self._read(wanted.hostname)
        return self._keep(parse_claim(body))

    async def _read(self, hostname: str) -> Claim | None:
        body = await self._client.get(CONFIG_MAP, self._namespace, claim_name(hostname))
        if body is None:
            self._forget(hostname)
            return None
        return self._keep(parse_claim(body))

    def _keep(self, claim: Claim) -> Claim:
        holder = claim.holder
        self._forget(holder.hostname)
        self._claims[holder.hostname] = claim
        self._of.setdefault(Key(holder.namespace, holder.name), set()).add(holder.hostname)
        return claim

    def _forget(self, hostname: str) -> None:
        claim = self._claims.pop(hostname, None)
        if claim is None:
            return
        key = Key(claim.holder.namespace, claim.holder.name)
        self._of[key].discard(hostname)
        if not self._of[key]:
            del self._of[key]

    async def _is_gone(self, holder: Holder) -> bool:
        if not holder.uid:
            return False
        try:
            body = await self._client.get(BACKPACK, holder.namespace, holder.name)
        except Refused:
            # A namespace that is not this operator's to read.
            return False
        return body is None or body["metadata"]["uid"] != holder.uid

    async def _free(self, claim: Claim) -> None:
        """Deletes this very claim: not one that somebody else has made since."""
        hostname = claim.holder.hostname
        await self._client.delete(CONFIG_MAP, self._namespace, claim_name(hostname), claim.object_uid)
        if self._claims.get(hostname) == claim:
            self._forget(hostname)
        logger.info("the hostname %s is free again", hostname)
        self._tell_waiting(hostname)

    def _tell_waiting(self, hostname: str) -> None:
        for key in [key for key, wanted in self._waiting.items() if wanted == hostname]:
            del self._waiting[key]
            self._wake(key)
