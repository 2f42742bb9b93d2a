"""Releases come and go, and one of them is active."""

from datetime import UTC, datetime

import pytest

from backpack_api.domain.sites import Release, Site
from backpack_api.problems import Conflict, NotFound


def release(name: str) -> Release:
    return Release(name, datetime(2026, 1, 1, tzinfo=UTC), "ada", 10, 1, 20, "ab")


def site_of(names: str, *, keep: int = 5) -> Site:
    """A site to which these releases were uploaded, one after the other."""
    site = Site()
    for name in names:
        site = site.with_release(release(name), activate=True, keep=keep)
    return site


def names(site: Site) -> str:
    return "".join(one.id for one in site.releases)


def test_an_upload_is_active_and_the_one_before_is_what_to_go_back_to() -> None:
    site = site_of("ab")
    assert (names(site), site.active, site.previous, site.version) == ("ab", "b", "a", 2)


def test_an_upload_may_wait() -> None:
    site = site_of("a").with_release(release("b"), activate=False, keep=5)
    assert (names(site), site.active) == ("ab", "a")


def test_only_the_newest_stay() -> None:
    assert names(site_of("abcdefg", keep=3)) == "efg"
    assert names(site_of("abc", keep=1)) == "bc", "the one to go back to stays, whatever the number"
    assert names(site_of("abc", keep=0)) == "bc"


def test_what_is_active_stays_however_old() -> None:
    site = site_of("ab").activated("a", keep=5)
    for name in "cdef":
        site = site.with_release(release(name), activate=False, keep=2)
    assert (names(site), site.active, site.previous) == ("abef", "a", "b")


def test_a_rollback_is_an_activation() -> None:
    site = site_of("abc").activated("a", keep=5)
    assert (names(site), site.active, site.previous, site.version) == ("abc", "a", "c", 4)


def test_the_same_again_changes_nothing() -> None:
    site = site_of("ab")
    assert site.activated("b", keep=5) is site
    assert site.with_release(release("b"), activate=True, keep=5) is site


def test_a_fall_of_the_number_takes_effect_with_the_next_switch() -> None:
    assert names(site_of("abcde").activated("d", keep=2)) == "de"


def test_a_deleted_release_is_gone() -> None:
    site = site_of("abc").without("a")
    assert (names(site), site.active, site.previous) == ("bc", "c", "b")
    assert site.without("b").previous is None


def test_the_active_release_stays() -> None:
    with pytest.raises(Conflict, match="activate another"):
        site_of("ab").without("b")


def test_of_what_is_not_there_nothing_can_be_done() -> None:
    site = site_of("a")
    for change in (lambda: site.activated("x", keep=5), lambda: site.without("x"), lambda: site.release("x")):
        with pytest.raises(NotFound):
            change()
