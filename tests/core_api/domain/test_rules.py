"""The table of rules: who may do what."""

import pytest

from backpack_api.domain.rules import Rule, Rules, check_change, check_verb, check_visible
from backpack_api.problems import NotAllowed, NotFound, NotSignedIn, Problem

OWNER, OTHER = "owner", "other"


def outcome(rule: Rule, user_id: str | None, *, read: Rule = Rule.USER) -> type[Problem] | None:
    """What happens when the caller changes a document of OWNER's."""
    rules = Rules(read=read, update=rule)
    try:
        check_verb(rule, user_id)
        check_change(rules, rule, user_id, OWNER)
    except Problem as problem:
        return type(problem)
    return None


@pytest.mark.parametrize(
    ("rule", "nobody", "other", "owner"),
    [
        (Rule.PUBLIC, None, None, None),
        (Rule.USER, NotSignedIn, None, None),
        (Rule.OWNER, NotSignedIn, NotAllowed, None),
        (Rule.NONE, NotSignedIn, NotAllowed, NotAllowed),
    ],
)
def test_a_change(rule: Rule, nobody: type[Problem], other: type[Problem], owner: type[Problem]) -> None:
    assert outcome(rule, None) is nobody
    assert outcome(rule, OTHER) is other
    assert outcome(rule, OWNER) is owner


@pytest.mark.parametrize(
    ("read", "refused"),
    [(Rule.PUBLIC, NotAllowed), (Rule.USER, NotAllowed), (Rule.OWNER, NotFound), (Rule.NONE, NotFound)],
)
def test_a_refused_change_tells_only_of_what_can_be_read(read: Rule, refused: type[Problem]) -> None:
    assert outcome(Rule.OWNER, OTHER, read=read) is refused


def test_reading_by_owner_hides_what_others_own() -> None:
    rules = Rules(read=Rule.OWNER)
    check_visible(rules, OWNER, OWNER)
    for user_id, owner_id in ((OTHER, OWNER), (OTHER, None), (None, None)):
        with pytest.raises(NotFound):
            check_visible(rules, user_id, owner_id)


def test_a_document_without_an_owner_is_nobodys() -> None:
    rules = Rules()
    with pytest.raises(NotAllowed):
        check_change(rules, rules.update, OTHER, None)
