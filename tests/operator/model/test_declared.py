"""What a change of spec.collections takes out, in sentences."""

import pytest

from backpack_contract.configuration import DeclaredCollection, DeclaredIndex
from backpack_operator.model.declared import Declared, released

TASKS = Declared("tasks", ("ownerId,-done", "title unique"), schema=True)
NOTES = Declared("notes")
MANY = [Declared(f"collection-{number:03}", ("a", "b"), schema=True) for number in range(50)]


@pytest.mark.parametrize(
    ("before", "now", "sentences"),
    [
        ([], [TASKS], []),
        ([TASKS, NOTES], [NOTES, TASKS], []),
        ([TASKS, NOTES], [TASKS], ["The collection `notes` is no longer declared: its documents"]),
        (
            [TASKS],
            [Declared("tasks", ("title unique",))],
            ["The index on ownerId,-done of `tasks` is", "The schema of `tasks`"],
        ),
        (
            [TASKS],
            [Declared("tasks", ("ownerId,-done", "title"), schema=True)],
            ["No longer unique, so that several documents may have the same: title of `tasks`."],
        ),
        # As it was kept before it was known of indexes whether they are unique.
        ([Declared("tasks", ("title",))], [Declared("tasks", ("title unique",))], []),
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


def test_everything_is_named_within_what_a_condition_takes() -> None:
    (gone,) = released(MANY, [])
    assert all(f"`{one.name}`" in gone for one in MANY)
    indexes, schemas = released(MANY, [Declared(one.name) for one in MANY])
    assert all(f"on {keys} of `{one.name}`" in indexes for one in MANY for keys in one.indexes)
    assert all(f"`{one.name}`" in schemas for one in MANY)
    assert max(len(gone), len(" ".join([indexes, schemas]))) <= 4096
