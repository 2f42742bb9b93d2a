"""Who may do what in a collection: one table, no exceptions elsewhere."""

from dataclasses import dataclass
from enum import StrEnum

from backpack_api.problems import NotAllowed, NotFound, NotSignedIn


class Rule(StrEnum):
    """Whom a verb is open to."""

    PUBLIC = "public"
    USER = "user"
    OWNER = "owner"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """The rules of one collection."""

    read: Rule = Rule.USER
    create: Rule = Rule.USER
    update: Rule = Rule.OWNER
    delete: Rule = Rule.OWNER

    def to_json_object(self) -> dict[str, str]:
        return {
            "read": self.read.value,
            "create": self.create.value,
            "update": self.update.value,
            "delete": self.delete.value,
        }

    @classmethod
    def from_json_object(cls, value: dict[str, str]) -> "Rules":
        return cls(**{verb: Rule(rule) for verb, rule in value.items()})


def check_verb(rule: Rule, user_id: str | None) -> None:
    """Raise unless this caller may use the verb on some document: before any is read."""
    if rule is Rule.PUBLIC:
        return
    if user_id is None:
        raise NotSignedIn
    if rule is Rule.NONE:
        raise NotAllowed("This collection doesn't allow it to anyone but its administrators.")


def may_touch(rule: Rule, user_id: str | None, owner_id: str | None) -> bool:
    """Whether a caller, who passed `check_verb`, may use the verb on this document."""
    return rule is not Rule.OWNER or (user_id is not None and user_id == owner_id)


def check_visible(rules: Rules, user_id: str | None, owner_id: str | None) -> None:
    """Raise `NotFound` where the caller may not know of the document."""
    if not may_touch(rules.read, user_id, owner_id):
        raise NotFound("There is no such document.")


def check_change(rules: Rules, rule: Rule, user_id: str | None, owner_id: str | None) -> None:
    """Raise unless the caller may change (by the verb with this rule) the document:
    `NotAllowed` where he can read it, `NotFound` where he may not know of it."""
    if may_touch(rule, user_id, owner_id):
        return
    readable = rules.read is not Rule.NONE and (rules.read is Rule.PUBLIC or user_id is not None)
    if readable and may_touch(rules.read, user_id, owner_id):
        raise NotAllowed("Only the document's owner may change or delete it.")
    raise NotFound("There is no such document.")
