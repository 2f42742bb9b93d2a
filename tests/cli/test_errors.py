"""Answers of the API as sentences."""

from typing import Any

import pytest

from backpack_cli.errors import from_problem

SHORT = "must have at least 8 characters"


@pytest.mark.parametrize(
    ("problem", "said"),
    [
        (
            {"detail": f"/password: {SHORT}", "errors": [{"path": "/password", "message": SHORT}]},
            f"password: {SHORT}",
        ),
        (
            {"detail": "It is too long.", "errors": [{"path": "", "message": "It is too long."}]},
            "It is too long.",
        ),
        (
            {
                "detail": "This can't be created as it is.",
                "errors": [
                    {"path": "name", "message": "Write a name."},
                    {"path": "/a/0/b", "message": "No."},
                ],
            },
            "This can't be created as it is.\n  name: Write a name.\n  a.0.b: No.",
        ),
        ({"detail": "Not so."}, "Not so."),
    ],
    ids=["of one field", "of no field", "of several", "without"],
)
def test_each_fault_is_said_once_and_without_pointers(problem: dict[str, Any], said: str) -> None:
    error = from_problem(422, problem)
    assert (error.message, error.problem) == (said, problem)
