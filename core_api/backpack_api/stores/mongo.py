"""The connection to the database, and what differs between engines.

Writes are acknowledged with `w: 1, j: true`: once journaled. Anything that speaks
MongoDB's wire protocol serves; `Engine` says what this one lacks.
"""

import functools
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from time import perf_counter
from typing import Any, ParamSpec, TypeVar

from bson.codec_options import CodecOptions
from pymongo import AsyncMongoClient, WriteConcern
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.errors import (
    AutoReconnect,
    ConnectionFailure,
    ExecutionTimeout,
    NetworkTimeout,
    OperationFailure,
    ProtocolError,
)

from backpack_api.problems import StoreUnavailable
from backpack_api.stores.measures import ERRORS, SECONDS
from backpack_contract import ports
from backpack_contract.database import AUTH_SOURCE

SELECTION_SECONDS = 2.5
"""How long a call waits for a server that is away."""
CALL_SECONDS = 15
"""How long one call may take on a server that is there. FerretDB reads a whole
collection for a sorted page, so this is what bounds such a page."""
POOL_SIZE = 64
BATCH = 32
"""Documents that are looked at together where all are: each can have a megabyte."""

_DENIED = frozenset({13, 18})  # Unauthorized, AuthenticationFailed
DUPLICATE_KEY = 11000

P = ParamSpec("P")
R = TypeVar("R")

MongoDocument = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Engine:
    """What the API must know about the server behind the wire protocol."""

    name: str
    atomic_updates: bool
    """A write with a filter sees and changes a document in one step. FerretDB 1.x
    reads first and writes later, so that two writers can both succeed."""
    nested_arrays: bool
    """Keeps arrays directly within arrays."""
    faithful: bool
    """Filters and sorts as MongoDB does. FerretDB 1.x differs in missing fields, arrays
    and negations."""
    partial_indexes: bool
    """Indexes only documents that match a filter, which is how a unique index lets
    documents be that lack its fields. FerretDB 1.x's unique indexes do so anyway."""
    finds_by_ids: bool
    """Finds several documents by their ids by its index. FerretDB does as this project
    compiles it; another one would read the whole collection."""
    ordered_inserts: int
    """How many documents of an ordered insert are stored in order; 0: all. FerretDB 1.x
    takes batches of a hundred, and goes on with the next after one that failed."""
    equal_users: bool
    """Every user may make others and change them, since it knows no roles."""
    scans: int
    """How many pages and counts are read at once; 0: any number (see `stores.scans`)."""

    @classmethod
    def of(cls, build_info: MongoDocument) -> "Engine":
        """From the answer of `buildInfo`."""
        if any(key.startswith("ferretdb") for key in build_info):
            return cls(
                "ferretdb",
                atomic_updates=False,
                nested_arrays=False,
                faithful=False,
                partial_indexes=False,
                finds_by_ids=str(build_info.get("ferretdbVersion")).endswith("+backpack"),
                ordered_inserts=100,
                equal_users=True,
                scans=3,
            )
        return cls(
            "mongodb",
            atomic_updates=True,
            nested_arrays=True,
            faithful=True,
            partial_indexes=True,
            finds_by_ids=True,
            ordered_inserts=0,
            equal_users=False,
            scans=0,
        )


def database_errors(call: Callable[P, Awaitable[R]]) -> Callable[P, Awaitable[R]]:
    """Let a failure to reach the database leave a store's method as `StoreUnavailable`;
    and measure the call."""
    seconds, errors = SECONDS.labels("database"), ERRORS.labels("database")

    @functools.wraps(call)
    async def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        began = perf_counter()
        try:
            return await call(*args, **kwargs)
        except (ConnectionFailure, ExecutionTimeout, ProtocolError) as error:
            errors.inc()
            raise StoreUnavailable("database") from error
        except OperationFailure as error:
            if error.code in _DENIED:
                errors.inc()
                raise StoreUnavailable("database") from error
            raise
        finally:
            seconds.observe(perf_counter() - began)

    return guarded


