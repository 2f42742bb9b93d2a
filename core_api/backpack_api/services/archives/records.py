"""Accounts and definitions as lines of an archive."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from backpack_api.domain.accounts import User, canonical_email, check_profile
from backpack_api.domain.archives import broken, check_id, moment
from backpack_api.domain.collections import Collection, check_collection_name
from backpack_api.domain.indexes import check_indexes
from backpack_api.domain.json_text import JsonObject
from backpack_api.domain.schemas import Schema
from backpack_api.problems import Problem
from backpack_api.stores.users import StoredUser

MAX_HASH_LENGTH = 512


def user_to_record(stored: StoredUser) -> JsonObject:
    """An account with the hash of its password: an archive is as secret as the database."""
    return {
        **stored.user.to_json_object(),
        "version": stored.user.version,
        "disabled": stored.disabled,
        "passwordHash": stored.password_hash,
    }


def user_of_record(value: Mapping[str, Any], where: str, *, nested_arrays: bool) -> StoredUser:
    """The account of a line. Raises `InvalidValue`."""
    try:
        email, hash_, version = value["email"], value["passwordHash"], value["version"]
        if canonical_email(email) != email:
            raise broken(f"{where} has no usable e-mail address")
        if not hash_.startswith("$argon2") or len(hash_) > MAX_HASH_LENGTH or type(version) is not int:
            raise broken(f"{where} has no usable password hash or version")
        user = User(
            check_id(value["id"], where),
            email,
            check_profile(value["profile"], nested_arrays=nested_arrays),
            version,
            moment(value["createdAt"]),
            moment(value["updatedAt"]),
        )
        return StoredUser(user, hash_, value["disabled"] is True)
    except (KeyError, TypeError, ValueError, AttributeError):
        raise broken(f"{where} is not an account") from None


def collection_of_record(value: Mapping[str, Any], where: str) -> Collection:
    """The definition of a line. Raises `InvalidValue`."""
    try:
        collection = replace(Collection.from_definition(dict(value)), managed=False)
        check_collection_name(collection.name)
        check_indexes(collection.indexes)
        if collection.schema is not None:
            Schema(collection.schema)
    except Problem as problem:
        raise broken(f"{where}: {problem.detail}") from problem
    except (KeyError, TypeError, ValueError, AttributeError):
        raise broken(f"{where} is not the definition of a collection") from None
    return collection
