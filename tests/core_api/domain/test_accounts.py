"""E-mail addresses and passwords."""

import pytest

from backpack_api.domain.accounts import (
    MAX_PASSWORD_LENGTH,
    canonical_email,
    canonical_password,
    check_new_password,
)
from backpack_api.problems import InvalidValue


@pytest.mark.parametrize(
    ("given", "canonical"),
    [
        ("Ada@Example.COM", "ada@example.com"),
        ("ada+todo@corp.internal", "ada+todo@corp.internal"),
        ("ada@example.test", "ada@example.test"),
        ("ada", None),
        ("ada@", None),
        ("@example.com", None),
        ("ada@localhost", None),
        ("ada@exa mple.com", None),
        ("ada@example.com\n", None),
        ("ada@example.com, eve@example.com", None),
        ("Ada <ada@example.com>", None),
        ("a" * 65 + "@example.com", None),
        ("", None),
    ],
)
def test_an_address_has_one_form(given: str, canonical: str | None) -> None:
    assert canonical_email(given) == canonical


def test_a_password_is_the_same_however_it_was_typed() -> None:
    composed, decomposed = "gr\u00f6\u00dfer wald", "gro\u0308\u00dfer wald"
    assert check_new_password(composed, "a@b.c", 10) == check_new_password(decomposed, "a@b.c", 10)


def test_what_follows_the_longest_password_makes_another_one() -> None:
    longest = check_new_password("abcd" * (MAX_PASSWORD_LENGTH // 4), "a@b.c", 10)
    assert canonical_password(longest) == longest
    assert canonical_password(longest + "e") != longest


def test_a_password_stays_short_however_its_characters_expand() -> None:
    assert len(canonical_password("\ufdfa" * 4096)) <= MAX_PASSWORD_LENGTH + 1


@pytest.mark.parametrize(
    "password", ["", "123456789", "ababababababab", "x" * 2000, "\ufdfa" * 300, "ada@example.com"]
)
def test_a_weak_password_is_refused(password: str) -> None:
    with pytest.raises(InvalidValue):
        check_new_password(password, "ada@example.com", 10)
