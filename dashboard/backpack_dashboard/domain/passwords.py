"""Which passwords are taken: the same rules as for users of a backpack."""

import unicodedata

from backpack_dashboard.errors import Invalid

MAX_LENGTH = 1024
MIN_DIFFERENT = 4


def canonical_password(password: str) -> str:
    """The same characters however the keyboard composed them (NFKC)."""
    longer = MAX_LENGTH + 1
    return unicodedata.normalize("NFKC", password[:longer])[:longer]


def check_new_password(password: str, email: str, min_length: int, field: str = "password") -> str:
    """The canonical password. Raises `Invalid` where it is too weak."""
    canonical = canonical_password(password)
    fault = None
    if max(len(password), len(canonical)) > MAX_LENGTH:
        fault = f"At most {MAX_LENGTH} characters."
    elif len(canonical) < min_length:
        fault = f"At least {min_length} characters."
    elif len(set(canonical)) < MIN_DIFFERENT:
        fault = f"At least {MIN_DIFFERENT} different characters."
    elif canonical.lower() == email:
        fault = "Not the e-mail address, please."
    if fault:
        raise Invalid("Choose a stronger password.", {field: fault})
    return canonical
