"""Names of backpacks and accounts, with the same bounds as the resource definitions."""

import re
import unicodedata
from collections.abc import Callable

MAX_BACKPACK_NAME = 40


def name_fault(name: str, longest: int, fault_of: Callable[[str], str | None] | None = None) -> str | None:
    """What is wrong with a name, as a sentence that says what to do; None: nothing.

    `fault_of`: the whole rule, where there is more to it than this; no other name is suggested than one
    that it has nothing against.
    """
    if not name:
        return "Write a name."
    fault = None
    if len(name) > longest:
        fault = f"At most {longest} characters; this has {len(name)}."
    elif name.lower() != name:
        fault = f"Use lower-case letters, digits and hyphens{_instead(name, longest, fault_of)}."
    elif re.search(r"[^-a-z0-9]", name):
        fault = f"Use only letters a to z, digits and hyphens{_instead(name, longest, fault_of)}."
    elif not name[0].isalpha():
        fault = "Begin with a letter."
    elif name.endswith("-"):
        fault = "Don't end in a hyphen."
    return fault


def backpack_name_fault(name: str) -> str | None:
    """The same for a backpack, whose name is its hostname as well."""
    fault = name_fault(name, MAX_BACKPACK_NAME, backpack_name_fault)
    if fault is None and name == "admin":
        return "`admin` is the dashboard's own address; choose another name."
    if fault is None and name.endswith("-api"):
        return "Names that end in `-api` are taken by the APIs of others; choose another name."
    return fault


def _instead(name: str, longest: int, fault_of: Callable[[str], str | None] | None) -> str:
    """`: ` and a name that is like this one and can be taken, or nothing."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()  # `é` is an `e`
    like = re.sub(r"[^a-z0-9]+", "-", plain.lower()).lstrip("-0123456789").rstrip("-")
    fault = fault_of(like) if fault_of else name_fault(like, longest)
    return "" if fault else f": `{like}`"
