"""Ids sort as they were made."""

import uuid

from hypothesis import given
from hypothesis import strategies as st

from backpack_api.domain.identifiers import IdentifierFactory


@given(
    st.lists(st.integers(1_700_000_000_000, 1_700_000_000_100), min_size=2, max_size=60),
    st.binary(min_size=8, max_size=8),
)
def test_ids_increase_whatever_the_clock_does(clock: list[int], entropy: bytes) -> None:
    ticks = iter(clock)
    new_id = IdentifierFactory(lambda: next(ticks), lambda _: entropy)
    made = [new_id() for _ in clock]
    assert made == sorted(set(made))


def test_ids_increase_also_within_a_millisecond() -> None:
    new_id = IdentifierFactory(lambda: 1_700_000_000_000, lambda count: b"\xff" * count)
    made = [new_id() for _ in range(10_000)]
    assert made == sorted(set(made))


def test_an_id_is_a_uuid_of_version_7() -> None:
    id_ = IdentifierFactory(lambda: 1_700_000_000_123, lambda count: b"\xff" * count)()
    parsed = uuid.UUID(id_)
    assert str(parsed) == id_
    assert parsed.version == 7
    assert parsed.variant == uuid.RFC_4122
    assert parsed.int >> 80 == 1_700_000_000_123