def client_of(host: str, username: str, password: str, *, pool: int) -> AsyncMongoClient[MongoDocument]:
    """`host`: `host` or `host:port`. Connects when it is used."""
    return AsyncMongoClient(
        _with_port(host, ports.MONGO),
        username=username,
        password=password,
        authSource=AUTH_SOURCE,
        directConnection=True,
        serverSelectionTimeoutMS=int(SELECTION_SECONDS * 1000),
        connectTimeoutMS=int(SELECTION_SECONDS * 1000),
        socketTimeoutMS=CALL_SECONDS * 1000,
        waitQueueTimeoutMS=int(SELECTION_SECONDS * 1000),
        maxPoolSize=pool,
        heartbeatFrequencyMS=5000,
        retryWrites=False,
        appname="backpack-api",
    )


class Mongo:
    """One client of one database. Connects by itself, again and again."""

    def __init__(self, host: str, username: str, password: str, database: str) -> None:
        self._host = host
        self._client = client_of(host, username, password, pool=POOL_SIZE)
        self._database = self._client.get_database(
            database,
            codec_options=CodecOptions(tz_aware=True),
            write_concern=WriteConcern(w=1, j=True),
        )
        self._engine: Engine | None = None

    def collection(self, name: str) -> AsyncCollection[MongoDocument]:
        """A collection of the backpack's database."""
        return self._database.get_collection(name)

    def client_as(self, username: str, password: str) -> AsyncMongoClient[MongoDocument]:
        """A client of the same server for another user: to be closed."""
        return client_of(self._host, username, password, pool=1)

    async def command_of_users(self, command: MongoDocument) -> None:
        """A command in the database where the users themselves are."""
        await self._client[AUTH_SOURCE].command(command)

    async def command(self, name: str, value: Any) -> MongoDocument:
        """The database's answer to a command."""
        return await self._database.command(name, value)

    @database_errors
    async def ping(self) -> None:
        """Return once the server has answered."""
        await self._database.command("ping")

    async def engine(self) -> Engine:
        """What kind of server it is; asked once."""
        return self._engine or await self._ask_engine()

    @database_errors
    async def _ask_engine(self) -> Engine:
        self._engine = Engine.of(await self._database.command("buildInfo"))
        return self._engine

    async def close(self) -> None:
        await self._client.close()


async def find_by_id(collection: AsyncCollection[MongoDocument], id_: str) -> MongoDocument | None:
    """The document with this `_id`. What `find_one` answers, without the cursor that it
    makes for one document: that was a seventh of what the driver takes for it."""
    batch = await _first_batch(collection, {"_id": id_}, 1)
    return batch[0] if batch else None


async def find_by_ids(collection: AsyncCollection[MongoDocument], ids: list[str]) -> list[MongoDocument]:
    """Documents with these `_id`s, in any order; not all of them where they are more than
    one answer may hold."""
    return await _first_batch(collection, {"_id": {"$in": ids}}, len(ids))


async def _first_batch(
    collection: AsyncCollection[MongoDocument], wanted: MongoDocument, count: int
) -> list[MongoDocument]:
    sizes = {"limit": count, "batchSize": count, "singleBatch": True}
    find = {"find": collection.name, "filter": wanted, **sizes}
    try:
        answer = await collection.database.command(find, codec_options=collection.codec_options)
    except NetworkTimeout:
        raise
    except AutoReconnect:
        # The connection had died in the pool; by now the pool has let go of all like it.
        answer = await collection.database.command(find, codec_options=collection.codec_options)
    batch: list[MongoDocument] = answer["cursor"]["firstBatch"]
    return batch


async def in_batches(collection: AsyncCollection[MongoDocument]) -> AsyncIterator[list[MongoDocument]]:
    """Every document of a collection, a few at a time, each once; in no order, as sorting
    costs some engines the whole collection."""

    @database_errors
    async def following() -> list[MongoDocument]:
        return await found.to_list(BATCH)

    async with collection.find({}).batch_size(BATCH) as found:
        while batch := await following():
            yield batch


def is_duplicate_key(error: OperationFailure) -> bool:
    """Whether a write was refused by a unique index. FerretDB on SQLite says so of an
    insert only; of an update it passes on what SQLite said."""
    return error.code == DUPLICATE_KEY or "UNIQUE constraint failed" in str(error)


def _with_port(host: str, port: int) -> str:
    return host if ":" in host else f"{host}:{port}"
