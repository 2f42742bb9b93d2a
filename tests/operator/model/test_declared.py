"""What a change of spec.collections takes out, in sentences."""

import pytest

from backpack_contract.configuration import DeclaredCollection, DeclaredIndex
from backpack_operator.model.declared import Declared, released

TASKS = Declared("tasks", ("ownerId,-done", "title"), schema=True)
NOTES = Declared("notes")


@pytest.mark.parametrize(
    ("before", "now", "sentences"),
    [
        ([], [TASKS], []),
        ([TASKS, NOTES], [NOTES, TASKS], []),
        ([TASKS, NOTES], [TASKS], ["The collection `notes` is no longer declared: its documents"]),
        (
            [TASKS],
            [Declared("tasks", ("title",))],
            ["The index on ownerId,-done of `tasks`", "The schema of `tasks`"],
        ),
        ([TASKS], [], ["The collection `tasks`"]),
    ],
)
def test_released(before: list[Declared], now: list[Declared], sentences: list[str]) -> None:
    told = released(before, now)
    assert [said[: len(begin)] for said, begin in zip(told, sentences, strict=True)] == sentences


def test_what_is_kept_in_the_status_is_read_again() -> None:
    collection = DeclaredCollection(
        name="tasks",
        indexes=(DeclaredIndex(keys=("ownerId", "-done")), DeclaredIndex(keys=("title",), unique=True)),
        schema={"type": "object"},
    )
    assert Declared.of(collection) == TASKS
    assert [Declared.parse(one.to_dict()) for one in (TASKS, NOTES)] == [TASKS, NOTES]
