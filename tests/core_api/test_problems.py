"""The exception tree: each problem has its own type, and the docstring lists it."""

from pathlib import Path

from backpack_api import problems
from backpack_api.problems import Fault, InvalidValue, TooManyRequests, all_problems


def test_every_problem_has_a_type_of_its_own_and_is_documented() -> None:
    slugs = [kind.slug for kind in all_problems()]
    assert len(slugs) == len(set(slugs))
    guide = (Path(__file__).parents[2] / "docs" / "api" / "problems.md").read_text()
    for kind in all_problems():
        assert f"{kind.status}  /problems/{kind.slug}" in (problems.__doc__ or "")
        assert f"`/problems/{kind.slug}`" in guide


def test_the_document_is_that_of_rfc_9457() -> None:
    problem = InvalidValue("wrong", errors=[Fault("/a", "is wrong")])
    assert problem.document() == {
        "type": "/problems/invalid-value",
        "title": "A value breaks a rule",
        "status": 422,
        "detail": "wrong",
        "errors": [{"path": "/a", "message": "is wrong"}],
    }


def test_retry_after_is_whole_seconds_and_never_too_soon() -> None:
    for given, answered in ((0.2, "1"), (1, "1"), (1.1, "2"), (60, "60")):
        assert TooManyRequests("wait", retry_after=given).headers["Retry-After"] == answered
