"""The table of cases, and what the documentation makes of it."""

from backpack_images import capabilities


def test_every_capability_is_shown_by_a_case() -> None:
    assert capabilities.problems(capabilities.files()) == []


def test_the_documentation_s_table_is_what_the_cases_make() -> None:
    text = capabilities.PAGE.read_text()
    assert capabilities.page(text, capabilities.files()) == text, "run `make sdk-table`"


def test_a_capability_without_a_case_is_noticed() -> None:
    found = {
        "a": {
            "about": "A",
            "service": "db",
            "capabilities": {"collection.list": "lists", "collection.createMany": "many"},
            "cases": [{"case": "one", "shows": ["collection.createMany", "collection.fly"]}],
        }
    }
    assert capabilities.problems(found) == [
        "no case shows `collection.list`",
        "`collection.fly` is shown and is no capability",
    ]
    assert "| many | `collection.createMany` | `collection.create_many` | 1 |" in capabilities.table(found)
