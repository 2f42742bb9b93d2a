"""The words in which a collection is defined: rules, and fields of indexes."""

from collections.abc import Mapping
from typing import Literal

Rule = Literal["public", "user", "owner", "none"]

VERBS = ("read", "create", "update", "delete")
RULES = ("public", "user", "owner", "none")
DEFAULT_RULES: Mapping[str, str] = {"read": "user", "create": "user", "update": "owner", "delete": "owner"}
MEANINGS: Mapping[str, str] = {
    "public": "Anyone",
    "user": "Signed-in users",
    "owner": "Its owner",
    "none": "Administrators only",
}


def index_keys(text: str) -> list[str]:
    """`ownerId, -due.day` as a list."""
    return [key.strip() for key in text.split(",") if key.strip()]
