"""Looking at all of an archive before anything is changed. Blocks, for as long as it takes
to read it: call it by `Volume.run`."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from backpack_api.domain import archives
from backpack_api.domain.archives import Distinct, Tally, broken, check_id, parse_line, read_document
from backpack_api.domain.collections import MAX_COLLECTIONS, Collection
from backpack_api.domain.files import StoredFile, file_from_json_object
from backpack_api.domain.releases import ReleaseLimits, check_entries
from backpack_api.problems import Problem
from backpack_api.services.archives.records import collection_of_record, user_of_record
from backpack_api.stores.archive_reader import ArchiveReader
from backpack_api.stores.zip_archives import open_archive


@dataclass(frozen=True, slots=True)
class Contents:
    """What a good archive holds."""

    collections: tuple[Collection, ...]
    users: int
    documents: int
    files: int
    has_site: bool


def check_archive(
    reader: ArchiveReader, work: Path, limits: ReleaseLimits, *, nested_arrays: bool
) -> Contents:
    """What is in the archive. Raises `InvalidValue` with what is wrong; `work` is a path
    that can be written to meanwhile."""
    tallies = archives.read_manifest(reader.text(archives.MANIFEST, archives.MAX_MANIFEST_BYTES))
    users = _check_users(reader, tallies, nested_arrays=nested_arrays)
    collections = _check_collections(reader, tallies)
    documents = sum(
        _check_documents(reader, tallies, one.name, nested_arrays=nested_arrays) for one in collections
    )
    known = {archives.MANIFEST, archives.USERS, archives.COLLECTIONS, archives.FILES}
    known |= {archives.documents_entry(one.name) for one in collections}
    files = 0
    ids = Distinct()
    for file in files_of(reader, tallies):
        ids.add(file.id)
        known.add(archives.content_entry(file.id))
        _check_content(reader, file)
        files += 1
    if ids.has_two():
        raise broken("two of its files have one id")
    has_site = archives.SITE in reader.names
    if has_site:
        known.add(archives.SITE)
        _check_site(reader, tallies, work, limits)
    unknown = reader.names - known
    if unknown:
        raise broken(f"it has an entry that doesn't belong there: `{min(unknown)[:80]}`")
    return Contents(tuple(collections), users, documents, files, has_site)


def files_of(reader: ArchiveReader, tallies: dict[str, Tally] | None) -> Iterator[StoredFile]:
    """The files that the archive lists."""
    for number, line in enumerate(_lines(reader, tallies, archives.FILES), 1):
        where = f"`{archives.FILES}` line {number}"
        try:
            file = file_from_json_object(parse_line(line, where))
        except Problem as problem:
            raise broken(f"{where}: {problem.detail}") from problem
        check_id(file.id, where)
        yield file


def _check_users(reader: ArchiveReader, tallies: dict[str, Tally], *, nested_arrays: bool) -> int:
    ids, emails, count = Distinct(), Distinct(), 0
    for number, line in enumerate(_lines(reader, tallies, archives.USERS), 1):
        where = f"`{archives.USERS}` line {number}"
        stored = user_of_record(parse_line(line, where), where, nested_arrays=nested_arrays)
        ids.add(stored.user.id)
        emails.add(stored.user.email)
        count += 1
    if ids.has_two() or emails.has_two():
        raise broken("two of its users have one id or e-mail address; export again")
    return count


def _check_collections(reader: ArchiveReader, tallies: dict[str, Tally]) -> list[Collection]:
    collections: list[Collection] = []
    for number, line in enumerate(_lines(reader, tallies, archives.COLLECTIONS), 1):
        where = f"`{archives.COLLECTIONS}` line {number}"
        collections.append(collection_of_record(parse_line(line, where), where))
        if number > MAX_COLLECTIONS:
            raise broken(f"it has more than {MAX_COLLECTIONS} collections")
    if len({one.name for one in collections}) < len(collections):
        raise broken("two of its collections have one name")
    return collections


def _check_documents(
    reader: ArchiveReader, tallies: dict[str, Tally], collection: str, *, nested_arrays: bool
) -> int:
    name = archives.documents_entry(collection)
    ids, count = Distinct(), 0
    for number, line in enumerate(_lines(reader, tallies, name), 1):
        where = f"`{name}` line {number}"
        ids.add(read_document(parse_line(line, where), where, nested_arrays=nested_arrays).id)
        count += 1
    if ids.has_two():
        raise broken(f"two documents of `{collection}` have one id")
    return count


def _check_content(reader: ArchiveReader, file: StoredFile) -> None:
    name = archives.content_entry(file.id)
    if name in reader.names and reader.size(name) != file.size:
        raise broken(f"`{name}` has another size than it should")
    digest = hashlib.sha256()
    for chunk in reader.chunks(name):
        digest.update(chunk)
    if digest.hexdigest() != file.sha256:
        raise broken(f"`{name}` has another checksum than it should")


def _check_site(reader: ArchiveReader, tallies: dict[str, Tally], work: Path, limits: ReleaseLimits) -> None:
    """As far as it can be told without unpacking it."""
    limits.check_archive(reader.size(archives.SITE))
    digest = hashlib.sha256()
    with work.open("wb") as file:
        for chunk in reader.chunks(archives.SITE):
            digest.update(chunk)
            file.write(chunk)
    tally = tallies.get(archives.SITE)
    if tally is None or tally.sha256 != digest.hexdigest():
        raise broken(f"`{archives.SITE}` is not what was exported")
    with open_archive(work, limits) as archive:
        check_entries(archive.entries, work.stat().st_size, limits)
    work.unlink()


def _lines(reader: ArchiveReader, tallies: dict[str, Tally] | None, name: str) -> Iterator[bytes]:
    if tallies is None:
        return reader.lines(name)
    if name not in tallies:
        raise broken(f"its `{archives.MANIFEST}` doesn't tell of `{name}`")
    return reader.lines(name, tallies[name])
