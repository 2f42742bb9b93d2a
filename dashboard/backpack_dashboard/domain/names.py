"""Names of backpacks and accounts, with the same bounds as the resource definitions."""

import re

MAX_BACKPACK_NAME = 40
_NAME = re.compile(r"[a-z]([-a-z0-9]*[a-z0-9])?")


def name_fault(name: str, longest: int) -> str | None:
    """What is wrong with a name, as a sentence that says what to do; None: nothing."""
    if not name:
        return "Write a name."
    if len(name) > longest:
        return f"At most {longest} characters; this has {len(name)}."
    if re.search(r"[A-Z]", name):
        return f"Use lower-case letters: `{name.lower()}`."
    if re.search(r"[^-a-z0-9]", name):
        return "Use only letters a to z, digits and hyphens."
    if not name[0].isalpha():
        return "Begin with a letter."
    if name.endswith("-"):
        return "Don't end in a hyphen."
    return None if _NAME.fullmatch(name) else "Use only letters a to z, digits and hyphens."


def backpack_name_fault(name: str) -> str | None:
    """The same for a backpack, whose name is its hostname as well."""
    fault = name_fault(name, MAX_BACKPACK_NAME)
    if fault is None and name == "admin":
        return "`admin` is the dashboard's own address; choose another name."
    if fault is None and name.endswith("-api"):
        return "Names that end in `-api` are taken by the APIs of others; choose another name."
    return fault
