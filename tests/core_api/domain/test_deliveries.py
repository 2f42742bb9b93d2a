"""What a subscriber is told of a change."""

from typing import Any

import pytest

from backpack_api.domain.deliveries import Change, Form, LatestChanges, Matches, form_of, form_of_late
from backpack_api.domain.filters import parse_filter


def document(version: int = 1, owner: str | None = "ada", **data: Any) -> dict[str, Any]:
    return {"id": "d1", "ownerId": owner, "version": version, **data}


@pytest.mark.parametrize(
    ("type_", "before", "after", "form"),
    [
        ("create", False, True, Form.WHOLE),
        ("create", False, False, None),
        ("update", True, True, Form.WHOLE),
        ("update", False, True, Form.WHOLE),
        ("update", True, False, Form.LEFT),
        ("update", False, False, None),
        ("delete", True, False, Form.WHOLE),
        ("delete", False, False, None),
    ],
)
def test_the_form_follows_from_what_is_seen(type_: str, before: bool, after: bool, form: Form | None) -> None:
    assert form_of(type_, Matches(before, after)) is form


@pytest.mark.parametrize(
    ("before", "latest", "form"),
    [(True, False, Form.LEFT), (True, True, None), (False, False, None), (False, True, None)],
)
def test_what_comes_late_is_only_told_where_the_document_has_left(
    before: bool, latest: bool, form: Form | None
) -> None:
    assert form_of_late(Matches(before, True), Matches(True, latest)) is form


def test_a_filter_is_asked_of_both_documents() -> None:
    done = parse_filter({"done": True})
    change = Change("update", document(1, done=False), document(2, done=True))
    assert Matches.of(done, change) == Matches(False, True)
    assert Matches.of(done, Change("create", None, document(done=True))) == Matches(False, True)


def test_an_owner_sees_his_own_and_who_gets_it_does_from_then_on() -> None:
    change = Change("update", document(1, "ada"), document(2, "grace"))
    matches = Matches(True, True)
    assert change.owners == {"ada", "grace"}
    assert matches.for_owner(change, "ada") == Matches(True, False)
    assert matches.for_owner(change, "grace") == Matches(False, True)
    assert matches.for_owner(change, "bob") == Matches(False, False)


def test_an_older_change_is_known_as_such() -> None:
    latest = LatestChanges()
    second = Change("update", document(2), document(3))
    first = Change("update", document(1), document(2))
    removed = Change("delete", document(3), None)
    assert latest.later_than("tasks", second, 10) is None
    assert latest.later_than("tasks", first, 10) is second
    assert latest.later_than("others", first, 10) is None
    assert latest.later_than("tasks", removed, 10) is None
    assert latest.later_than("tasks", second, 10) is removed


def test_what_is_remembered_is_bounded() -> None:
    latest = LatestChanges(max_bytes=25, max_documents=100)
    newer = [Change("update", None, {**document(2), "id": f"d{number}"}) for number in range(3)]
    for change in newer:
        assert latest.later_than("tasks", change, 10) is None
    older = [Change("update", None, {**document(1), "id": f"d{number}"}) for number in range(3)]
    assert latest.later_than("tasks", older[2], 10) is newer[2]
    assert latest.later_than("tasks", older[0], 10) is None
