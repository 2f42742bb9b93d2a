"""The spec as it is read: every field, and the values that are written in words."""

from collections.abc import Callable

import pytest

from backpack_contract.configuration import BackpackConfiguration, DeclaredCollection, DeclaredIndex
from backpack_operator.model.backpack import Backpack
from backpack_operator.model.durations import whole_seconds
from backpack_operator.model.quantities import whole_bytes
from backpack_operator.model.spec import Placement
from backpack_operator.settings import Settings
from backpack_operator.specs.config_map import configuration

Make = Callable[..., Backpack]


def test_an_empty_spec_configures_the_api_as_it_is_by_default(
    make_backpack: Make, settings: Settings
) -> None:
    """The defaults of the schema, of the operator and of the API are the same."""
    made = configuration(make_backpack(), settings, [])
    assert made == BackpackConfiguration(
        name="todo",
        namespace="apps",
        uid=made.uid,
        site_origin="https://todo.example.com",
        api_origin="https://todo-api.example.com",
        secure_cookies=True,
        generation=3,
    )


def test_collections_are_read_with_their_defaults(make_backpack: Make) -> None:
    backpack = make_backpack(
        collections=[
            {"name": "tasks", "indexes": [{"keys": ["a", "-b"]}], "rules": {"read": "public"}},
            {"name": "notes", "schema": {}},
        ]
    )
    tasks, notes = backpack.collections
    assert tasks.indexes == (DeclaredIndex(keys=("a", "-b"), unique=False),)
    assert (tasks.rules.read, tasks.rules.update, tasks.schema) == ("public", "owner", None)
    assert notes == DeclaredCollection(name="notes", schema={})


def test_scheduling_is_read_by_component(make_backpack: Make) -> None:
    taint = {"operator": "Exists"}
    backpack = make_backpack(
        scheduling={"mongo": {"nodeSelector": {"disk": "ssd"}}, "web": {"tolerations": [taint]}}
    )
    assert backpack.scheduling == {
        "mongo": Placement({"disk": "ssd"}, ()),
        "web": Placement({}, (taint,)),
    }


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("168h", 604800), ("30m", 1800), ("90s", 90), ("1h30m", 5400), ("1h0m1s", 3601), ("0s", 0)],
)
def test_durations(text: str, seconds: int) -> None:
    assert whole_seconds(text) == seconds


@pytest.mark.parametrize("text", ["", "7d", "1.5h", "h", "30", "-1h", "1m1h", " 1h"])
def test_what_is_no_duration(text: str) -> None:
    with pytest.raises(ValueError, match="write one such as 168h"):
        whole_seconds(text)


@pytest.mark.parametrize(
    ("text", "number"), [("50Mi", 52428800), ("10M", 10**7), ("1.5Ki", 1536), ("100", 100), ("1500m", 2)]
)
def test_bytes(text: str, number: int) -> None:
    assert whole_bytes(text) == number
