"""The site: uploading releases, switching between them, and finding what answers a path.

The database says which releases there are and which is active. A replica remembers
it for a second at most, and less where it hears of a change; before it says that
something isn't there, it looks again.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import datetime

from backpack_api.domain.events import SITE_CHANGED
from backpack_api.domain.json_text import JsonObject
from backpack_api.domain.moments import in_milliseconds
from backpack_api.domain.releases import ReleaseLimits
from backpack_api.domain.site_paths import Located, Moved, locate
from backpack_api.domain.sites import Release, Site
from backpack_api.logs import FIELDS
from backpack_api.problems import NotFound, Problem, StoreUnavailable
from backpack_api.services.background import end, keep
from backpack_api.services.configuration import LiveConfiguration
from backpack_api.services.events import EventService
from backpack_api.services.retries import attempts
from backpack_api.stores.release_files import Incoming, ReleaseFiles, Unpacked
from backpack_api.stores.release_pack import OpenRelease, SiteFile
from backpack_api.stores.sites import SiteStore
from backpack_api.stores.volume import Volume

REMEMBER_SECONDS = 1.0
AWAY_SECONDS = 5.0
"""How long a database that didn't answer isn't asked again for the site's sake."""
SWEEP_SECONDS = 60.0
WRITE_BYTES = 512 * 1024
"""An upload reaches the disk in pieces of about this size."""
READ_BYTES = 64 * 1024

log = logging.getLogger("backpack_api.sites")


@dataclass(frozen=True, slots=True)
class Found:
    """The file that answers a path."""

    release: OpenRelease
    file: SiteFile
    located: Located


