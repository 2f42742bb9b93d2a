"""Names of backpacks and accounts, with the same bounds as the resource definitions."""

import re

MAX_BACKPACK_NAME = 40


def name_fault(name: str, longest: int) -> str | None:
    """What is wrong with a name, as a sentence that says what to do; None: nothing."""
    if not name:
        return "Write a name."
    fault = None
    if len(name) > longest:
        fault = f"At most {longest} characters; this has {len(name)}."
    elif name.lower() != name:
        fault = f"Use lower-case letters: `{name.lower()}`."
    elif re.search(r"[^-a-z0-9]", name):
        fault = "Use only letters a to z, digits and hyphens."
    elif not name[0].isalpha():
        fault = "Begin with a letter."
    elif name.endswith("-"):
        fault = "Don't end in a hyphen."
    return fault


def backpack_name_fault(name: str) -> str | None:
    """The same for a backpack, whose name is its hostname as well."""
    fault = name_fault(name, MAX_BACKPACK_NAME)
    if fault is None and name == "admin":
        return "`admin` is the dashboard's own address; choose another name."
    if fault is None and name.endswith("-api"):
        return "Names that end in `-api` are taken by the APIs of others; choose another name."
    return fault
