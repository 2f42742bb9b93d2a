"""A pool of connections to one Redis, that heals by itself and never waits for long."""

from collections.abc import Iterable

from redis.asyncio import BlockingConnectionPool, Connection
from redis.asyncio.retry import Retry
from redis.backoff import ConstantBackoff
from redis.exceptions import ConnectionError as RedisConnectionError

CONNECT_SECONDS = 1.5
CALL_SECONDS = 2.0


class _Connection(Connection):
    async def send_packed_command(
        self, command: bytes | str | Iterable[bytes], check_health: bool = True
    ) -> None:
        """Says of a transport that is closed already that it is lost: uvloop says `RuntimeError`."""
        try:
            await super().send_packed_command(command, check_health)
        except RuntimeError as error:
            raise RedisConnectionError(str(error)) from error


def redis_pool(
    *,
    address: str,
    port: int,
    password: str,
    database: int,
    size: int,
    client_name: str,
    decode_responses: bool = False,
) -> BlockingConnectionPool:
    """The pool. `address` is `host` or `host:port`; `port` is for one without."""
    host, _, given = address.partition(":")
    return BlockingConnectionPool(
        connection_class=_Connection,
        host=host,
        port=int(given or port),
        db=database,
        password=password,
        max_connections=size,
        timeout=CALL_SECONDS,
        socket_connect_timeout=CONNECT_SECONDS,
        socket_timeout=CALL_SECONDS,
        # One more try at once: it finds the connections that a restart of
        # Redis has left dead in the pool, and no more than that.
        retry=Retry(ConstantBackoff(0.01), 1),
        client_name=client_name,
        decode_responses=decode_responses,
    )
