"""What becomes of a name. The table of names is tested over HTTP; here is what holds for all."""

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from backpack_api.domain.file_headers import disposition
from backpack_api.domain.file_names import FALLBACK, MAX_BYTES, clean_name, name_of_part

NAMES = st.text(st.one_of(st.characters(), st.sampled_from("/\\.. \u202e\u2066\u200d%\"'🎒a")), max_size=400)


@given(NAMES)
def test_a_name_is_one_segment_of_at_most_255_bytes_that_can_be_seen(name: str) -> None:
    cleaned = clean_name(name)
    assert len(cleaned.encode()) <= MAX_BYTES
    assert not set(cleaned) & set("/\\\0")
    assert cleaned not in {".", ".."}
    kinds = {unicodedata.category(one) for one in cleaned if one not in "\u200c\u200d"}
    assert not kinds & {"Cc", "Cf", "Cs", "Zl", "Zp"}


@given(NAMES)
def test_a_clean_name_stays_as_it_is(name: str) -> None:
    assert clean_name(clean_name(name)) == clean_name(name)


@given(st.binary(max_size=400))
def test_a_part_always_has_a_name(raw: bytes) -> None:
    name = name_of_part(raw)
    assert name
    assert name == FALLBACK or clean_name(name) == name


@given(NAMES)
def test_any_name_can_stand_in_a_header(name: str) -> None:
    header = disposition(clean_name(name) or FALLBACK, "text/plain")
    assert header.isascii()
    assert header.isprintable()
    assert header.count('"') == 2
