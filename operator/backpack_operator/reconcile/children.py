"""What is known of the children: digests rather than objects, since a fleet has
tens of thousands of them.

A child's object is kept only until a reconcile has compared it with what is
wanted. After that a digest of what was wanted and a fingerprint of what was live
are enough: the same fingerprint means that nobody has touched it.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from backpack_operator.model.backpack import Key
from backpack_operator.model.child import Child, observe
from backpack_operator.model.kinds import VOLUME_CLAIM, Kind, ObjectKey


def backpack_of(key: ObjectKey) -> Key:
    """The Backpack that a child belongs to: by name, since labels can be edited."""
    return Key(key.namespace, key.name.rpartition("-")[0])


class Children:
    """All children the informer has told of, by name and by Backpack."""

    def __init__(self) -> None:
        self._children: dict[ObjectKey, Child] = {}
        self._of: defaultdict[Key, set[ObjectKey]] = defaultdict(set)

    def __len__(self) -> int:
        return len(self._children)

    def get(self, key: ObjectKey) -> Child | None:
        return self._children.get(key)

    def of(self, backpack: Key) -> list[tuple[ObjectKey, Child]]:
        """The children that say they belong to `backpack`."""
        return [(key, self._children[key]) for key in sorted(self._of.get(backpack, ()), key=str)]

    def keys(self, kind: Kind) -> Iterator[ObjectKey]:
        return (key for key in self._children if key.kind == kind)

    def seen(self, body: Mapping[str, Any]) -> Key | None:
        """Take in an object that exists. Answers the Backpack that has to look at it,
        or None if there is nothing new in it."""
        key, metadata = ObjectKey.of(body), body["metadata"]
        old = self._children.get(key)
        if old is not None and old.uid != metadata["uid"]:
            old = None
        # The echo of the operator's own write comes for every child: it must cost nothing.
        if old is not None and int(metadata["resourceVersion"]) <= old.resource_version:
            return None
        new = observe(body)
        if old is not None and new.fingerprint == old.fingerprint:
            return self._same(key, old, new)
        new.pack()
        return self._remember(key, new)

    def written(self, body: Mapping[str, Any], wanted: str) -> Child:
        """Take in what the API server made of the object of digest `wanted`: applying that
        again would change nothing. Answers the child as it is known now, which is a newer
        one where the informer was quicker to tell what somebody else has made of it since."""
        key, new = ObjectKey.of(body), observe(body)
        old = self._children.get(key)
        if old is not None and old.resource_version > new.resource_version:
            return old
        self._remember(key, new)
        self.matched(key, wanted)
        return new

    def gone(self, body: Mapping[str, Any]) -> Key | None:
        """Take in that an object was deleted. Answers the Backpack that has to look."""
        key = ObjectKey.of(body)
        old = self._children.get(key)
        if old is None or old.uid != body["metadata"]["uid"]:
            return None
        return self.forget(key)

    def forget(self, key: ObjectKey) -> Key | None:
        """Drop what is known of a child; answers its Backpack."""
        if self._children.pop(key, None) is None:
            return None
        backpack = backpack_of(key)
        self._of[backpack].discard(key)
        if not self._of[backpack]:
            del self._of[backpack]
        return backpack

    def matched(self, key: ObjectKey, wanted: str) -> None:
        """The child was compared with the object of digest `wanted`, and is that."""
        child = self._children[key]
        child.verified = wanted
        if key.kind == VOLUME_CLAIM:
            child.pack()
        else:
            child.kept = None

    def _remember(self, key: ObjectKey, child: Child) -> Key:
        backpack = backpack_of(key)
        self._children[key] = child
        self._of[backpack].add(key)
        return backpack

    def _same(self, key: ObjectKey, old: Child, new: Child) -> Key | None:
        """Nothing but the status has changed."""
        news = new.rollout != old.rollout
        if key.kind == VOLUME_CLAIM:
            news = news or _phase(new) != _phase(old)
            new.pack()
            old.kept = new.kept
        old.resource_version, old.rollout = new.resource_version, new.rollout
        return backpack_of(key) if news else None


def _phase(child: Child) -> Any:
    """Whether a claim is bound, and how large it is."""
    return (child.body or {}).get("status", {})
