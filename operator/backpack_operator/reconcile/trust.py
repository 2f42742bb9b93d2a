"""Which public keys the API of each Backpack is known to trust: as its configurations
that were taken say. What an operator that has just started knows of it, it learns from
its first reconciles."""

from collections.abc import Iterable

from backpack_contract.configuration import AdminKey
from backpack_operator.model.backpack import Key
from backpack_operator.reconcile.backpacks import Backpacks


class Trust:
    """Remembers, for all Backpacks that there are."""

    def __init__(self, backpacks: Backpacks) -> None:
        self._backpacks = backpacks
        self._trusted: dict[Key, frozenset[AdminKey]] = {}

    def taken(self, key: Key, keys: Iterable[AdminKey]) -> None:
        """The API of this Backpack works by a configuration with these keys."""
        self._trusted[key] = frozenset(keys)

    def unknown(self, key: Key) -> None:
        """Nothing is known of it, or it is gone."""
        self._trusted.pop(key, None)

    def confirmed(self, keys: Iterable[AdminKey]) -> bool:
        """Whether every API that serves is known to trust all of these. One that doesn't
        serve finds them in its file when it starts; one that is paused is left alone."""
        wanted = frozenset(keys)
        return all(wanted <= self._trusted.get(key, frozenset()) for key in self._backpacks.serving())
