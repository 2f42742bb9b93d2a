"""What is said of names that can't be taken."""

import pytest

from backpack_dashboard.domain.names import backpack_name_fault, name_fault


@pytest.mark.parametrize(
    ("name", "suggested"),
    [
        ("Shop", "shop"),
        ("Shop_2", "shop-2"),
        ("My Shop!", "my-shop"),
        ("my shop", "my-shop"),
        ("2_Shops", "shops"),
        ("Caf\u00e9", "cafe"),
    ],
)
def test_a_name_that_is_suggested_can_be_taken(name: str, suggested: str) -> None:
    assert f": `{suggested}`." in str(backpack_name_fault(name))
    assert backpack_name_fault(suggested) is None


@pytest.mark.parametrize("name", ["Admin", "Shop_api", "42_", "\u5e97", "_"])
def test_nothing_is_suggested_that_cannot_be_taken(name: str) -> None:
    fault = backpack_name_fault(name)
    assert fault is not None
    assert "`" not in fault


def test_each_fault_has_its_sentence() -> None:
    assert name_fault("", 5) == "Write a name."
    assert name_fault("longer", 5) == "At most 5 characters; this has 6."
    assert name_fault("1a", 5) == "Begin with a letter."
    assert name_fault("a-", 5) == "Don't end in a hyphen."
    assert name_fault("a-1", 5) is None
