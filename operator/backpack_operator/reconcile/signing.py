"""The signing keys as the operator has them: made once, read again now and then, never
replaced while their Secret exists."""

import logging
import secrets
import time
from collections.abc import Callable

from backpack_contract import admin_tokens
from backpack_contract.configuration import AdminKey
from backpack_contract.signing_keys import SECRET_NAME
from backpack_operator.errors import Conflict, OperatorError
from backpack_operator.kube.client import KubeClient
from backpack_operator.model.kinds import SECRET
from backpack_operator.model.signing_keys import SEED_BYTES, KeySet, new_keys, parse_secret, secret_body

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

    @property
    def trusted(self) -> tuple[AdminKey, ...]:
        """The public keys that APIs have to trust."""
        return self._loaded().trusted

    def token(self, audience: str) -> str:
        """The operator's own token for one backpack, by its UID."""
        return self._loaded().token(admin_tokens.OPERATOR, audience, self._clock())

    async def load(self) -> None:
        """Read the keys; where there is no Secret, make it: with the keys that are known, so
        that a Secret which is deleted by mistake takes no API's trust, or else with new
        ones. A failed read goes up, and what was known stays known."""
        body = await self._client.get(SECRET, self._namespace, SECRET_NAME)
        if body is None:
            body = await self._make()
        self._keys = parse_secret(body)

    async def _make(self) -> dict[str, object]:
        keys = self._keys or new_keys(self._seed(SEED_BYTES))
        try:
            body = await self._client.create(secret_body(self._namespace, keys))
        except Conflict:
            # Another operator was first: its keys count.
            found = await self._client.get(SECRET, self._namespace, SECRET_NAME)
            if found is None:
                raise
            return found
        logger.info("wrote the signing keys for the APIs' admin listeners: Secret %s", SECRET_NAME)
        return body

    def _loaded(self) -> KeySet:
        if self._keys is None:
            raise OperatorError("the signing keys have not been read yet")
        return self._keys
