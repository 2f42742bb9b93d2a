"""Places in the stream."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backpack_api.domain.sequences import Sequence, of_entry, parse_sequence

numbers = st.integers(min_value=0, max_value=10**9 - 1)


@given(st.builds(Sequence, numbers, numbers, numbers))
def test_what_is_written_can_be_read(sequence: Sequence) -> None:
    assert parse_sequence(str(sequence)) == sequence
    assert of_entry(sequence.entry, sequence.place) == sequence


@pytest.mark.parametrize(
    "text", ["", "1", "1-2", "1-2-3-4", "a-b-c", "1-2-3 ", "-1-2-3", "١-2-3", "1" * 99 + "-1-1"]
)
def test_anything_else_is_none(text: str) -> None:
    assert parse_sequence(text) is None


def test_they_are_in_the_order_of_the_stream() -> None:
    assert Sequence(9, 0, 0) < Sequence(10, 0, 0) < Sequence(10, 0, 1) < Sequence(10, 1, 0)
