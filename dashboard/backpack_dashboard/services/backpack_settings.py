"""Changing the spec of a Backpack: tried by the API server first, and held against what the
admin may change as the API server would keep it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from backpack_dashboard.domain.access import may_change
from backpack_dashboard.domain.admins import Admin
from backpack_dashboard.domain.backpacks import Backpack
from backpack_dashboard.domain.changes import Difference, differences
from backpack_dashboard.errors import Conflict, Forbidden
from backpack_dashboard.services import audit
from backpack_dashboard.stores.resources import ResourceStore

Spec = Mapping[str, Any]
_TRIES = 5
"""The status of a Backpack that starts is written often, and each makes another version."""


@dataclass(frozen=True, slots=True)
class Version:
    """A spec, and the generation that it is of: the operator's writes make none."""

    spec: Spec
    generation: int


@dataclass(frozen=True, slots=True)
class Changed:
    version: Version
    differences: list[Difference]


class BackpackSettings:
    def __init__(self, store: ResourceStore) -> None:
        self._store = store

    async def read(self, backpack: Backpack) -> Version:
        """As it is at this moment."""
        return _version(await self._get(backpack))

    async def change(
        self,
        admin: Admin,
        backpack: Backpack,
        generation: int,
        decide: Callable[[Spec], Spec],
        *,
        dry_run: bool = False,
    ) -> Changed:
        """Change the spec of this generation by the merge patch that `decide` makes of it, or
        only try. Raises `Invalid` with the API server's sentences, `Forbidden` where a field
        isn't the admin's to change, `Conflict` where it is of another generation by now."""
        for left in reversed(range(_TRIES)):
            body = await self._get(backpack)
            before = _version(body)
            if before.generation != generation:
                raise Conflict(
                    "Somebody else has changed these settings meanwhile. Nothing of yours was saved: load "
                    "them anew, and make your change again."
                )
            change = {
                "metadata": {"resourceVersion": body["metadata"]["resourceVersion"]},
                "spec": decide(before.spec),
            }
            try:
                tried = await self._patch(backpack, change, dry_run=True)
                found = differences(before.spec, tried.get("spec") or {})
                _check(admin, found)
                if dry_run or not found:
                    return Changed(before, found)
                kept = await self._patch(backpack, change, dry_run=False)
                audit.done(admin, "backpacks.settings", backpack, fields=[one.path for one in found])
                return Changed(_version(kept), found)
            except Conflict:
                if not left:
                    raise
        raise AssertionError  # the last try returns or raises

    async def _get(self, backpack: Backpack) -> dict[str, Any]:
        body = await self._store.get_backpack(backpack.namespace, backpack.name)
        if body["metadata"]["uid"] != backpack.uid or "deletionTimestamp" in body["metadata"]:
            raise Conflict("It is being deleted, and can't be changed any more.")
        return body

    async def _patch(self, backpack: Backpack, change: dict[str, Any], *, dry_run: bool) -> dict[str, Any]:
        return await self._store.change_backpack(
            backpack.namespace, backpack.name, backpack.uid, change, dry_run=dry_run
        )


def _check(admin: Admin, found: list[Difference]) -> None:
    refused = [one.path for one in found if not may_change(admin, one.path)]
    if refused:
        names = ", ".join(f"`{path}`" for path in refused)
        raise Forbidden(f"Only an owner may change {names}. Leave it as it is, or ask an owner.")


def _version(body: Mapping[str, Any]) -> Version:
    return Version(body.get("spec") or {}, int(body["metadata"]["generation"]))
