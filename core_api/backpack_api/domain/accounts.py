"""What a user is, and which e-mail addresses and passwords are taken."""

import unicodedata
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from email_validator import EmailNotValidError, validate_email

from backpack_api.domain.documents import check_document, check_patch
from backpack_api.domain.json_text import JsonObject, to_json
from backpack_api.domain.moments import rfc3339
from backpack_api.problems import InvalidValue, TooLarge

MAX_PASSWORD_LENGTH = 1024
MIN_DIFFERENT_CHARACTERS = 4
MAX_PROFILE_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class User:
    """An account as its own user sees it. The hash of its password is no part of
    it: that never leaves `stores.users` but to be verified."""

    id: str
    email: str
    profile: JsonObject
    version: int
    created_at: datetime
    updated_at: datetime

    def to_json_object(self) -> JsonObject:
        return {
            "id": self.id,
            "email": self.email,
            "profile": self.profile,
            "createdAt": rfc3339(self.created_at),
            "updatedAt": rfc3339(self.updated_at),
        }


@dataclass(frozen=True, slots=True)
class ManagedUser:
    """An account as administrators see it."""

    user: User
    disabled: bool

    def to_json_object(self) -> JsonObject:
        return {**self.user.to_json_object(), "disabled": self.disabled}


def canonical_email(email: str) -> str | None:
    """The address as it is compared, stored and answered, or None where it is none."""
    try:
        # Delivery is not tried, and domains that only a private network knows are
        # taken: a backpack may well serve one.
        checked = validate_email(
            email,
            check_deliverability=False,
            globally_deliverable=False,
            test_environment=True,
            strict=True,
        )
    except EmailNotValidError:
        return None
    if "." not in checked.domain:
        return None
    return checked.normalized.lower()


def check_email(email: str) -> str:
    """The canonical address. Raises `InvalidValue`."""
    canonical = canonical_email(email)
    if canonical is None:
        raise InvalidValue.at("/email", "is not an e-mail address")
    return canonical


def canonical_password(password: str) -> str:
    """The same characters however the keyboard composed them (NFKC), cut where it is
    longer than any password may be: one character can become 18."""
    longer = MAX_PASSWORD_LENGTH + 1
    return unicodedata.normalize("NFKC", password[:longer])[:longer]


def check_new_password(password: str, email: str, min_length: int, path: str = "/password") -> str:
    """The canonical password, of at least this many characters. Raises `InvalidValue`
    where it is too weak."""
    canonical = canonical_password(password)
    if max(len(password), len(canonical)) > MAX_PASSWORD_LENGTH:
        raise InvalidValue.at(path, f"has at most {MAX_PASSWORD_LENGTH} characters")
    if len(canonical) < min_length:
        raise InvalidValue.at(path, f"needs at least {min_length} characters")
    if len(set(canonical)) < MIN_DIFFERENT_CHARACTERS:
        raise InvalidValue.at(path, f"needs at least {MIN_DIFFERENT_CHARACTERS} different characters")
    if canonical.lower() == email:
        raise InvalidValue.at(path, "must not be the e-mail address")
    return canonical


def check_profile(profile: Any, *, nested_arrays: bool) -> JsonObject:
    """The profile as it can be stored. Raises `InvalidValue` or `TooLarge`."""
    if not isinstance(profile, dict):
        raise InvalidValue.at("/profile", "must be a JSON object")
    checked = check_document(profile, nested_arrays=nested_arrays, path="/profile")
    size = len(to_json(checked))
    if size > MAX_PROFILE_BYTES:
        raise TooLarge(f"A profile is at most {MAX_PROFILE_BYTES} bytes of JSON; this one has {size}.")
    return checked


def check_profile_patch(patch: Any) -> JsonObject:
    """A merge patch of a profile. Raises `InvalidValue` or `TooLarge`."""
    if not isinstance(patch, dict):
        raise InvalidValue.at("/profile", "must be a JSON object")
    check_patch(patch, "/profile")
    return patch
