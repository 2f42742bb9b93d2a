"""The site of a backpack: its releases, and which of them is active.

One value, that changes as a whole: a new release, the switch to it and the end of
old ones are one step, or none.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from backpack_api.domain.json_text import JsonObject
from backpack_api.domain.moments import rfc3339
from backpack_api.problems import Conflict, NotFound


@dataclass(frozen=True, slots=True)
class Release:
    """One upload of the site. Never changes."""

    id: str
    created_at: datetime
    by: str
    """The administrator who uploaded it."""
    size: int
    """Bytes of the ZIP."""
    files: int
    unpacked: int
    """Bytes of all files together."""
    sha256: str
    """Of the ZIP, in hexadecimal."""

    def to_json_object(self, *, active: bool) -> JsonObject:
        return {
            "id": self.id,
            "createdAt": rfc3339(self.created_at),
            "by": self.by,
            "size": self.size,
            "files": self.files,
            "unpacked": self.unpacked,
            "sha256": self.sha256,
            "active": active,
        }


@dataclass(frozen=True, slots=True)
class Site:
    """All releases, oldest first. `version` grows by one with each change."""

    version: int = 0
    active: str | None = None
    previous: str | None = None
    """What was active before: the one to roll back to."""
    releases: tuple[Release, ...] = ()

    @property
    def ids(self) -> frozenset[str]:
        return frozenset(release.id for release in self.releases)

    def release(self, release_id: str) -> Release:
        """Raises `NotFound`."""
        for release in self.releases:
            if release.id == release_id:
                return release
        raise NotFound("There is no such release.")

    def with_release(self, release: Release, *, activate: bool, keep: int) -> "Site":
        """With one more release, and with the oldest gone where there are more than `keep`."""
        if release.id in self.ids:
            return self  # what was done already, tried again
        added = replace(self, version=self.version + 1, releases=(*self.releases, release))
        switched = added._switched(release.id) if activate else added
        return switched._pruned(keep, but=release.id)

    def activated(self, release_id: str, *, keep: int) -> "Site":
        """With this release as the active one. Raises `NotFound`."""
        self.release(release_id)
        if release_id == self.active:
            return self
        return replace(self, version=self.version + 1)._switched(release_id)._pruned(keep)

    def without(self, release_id: str) -> "Site":
        """Without this release. Raises `NotFound`, or `Conflict` for the active one."""
        self.release(release_id)
        if release_id == self.active:
            raise Conflict("This release is the active one; activate another first.")
        return replace(
            self,
            version=self.version + 1,
            previous=None if release_id == self.previous else self.previous,
            releases=tuple(one for one in self.releases if one.id != release_id),
        )

    def emptied(self) -> "Site":
        """Without any release."""
        return Site(version=self.version + 1) if self.releases else self

    def _switched(self, release_id: str) -> "Site":
        return replace(self, active=release_id, previous=self.active)

    def _pruned(self, keep: int, *, but: str | None = None) -> "Site":
        """The newest `keep` releases stay, and with them whatever is needed for a rollback."""
        newest = {release.id for release in self.releases[-max(keep, 1) :]}
        needed = newest | {self.active, self.previous, but}
        return replace(self, releases=tuple(one for one in self.releases if one.id in needed))
