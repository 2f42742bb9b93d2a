"""How the credentials of one backpack are replaced, in steps of one write of its Secret each.
Pure: what is written at once, so that a crash leaves a state that the next look goes on from.

The passwords of database and cache, each with a spare one that counts besides:

    Adding    the stores learn the spare ones
    Moving    the two have changed places: the API's pods are replaced
    Draining  the last of the former pods ends
    Removing  the stores forget the former ones

The publishable key, which pages keep for a while:

    Accepting  calls may have the spare key, which no page has yet
    Overlap    the two have changed places: pages are told the new one, both are accepted
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from typing import Any

from backpack_contract import credentials as keys
from backpack_contract.resources import GROUP
from backpack_contract.store_credentials import DatabaseUser, StoreCredentials
from backpack_operator.model.credentials import FreshPasswords, other_user

ANNOTATION = f"{GROUP}/rotations"
"""On the Secret: how far both rotations are, as JSON."""

Values = Mapping[str, str]


class Step(StrEnum):
    """Where the rotation of the passwords is."""

    ADDING = "Adding"
    MOVING = "Moving"
    DRAINING = "Draining"
    REMOVING = "Removing"


class KeyStep(StrEnum):
    """Where the rotation of the publishable key is."""

    ACCEPTING = "Accepting"
    OVERLAP = "Overlap"


@dataclass(frozen=True, slots=True)
class Progress:
    """One rotation: the value that was done last, that which is under way at which step, and
    since when, in seconds since 1970."""

    done: str | None = None
    value: str | None = None
    step: str | None = None
    since: int = 0

    def asked(self, value: str | None) -> bool:
        """Whether this value of the annotation asks for a rotation."""
        return value is not None and value != self.done

    def at(self, step: str, now: int) -> "Progress":
        return replace(self, step=step, since=now)

    def finished(self) -> "Progress":
        return Progress(done=self.value)


@dataclass(frozen=True, slots=True)
class CacheUsers:
    """`template`: what the cache's pod template says of the list of users; `users`: a digest
    of the list that its pods know by now all the same, as they were told without a restart."""

    template: str
    users: str


@dataclass(frozen=True, slots=True)
class Rotations:
    """All that the Secret knows of them."""

    passwords: Progress = field(default_factory=Progress)
    key: Progress = field(default_factory=Progress)
    cache: CacheUsers | None = None

    @classmethod
    def parse(cls, annotations: Mapping[str, str]) -> "Rotations":
        """What somebody has broken counts as if there were none."""
        try:
            written: Any = json.loads(annotations.get(ANNOTATION, "{}"))
            cache = written.get("cache")
            return cls(
                Progress(**written.get("passwords", {})),
                Progress(**written.get("key", {})),
                CacheUsers(**cache) if cache else None,
            )
        except (ValueError, TypeError, AttributeError):
            return cls()

    def to_text(self) -> str:
        """Empty where there never was any."""
        parts = {name: _some(part) for name, part in asdict(self).items() if part is not None}
        some = {name: part for name, part in parts.items() if part}
        return json.dumps(some, sort_keys=True) if some else ""

    def cache_users(self, users: str) -> str:
        """What the cache's pod template has to say where the list of users has this digest:
        the pods are restarted for one that they have not been told of."""
        if self.cache is not None and self.cache.users == users:
            return self.cache.template
        return users

    def told(self, former: str, users: str) -> "Rotations":
        """With the list of users changed, which the cache's pods are told of."""
        return replace(self, cache=CacheUsers(self.cache_users(former), users))


def _some(part: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in part.items() if value}


def adding(values: Values, fresh: FreshPasswords) -> dict[str, str]:
    """With spare passwords, which count as soon as the stores have learnt them. A spare
    user that the database has already stays as he is."""
    spare = {
        keys.REDIS_SPARE_PASSWORD: fresh.redis,
        keys.MONGO_SPARE_USERNAME: values.get(keys.MONGO_SPARE_USERNAME)
        or other_user(values[keys.MONGO_USERNAME]),
        keys.MONGO_SPARE_PASSWORD: values.get(keys.MONGO_SPARE_PASSWORD) or fresh.mongo_spare,
    }
    return _listed({**_without(values, keys.MONGO_SPARE_NEXT_PASSWORD), **spare})


def moving(values: Values) -> dict[str, str]:
    """With the two changed places."""
    return _swapped(
        values,
        (keys.REDIS_PASSWORD, keys.REDIS_SPARE_PASSWORD),
        (keys.MONGO_USERNAME, keys.MONGO_SPARE_USERNAME),
        (keys.MONGO_PASSWORD, keys.MONGO_SPARE_PASSWORD),
    )


def removing(values: Values, fresh: FreshPasswords) -> dict[str, str]:
    """Without the former password of the cache, and with another one for the user of the
    database who has become the spare one."""
    rest = _without(values, keys.REDIS_SPARE_PASSWORD)
    return _listed({**rest, keys.MONGO_SPARE_NEXT_PASSWORD: fresh.mongo_spare})


def removed(values: Values) -> dict[str, str]:
    """As it stays until the next rotation."""
    rest = _without(values, keys.MONGO_SPARE_NEXT_PASSWORD)
    return {**rest, keys.MONGO_SPARE_PASSWORD: values[keys.MONGO_SPARE_NEXT_PASSWORD]}


def accepting(values: Values, fresh: FreshPasswords) -> dict[str, str]:
    """With a spare publishable key."""
    return {**values, keys.PUBLISHABLE_SPARE_KEY: fresh.publishable}


def announced(values: Values) -> dict[str, str]:
    """With the two changed places."""
    return _swapped(values, (keys.PUBLISHABLE_KEY, keys.PUBLISHABLE_SPARE_KEY))


def alone(values: Values) -> dict[str, str]:
    """Without the former publishable key."""
    return _without(values, keys.PUBLISHABLE_SPARE_KEY)


def publishable_keys(values: Values) -> tuple[str, ...]:
    """What the API has to accept, that which pages are told first; empty where there is only
    the one that it finds in its environment."""
    spare = values.get(keys.PUBLISHABLE_SPARE_KEY)
    return (values[keys.PUBLISHABLE_KEY], spare) if spare else ()


def store_credentials(values: Values, step: Step) -> StoreCredentials | None:
    """What the API is to see to in this step, if anything."""
    if step not in (Step.ADDING, Step.REMOVING):
        return None
    spare = values[keys.MONGO_SPARE_PASSWORD]
    user = DatabaseUser(
        username=values[keys.MONGO_SPARE_USERNAME],
        password=values[keys.MONGO_SPARE_NEXT_PASSWORD] if step is Step.REMOVING else spare,
        former=spare if step is Step.REMOVING else None,
    )
    digests = keys.redis_digests(values[keys.REDIS_PASSWORD], values.get(keys.REDIS_SPARE_PASSWORD))
    return StoreCredentials(cache=digests, database=user)


def _listed(values: Values) -> dict[str, str]:
    users = keys.redis_acl(values[keys.REDIS_PASSWORD], values.get(keys.REDIS_SPARE_PASSWORD))
    return {**values, keys.REDIS_ACL: users}


def _swapped(values: Values, *pairs: tuple[str, str]) -> dict[str, str]:
    swapped = dict(values)
    for one, other in pairs:
        swapped[one], swapped[other] = values[other], values[one]
    return swapped


def _without(values: Values, key: str) -> dict[str, str]:
    return {name: value for name, value in values.items() if name != key}
