"""Whatever bytes are uploaded: a site, or a sentence."""

import random
from pathlib import Path

import pytest

from backpack_api.domain.releases import ReleaseLimits
from backpack_api.problems import Problem
from backpack_api.stores.release_files import ReleaseFiles
from support.site_zips import directory_of, raw_zip, site_zip

LIMITS = ReleaseLimits(archive_bytes=1_000_000, unpacked_bytes=200_000, entries=50, ratio_free_bytes=100_000)
SEEDS = [
    site_zip({"a.txt": "some words " * 300, "b/c.bin": bytes(range(256))}),
    raw_zip([(b"index.html", b"page"), (b"a", b"content"), (b"docs/", b"")]),
    raw_zip([(b"index.html", b"page"), ("é".encode(), b"")], flags=0),
    directory_of(3),
]


def try_to_unpack(directory: Path, number: int, content: bytes) -> Problem | None:
    """What is said of an upload; what is made of it must be a whole release."""
    files = ReleaseFiles(directory)
    incoming = files.begin(str(number), LIMITS)
    try:
        incoming.write(content)
        unpacked = incoming.unpack()
        incoming.publish()
    except Problem as problem:
        return problem
    finally:
        incoming.discard()
    release = files.open(str(number))
    assert release is not None
    assert "index.html" in release.files
    assert len(release.files) == unpacked.files <= LIMITS.entries
    assert sum(file.content.size for file in release.files.values()) == unpacked.bytes
    assert unpacked.bytes <= LIMITS.unpacked_bytes
    files.remove(str(number))
    return None


def damaged(content: bytes, luck: random.Random) -> bytes:
    """The bytes with some of them changed, gone, doubled or replaced by another number."""
    data = bytearray(content)
    for _ in range(luck.choice([1, 1, 1, 2, 5])):
        at = luck.randrange(len(data))
        match luck.randrange(5):
            case 0:
                data[at] ^= 1 << luck.randrange(8)
            case 1:
                del data[at : at + luck.choice([1, 4, 30])]
            case 2:
                data[at:at] = data[at : at + luck.choice([1, 22, 46])]
            case 3:
                width = luck.choice([1, 2, 4])
                value = luck.choice([0, 1, 2 ** (8 * width) - 1])
                data[at : at + width] = value.to_bytes(width, "little")
            case _:
                data[at:] = data[luck.randrange(len(data)) :]
        if not data:
            break
    return bytes(data)


@pytest.mark.parametrize("seed", range(4))
def test_damaged_zips_are_refused_with_a_sentence_or_whole(tmp_path: Path, seed: int) -> None:
    luck = random.Random(seed)
    refusals = 0
    for number in range(1_000):
        problem = try_to_unpack(tmp_path, number, damaged(SEEDS[seed], luck))
        if problem is not None:
            refusals += 1
            assert problem.status in (413, 422)
            assert problem.detail
    assert refusals > 300
    assert list((tmp_path / "site" / "incoming").iterdir()) == []
    assert list((tmp_path / "site" / "releases").iterdir()) == []


def test_the_real_bytes_are_counted_and_not_the_told_ones(tmp_path: Path) -> None:
    """Entries that tell less than they hold, one of which would be too much."""
    entry = b"x" * 60_000
    for told in (0, 10, 60_000, 2**32 - 1):
        content = raw_zip(
            [(b"index.html", entry), (b"a", entry), (b"b", entry), (b"c", entry)], declared_size=told
        )
        assert try_to_unpack(tmp_path, 0, content) is not None
