"""Entity tags in `If-Match` and `If-None-Match`."""

import pytest

from backpack_api.domain.preconditions import Preconditions, matches
from backpack_api.problems import PreconditionFailed


@pytest.mark.parametrize(
    ("header", "strong", "weak"),
    [
        ('"3"', True, True),
        ('W/"3"', False, True),
        ('"1", W/"2", "3"', True, True),
        ("*", True, True),
        (" * ", True, True),
        ('"4"', False, False),
        ("3", False, False),
        ("", False, False),
        ('"03"', False, False),
        ('"1","3"', True, True),
        ('"3", ', True, True),
        ('w/"3"', False, False),
        ('"3"x', False, False),
        ('"1" "3"', False, False),
        ('"1", 3, "3"', False, False),
        ('*, "4"', False, False),
    ],
)
def test_what_names_version_3(header: str, strong: bool, weak: bool) -> None:
    assert matches(header, 3, weak=False) is strong
    assert matches(header, 3, weak=True) is weak


def test_without_headers_everything_goes() -> None:
    Preconditions().check_write(3)
    assert Preconditions().check_read(3) is False


def test_a_write_fails_for_another_version() -> None:
    with pytest.raises(PreconditionFailed):
        Preconditions(if_match='"2"').check_write(3)
    with pytest.raises(PreconditionFailed):
        Preconditions(if_none_match="*").check_write(3)


def test_a_read_of_a_known_version_is_not_sent() -> None:
    assert Preconditions(if_none_match='"3"').check_read(3) is True
