"""Quantities are numbers, whatever words they come in."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backpack_operator.model.quantities import larger, quantity, same_quantity, smaller


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1000m", "1"),
        ("0.5", "0.5"),
        (".5", "0.5"),
        ("1Gi", "1073741824"),
        ("1024Mi", "1073741824"),
        ("1e3", "1000"),
        ("1E", "1000000000000000000"),
        ("1E3", "1000"),
        ("-2k", "-2000"),
        (3, "3"),
        ("1e999999999", "9223372036854775807"),
        ("8Ei", "9223372036854775807"),
    ],
)
def test_known_quantities(text: str | int, number: str) -> None:
    assert quantity(text) == Decimal(number)


@pytest.mark.parametrize("text", ["", "Gi", "1 Gi", "1gi", "1.2.3", "1Kim", "one", "1e"])
def test_what_is_no_quantity(text: str) -> None:
    with pytest.raises(ValueError, match="is not a quantity"):
        quantity(text)


@given(st.integers(0, 10**6))
def test_canonical_forms_are_the_same(number: int) -> None:
    assert same_quantity(f"{number}000m", str(number))
    assert same_quantity(f"{number * 1024}Mi", f"{number}Gi")
    assert not same_quantity(f"{number}Mi", f"{number + 1}Mi")


@given(st.integers(0, 1000), st.integers(0, 1000))
def test_larger_and_smaller(one: int, other: int) -> None:
    texts = (f"{one}Mi", f"{other}Mi")
    assert quantity(larger(*texts)) == max(one, other) * 2**20
    assert quantity(smaller(*texts)) == min(one, other) * 2**20
