"""Cursors come back as they went out, and nothing else is one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backpack_api.domain.cursors import decode_cursor, encode_cursor
from backpack_api.problems import InvalidValue

ids = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=36)


@given(ids)
def test_a_cursor_comes_back(after: str) -> None:
    cursor = encode_cursor(after)
    assert decode_cursor(cursor) == after
    assert cursor.replace("-", "").replace("_", "").isalnum()


@given(st.text(max_size=60))
def test_any_other_text_is_refused_or_a_position(text: str) -> None:
    try:
        after = decode_cursor(text)
    except InvalidValue:
        return
    assert isinstance(after, str)


@pytest.mark.parametrize("text", ["", "=", "WzIsImEiXQ", "WzEsIiJd", "e30", "W10", "x" * 513, "ä"])
def test_what_is_no_cursor_is_refused(text: str) -> None:
    with pytest.raises(InvalidValue):
        decode_cursor(text)
