"""Which configurations this backpack takes: what their types can't say."""

import re
from collections.abc import Iterator

from backpack_api.domain.administrators import key_bytes
from backpack_api.domain.collections import Collection
from backpack_api.domain.schemas import Schema
from backpack_api.problems import Conflict, Fault, InvalidValue
from backpack_contract.configuration import BackpackConfiguration, ConfigurationError, DeclaredCollection

_SAME = ("uid", "name", "namespace")
_POSITIVE = ("session_ttl_seconds", "password_min_length", "quota_per_user", "max_file_size", "keep_releases")


def read_configuration(text: bytes, current: BackpackConfiguration) -> BackpackConfiguration:
    """The configuration that takes the place of the one in force. Raises `InvalidValue`,
    which names the key at fault, and `Conflict` for an older one: its `revision` is that of
    the one in force."""
    try:
        configuration = BackpackConfiguration.from_json(text)
    except ConfigurationError as error:
        raise InvalidValue(f"{error}.", errors=[Fault(error.key, str(error))]) from None
    faults = list(_faults(configuration, current))
    if faults:
        raise InvalidValue(f"{faults[0].path}: {faults[0].message}", errors=faults)
    if configuration.older_than(current):
        raise Conflict(
            f"Generation {current.generation} at revision {current.revision} is in force, which is newer "
            f"than generation {configuration.generation} at revision {configuration.revision}.",
            members={"revision": current.revision},
        )
    return configuration


def publishable_keys(configuration: BackpackConfiguration, own: str | None) -> tuple[str, ...]:
    """The keys that calls may have, that which pages are told first. `own`: that of the
    environment, if there is one."""
    return configuration.publishable_keys or ((own,) if own else ())


def _faults(configuration: BackpackConfiguration, current: BackpackConfiguration) -> Iterator[Fault]:
    for key in _SAME:
        if getattr(configuration, key) != getattr(current, key):
            yield Fault(key, f"is of another backpack: this one's is `{getattr(current, key)}`")
    for key in _POSITIVE:
        if getattr(configuration, key) < 1:
            yield Fault(key, "must be at least 1")
    kids: set[str] = set()
    for number, key_ in enumerate(configuration.admin_keys):
        if key_bytes(key_.x) is None:
            yield Fault(f"admin_keys[{number}].x", "must be an Ed25519 public key: 32 bytes in base64url")
        if key_.kid in kids:
            yield Fault(f"admin_keys[{number}].kid", "is there twice")
        kids.add(key_.kid)
    names: set[str] = set()
    for number, collection in enumerate(configuration.collections):
        yield from _collection_faults(collection, f"collections[{number}]")
        if collection.name in names:
            yield Fault(f"collections[{number}].name", "is there twice")
        names.add(collection.name)


def _collection_faults(declared: DeclaredCollection, key: str) -> Iterator[Fault]:
    try:
        collection = Collection.declared(declared)
        if collection.schema is not None:
            Schema(collection.schema)
    except InvalidValue as problem:
        for fault in problem.errors:
            # `/indexes/0/keys` of a body is `.indexes[0].keys` here.
            path = re.sub(r"/(\d+)(?=/|$)", r"[\1]", fault.path).replace("/", ".")
            yield Fault(f"{key}{path}", fault.message)