class SiteService:
    """The site of one backpack."""

    def __init__(
        self,
        *,
        store: SiteStore,
        volume: Volume,
        live: LiveConfiguration,
        events: EventService,
        new_id: Callable[[], str],
        now: Callable[[], datetime],
        limits: ReleaseLimits | None = None,
    ) -> None:
        self.limits = limits or ReleaseLimits()
        self._store = store
        self._volume = volume
        self._files = ReleaseFiles(volume.directory)
        self._live = live
        self._events = events
        self._new_id = new_id
        self._now = now
        # Unpacking takes a core: one after the other, and the rest for requests.
        self._unpacking = asyncio.Semaphore(1)
        self._known: Site | None = None
        self._known_until = float("-inf")
        self._away_until = float("-inf")
        self._changes = 0
        self._opened: OpenRelease | None = None
        self._opening = asyncio.Lock()
        self._task: asyncio.Task[None] | None = None
        events.on(SITE_CHANGED, lambda _: self._forget())
        events.on_gap(self._forget)

    # Administrators' side.

    async def releases(self) -> list[JsonObject]:
        """Every release, the newest first: `{id, createdAt, by, size, files, …, active}`."""
        site = await self._store.read()
        return [one.to_json_object(active=one.id == site.active) for one in reversed(site.releases)]

    async def create_release(
        self,
        upload: AsyncIterator[bytes],
        by: str,
        *,
        activate: bool = True,
        limits: ReleaseLimits | None = None,
    ) -> JsonObject:
        """Make a release of a ZIP, and activate it; within other limits than the usual where
        they are given. Raises `InvalidValue` where the ZIP is not
        a site, `TooLarge`, `InsufficientStorage`; then nothing has changed."""
        release_id = self._new_id()
        incoming = await self._volume.run(lambda: self._files.begin(release_id, limits or self.limits))
        try:
            await self._receive(incoming, upload)
            async with self._unpacking:
                unpacked = await self._volume.run(incoming.unpack)
            await self._volume.run(incoming.publish)
        finally:
            # Shielded: what a client that went away has left is removed all the same.
            await asyncio.shield(self._volume.run(incoming.discard))
        release = self._release(release_id, by, unpacked)
        # From here on the release may be known, even where the outcome isn't: so its
        # files stay, and the sweep removes them once nobody has named them for a while.
        keep = self._live.current.keep_releases
        site = await self._change(lambda site: site.with_release(release, activate=activate, keep=keep))
        return release.to_json_object(active=site.active == release_id)

    async def activate(self, release_id: str) -> JsonObject:
        """Switch to a release. Raises `NotFound`."""
        # What nobody knows of is no name of a folder either.
        (await self._store.read()).release(release_id)
        if await self._volume.run(lambda: self._files.open(release_id)) is None:
            raise NotFound("There is no such release.")
        keep = self._live.current.keep_releases
        site = await self._change(lambda site: site.activated(release_id, keep=keep))
        return site.release(release_id).to_json_object(active=True)

    async def delete(self, release_id: str) -> None:
        """Delete a release. Raises `NotFound`, and `Conflict` for the active one."""
        await self._change(lambda site: site.without(release_id))

    async def clear(self) -> None:
        """Remove every release: visitors see the landing page."""
        await self._change(lambda site: site.emptied())

    # Visitors' side.

    async def find(self, path: str) -> Found | Moved | None:
        """What answers a path below `/site/`; None while there is no release. Raises `NotFound`."""
        site = await self._current()
        answer = await self._answer(site, path)
        if isinstance(answer, Moved) or (isinstance(answer, Found) and not answer.located.stands_in):
            return answer
        # It isn't there: perhaps only because another replica has switched since.
        latest = await self._current(look=True)
        if latest.active != site.active:
            answer = await self._answer(latest, path)
        if answer is None and latest.active is not None:
            if await self._open(latest.active) is None:
                raise StoreUnavailable("files volume")
            raise NotFound("There is no such file on this site.")
        return answer

    async def read(self, release: OpenRelease, at: int, size: int) -> bytes:
        """Bytes of a release's pack."""
        return await self._volume.run(lambda: release.read(at, size))

    async def stream(self, release: OpenRelease, at: int, size: int) -> AsyncIterator[bytes]:
        """The same, in pieces."""
        for start in range(at, at + size, READ_BYTES):
            yield await self.read(release, start, min(READ_BYTES, at + size - start))

    async def active_release(self) -> OpenRelease | None:
        """The release that is served, None where there is none: for an export."""
        site = await self._current(look=True)
        return await self._open(site.active) if site.active else None

    # Background.

    def start(self) -> None:
        self._task = keep(self._keep_sweeping)

    async def close(self) -> None:
        if self._task is not None:
            await end(self._task)

    async def sweep(self) -> None:
        """Remove what crashes have left on the volume."""
        abandoned = await self._volume.run(self._files.clear_abandoned)
        # First what is on the volume, then what is known: a release is put there before.
        untouched = await self._volume.run(self._files.untouched)
        site = await self._store.read()
        if site.version == 0:
            return  # a database that knows of no site is no reason to delete one
        unknown = [release_id for release_id in untouched if release_id not in site.ids]
        for release_id in unknown:
            await self._remove(release_id)
        if abandoned or unknown:
            log.info("removed what uploads left", extra={FIELDS: {"count": len(abandoned) + len(unknown)}})

    async def _keep_sweeping(self) -> None:
        while True:
            try:
                await self.sweep()
            except Problem as problem:
                log.info("sweeping failed", extra={FIELDS: {"cause": problem.detail}})
            await asyncio.sleep(SWEEP_SECONDS)

    async def _receive(self, incoming: Incoming, upload: AsyncIterator[bytes]) -> None:
        pieces: list[bytes] = []
        size = 0
        async for piece in upload:
            pieces.append(piece)
            size += len(piece)
            if size >= WRITE_BYTES:
                await self._write(incoming, pieces)
                pieces, size = [], 0
        await self._write(incoming, pieces)

    async def _write(self, incoming: Incoming, pieces: list[bytes]) -> None:
        await self._volume.run(lambda: incoming.write(b"".join(pieces)))

    def _release(self, release_id: str, by: str, unpacked: Unpacked) -> Release:
        return Release(
            id=release_id,
            created_at=in_milliseconds(self._now()),
            by=by,
            size=unpacked.archive_bytes,
            files=unpacked.files,
            unpacked=unpacked.bytes,
            sha256=unpacked.sha256,
        )

    async def _change(self, change: Callable[[Site], Site]) -> Site:
        """Apply a change to the latest version, again where another one came first; then
        tell all replicas, and remove the releases that are no more."""
        async for _ in attempts():
            before = await self._store.read()
            after = change(before)
            if after is before or await self._store.replace(after):
                break
        self._forget()
        self._events.publish(SITE_CHANGED, {"active": after.active})
        for release_id in before.ids - after.ids:
            await self._remove(release_id)
        return after

    async def _remove(self, release_id: str) -> None:
        await self._volume.run(lambda: self._files.remove(release_id))

    def _forget(self) -> None:
        self._changes += 1
        self._known_until = float("-inf")

    async def _current(self, *, look: bool = False) -> Site:
        """The site as it is, or was a moment ago. While the database is away it is the one
        that was known last: a site needs nobody's data to be shown."""
        clock = asyncio.get_running_loop().time
        now = clock()
        if self._known is not None and now < (self._away_until if look else self._known_until):
            return self._known
        changes = self._changes
        try:
            site = await self._store.read()
        except StoreUnavailable:
            if self._known is None:
                raise
            # Finding out took seconds; the next visitors need not wait as long.
            self._known_until = self._away_until = clock() + AWAY_SECONDS
            return self._known
        if changes == self._changes:
            self._known, self._known_until = site, now + REMEMBER_SECONDS
        return site

    async def _answer(self, site: Site, path: str) -> Found | Moved | None:
        release = await self._open(site.active) if site.active is not None else None
        if release is None:
            return None
        located = locate(path, release.files, spa=self._live.current.spa)
        if isinstance(located, Located):
            return Found(release, release.files[located.path], located)
        return located

    async def _open(self, release_id: str) -> OpenRelease | None:
        """The release, None where its files aren't there."""
        async with self._opening:
            if self._opened is None or self._opened.id != release_id:
                opened = await self._volume.run(lambda: self._files.open(release_id))
                if opened is None:
                    return None
                self._opened = opened
            return self._opened
