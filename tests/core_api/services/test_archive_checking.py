"""Whatever bytes an archive is made of: it is taken, or refused with a problem."""

import hashlib
import io
import json
import random
import zipfile
from pathlib import Path

import pytest

from backpack_api.domain import archives
from backpack_api.domain.releases import ReleaseLimits
from backpack_api.problems import Problem
from backpack_api.services.archives.checking import Contents, check_archive
from backpack_api.stores import archive_reader
from backpack_api.stores.archive_reader import open_reader
from support.site_zips import site_zip

MOMENT = "2026-01-31T23:59:59.123Z"
ID = "01a20f49-2ebd-7000-8ec8-f9bfad70abc7"


def lines(*records: dict[str, object]) -> bytes:
    return b"".join(json.dumps(record, separators=(",", ":")).encode() + b"\n" for record in records)


JUNK: list[object] = [None, True, 0, -1, 2**70, 1.5, "", "x", "\0", "../x", "x" * 300, [], [1], {}, {"a": {}}]


def good_entries() -> dict[str, bytes]:
    system = {"id": ID, "createdAt": MOMENT, "updatedAt": MOMENT}
    content = b"a file" * 50
    digest = hashlib.sha256(content).hexdigest()
    user = {
        **system,
        "email": "ada@example.com",
        "profile": {"a": 1},
        "version": 1,
        "disabled": False,
        "passwordHash": "$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHQ$aGFzaA",
    }
    rules = {"read": "user", "create": "user", "update": "owner", "delete": "owner"}
    file = {
        **system,
        "ownerId": ID,
        "bucket": "default",
        "filename": "a.txt",
        "contentType": "text/plain",
        "size": len(content),
        "sha256": digest,
        "public": False,
    }
    index = {"keys": ["n"], "unique": True}
    collection = {"name": "tasks", "rules": rules, "schema": {"type": "object"}, "indexes": [index]}
    return {
        archives.USERS: lines(user),
        archives.COLLECTIONS: lines(collection),
        archives.documents_entry("tasks"): lines({**system, "ownerId": None, "version": 3, "n": [1, "x"]}),
        archives.content_entry(ID): content,
        archives.FILES: lines(file),
        archives.SITE: site_zip({"a.js": "1" * 500}),
    }


def archive_of(entries: dict[str, bytes]) -> bytes:
    """With a manifest that tells of these entries rightly."""
    tallies = {
        name: archives.Tally(hashlib.sha256(text).hexdigest(), text.count(b"\n"))
        for name, text in entries.items()
    }
    manifest = archives.manifest_of(name="todo", uid="u", made_by="0", at=MOMENT, entries=tallies)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in {**entries, archives.MANIFEST: json.dumps(manifest).encode()}.items():
            archive.writestr(name, text)
    return out.getvalue()


def check(path: Path, archive: bytes) -> Contents:
    path.write_bytes(archive)
    with open_reader(path) as reader:
        return check_archive(reader, path.with_suffix(".site"), ReleaseLimits(), nested_arrays=True)


def mutated(archive: bytes, chance: random.Random) -> bytes:
    data = bytearray(archive)
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(data))
        match chance.randrange(5):
            case 0:
                data[at] = chance.randrange(256)
            case 1:
                del data[at : at + chance.randint(1, 40)]
            case 2:
                data[at:at] = chance.randbytes(chance.randint(1, 40))
            case 3:
                data[at : at + 4] = chance.choice([b"\xff" * 4, b"\0" * 4, b"PK\x05\x06", b"PK\x01\x02"])
            case _:
                other = chance.randrange(len(data))
                data[at : at + 30] = data[other : other + 30]
    return bytes(data)


def test_a_good_one_is_taken(tmp_path: Path) -> None:
    contents = check(tmp_path / "x.zip", archive_of(good_entries()))
    assert (contents.users, contents.documents, contents.files, contents.has_site) == (1, 1, 1, True)
    assert [one.name for one in contents.collections] == ["tasks"]
    assert not (tmp_path / "x.site").exists()


def is_taken(path: Path, archive: bytes) -> bool:
    """False where it is refused; any other exception is a failure."""
    try:
        check(path, archive)
    except Problem as problem:
        if problem.status >= 500:
            raise
        return False
    return True


@pytest.mark.parametrize("seed", range(20))
def test_no_bytes_are_more_than_a_problem(tmp_path: Path, seed: int) -> None:
    chance, archive = random.Random(seed), archive_of(good_entries())
    taken = [is_taken(tmp_path / "x.zip", mutated(archive, chance)) for _ in range(60)]
    assert taken.count(False) > 30


@pytest.mark.parametrize(
    "name", [archives.USERS, archives.COLLECTIONS, archives.FILES, "documents/tasks.ndjson"]
)
def test_no_values_are_more_than_a_problem(tmp_path: Path, name: str) -> None:
    entries = good_entries()
    record = json.loads(entries[name])
    taken = []
    for key in record:
        for value in JUNK:
            changed = {**entries, name: lines({**record, key: value})}
            taken.append(is_taken(tmp_path / "x.zip", archive_of(changed)))
        without = {one: value for one, value in record.items() if one != key}
        taken.append(is_taken(tmp_path / "x.zip", archive_of({**entries, name: lines(without)})))
    assert taken.count(False) > len(taken) / 2


def test_more_than_it_should_unpack_to_is_refused_before_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As it is, no honest archive comes to it.
    monkeypatch.setattr(archive_reader, "MAX_RATIO", 200)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(archives.MANIFEST, b"{}")
        archive.writestr(archives.USERS, bytes(archives.RATIO_FREE_BYTES + 1))
    with pytest.raises(Problem, match="unpacks to more"):
        check(tmp_path / "x.zip", out.getvalue())
