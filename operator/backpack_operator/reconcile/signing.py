"""The signing keys as the operator has them: made once, read again now and then, never
replaced while their Secret exists but by a rotation that somebody has asked for.

All that is known of a rotation stands in the Secret, so that an operator which has just
started goes on with it.
"""

import asyncio
import logging
import secrets
import time
from collections.abc import Callable
from typing import Any

from backpack_contract import admin_tokens
from backpack_contract.configuration import AdminKey
from backpack_contract.signing_keys import SECRET_NAME
from backpack_operator.errors import Conflict, OperatorError
from backpack_operator.kube.client import KubeClient
from backpack_operator.model.key_rotation import KeyRotation, Periods, Step, next_step
from backpack_operator.model.kinds import SECRET
from backpack_operator.model.signing_keys import (
    SEED_BYTES,
    KeySet,
    new_keys,
    parse_secret,
    secret_body,
    secret_data,
)

logger = logging.getLogger(__name__)


class Signing:
    """`seed(n)` gives n random bytes, `clock` seconds since 1970."""

    def __init__(
        self,
        client: KubeClient,
        namespace: str,
        seed: Callable[[int], bytes] = secrets.token_bytes,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._client, self._namespace, self._seed, self._clock = client, namespace, seed, clock
        self._keys: KeySet | None = None
        self._rotation = KeyRotation()
        self._version = ""
        self._changed: Callable[[], None] = lambda: None

    @property
    def trusted(self) -> tuple[AdminKey, ...]:
        """The public keys that APIs have to trust, in an order that stays when another of
        them signs."""
        return tuple(sorted(self._loaded().trusted, key=lambda key: key.kid))

    @property
    def count(self) -> int:
        """How many they are; 0 while they have not been read."""
        return len(self._keys.trusted) if self._keys is not None else 0

    def token(self, audience: str) -> str:
        """The operator's own token for one backpack, by its UID."""
        return self._loaded().token(admin_tokens.OPERATOR, audience, self._clock())

    def on_change(self, listener: Callable[[], None]) -> None:
        """Call the listener when APIs have to trust other keys than before."""
        self._changed = listener

    async def load(self) -> None:
        """Read the keys; where there is no Secret, make it: with the keys that are known, so
        that a Secret which is deleted by mistake takes no API's trust, or else with new
        ones. A failed read goes up, and what was known stays known."""
        body = await self._client.get(SECRET, self._namespace, SECRET_NAME)
        if body is None:
            body = await self._make()
        self._take(body)

    async def rotate(self, confirmed: Callable[[tuple[AdminKey, ...]], bool], periods: Periods) -> None:
        """Read the keys, and go one step on with a rotation, where it is time. `confirmed`:
        whether all APIs that serve are known to trust these keys."""
        await self.load()
        keys = self._loaded()
        step = next_step(
            keys,
            self._rotation,
            confirmed=confirmed(self.trusted),
            now=int(self._clock()),
            seed=self._seed(SEED_BYTES),
            periods=periods,
        )
        if step is not None:
            await self._write(step)
            logger.info("the rotation of the signing keys %s", step.says)

    async def run(
        self,
        confirmed: Callable[[tuple[AdminKey, ...]], bool],
        periods: Periods,
        seconds: float,
    ) -> None:
        """Look for ever, each so many seconds, whether there is something to rotate."""
        while True:
            await asyncio.sleep(seconds)
            try:
                await self.rotate(confirmed, periods)
            except OperatorError as error:
                logger.warning("the signing keys are looked at later: %s", error)

    async def _write(self, step: Step) -> None:
        """Only onto what was read: of two operators, one makes the step."""
        change = {
            "metadata": {"resourceVersion": self._version, "annotations": step.rotation.to_annotations()},
            "data": secret_data(step.keys),
        }
        self._take(await self._client.patch(SECRET, self._namespace, SECRET_NAME, change))

    async def _make(self) -> dict[str, Any]:
        keys = self._keys or new_keys(self._seed(SEED_BYTES))
        known = {key: value for key, value in self._rotation.to_annotations().items() if value is not None}
        try:
            body = await self._client.create(secret_body(self._namespace, keys, known))
        except Conflict:
            # Another operator was first: its keys count.
            found = await self._client.get(SECRET, self._namespace, SECRET_NAME)
            if found is None:
                raise
            return found
        logger.info("wrote the signing keys for the APIs' admin listeners: Secret %s", SECRET_NAME)
        return body

    def _take(self, body: dict[str, Any]) -> None:
        before, self._keys = self._keys, parse_secret(body)
        self._rotation = KeyRotation.parse(body["metadata"].get("annotations") or {})
        self._version = body["metadata"]["resourceVersion"]
        if before is not None and set(before.trusted) != set(self._keys.trusted):
            self._changed()

    def _loaded(self) -> KeySet:
        if self._keys is None:
            raise OperatorError("the signing keys have not been read yet")
        return self._keys
