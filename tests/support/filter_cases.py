"""One table of filters, each with the documents that it matches: what MongoDB answers.

It is run in this process, as subscriptions do it, and on the engine, over HTTP.
"""

from dataclasses import dataclass
from typing import Any

DOCUMENTS: dict[str, dict[str, Any]] = {
    "one": {"a": 1},
    "two": {"a": 2.0},
    "half": {"a": 1.5},
    "large": {"a": 2**53 + 1},
    "text": {"a": "abc"},
    "Text": {"a": "Abd\n"},
    "accent": {"a": "é"},
    "digit": {"a": "1"},
    "true": {"a": True},
    "false": {"a": False},
    "null": {"a": None},
    "missing": {"other": 1},
    "object": {"a": {"b": 1, "c": "x"}},
    "turned": {"a": {"c": "x", "b": 1}},
    "within": {"a": {"b": 2}},
    "hollow": {"a": {}},
    "inner-null": {"a": {"b": None}},
    "empty": {"a": []},
    "numbers": {"a": [1, 5]},
    "texts": {"a": ["abc", "x"]},
    "mixed": {"a": [None, "abc", 3, True]},
    "objects": {"a": [{"b": 1}, {"b": 2}]},
    "some": {"a": [{"b": 1}, {"c": 1}, 7]},
    "deep": {"a": [{"b": [1, {"c": 4}]}]},
    "position": {"a": [{"0": 1}, {"b": 9}]},
}
"""By a name; a document of the table holds it as `name`."""


@dataclass(frozen=True)
class Case:
    """A filter and the names of what it matches, with spaces between them."""

    filter: dict[str, Any]
    matches: str
    but_not: bool = False
    """Whether `matches` names what it does not match."""

    @property
    def expected(self) -> set[str]:
        named = set(self.matches.split())
        assert named <= set(DOCUMENTS), named - set(DOCUMENTS)
        return set(DOCUMENTS) - named if self.but_not else named


def matching(filter_: dict[str, Any], names: str) -> Case:
    return Case(filter_, names)


def all_but(filter_: dict[str, Any], names: str) -> Case:
    return Case(filter_, names, but_not=True)


MISSING_B = "one two half large text Text accent digit true false null missing hollow inner-null"
"""A missing field is null: `a.b` of everything that has none. Arrays without objects have
no place for it at all."""

CASES = [
    # Everything, and equality
    all_but({}, ""),
    matching({"a": 1}, "one numbers"),
    matching({"a": 1.0}, "one numbers"),
    matching({"a": 2}, "two"),
    matching({"a": 2**53 + 1}, "large"),
    matching({"a": float(2**53)}, ""),
    matching({"a": "abc"}, "text texts mixed"),
    matching({"a": "1"}, "digit"),
    matching({"a": True}, "true mixed"),
    matching({"a": False}, "false"),
    matching({"a": 0}, ""),
    matching({"a": None}, "null missing mixed"),
    matching({"a": {"b": 1, "c": "x"}}, "object"),
    matching({"a": {"b": 1}}, "objects some"),
    matching({"a": {}}, "hollow"),
    matching({"a": []}, "empty"),
    matching({"a": [1, 5]}, "numbers"),
    matching({"a": [5, 1]}, ""),
    matching({"a": 1, "other": None}, "one numbers"),
    # $eq is the same
    matching({"a": {"$eq": 1}}, "one numbers"),
    matching({"a": {"$eq": None}}, "null missing mixed"),
    matching({"a": {"$eq": {"b": 1}}}, "objects some"),
    matching({"a": {"$eq": ["abc", "x"]}}, "texts"),
    # $ne is its opposite: a missing field too, and no element may be equal
    all_but({"a": {"$ne": 1}}, "one numbers"),
    all_but({"a": {"$ne": "abc"}}, "text texts mixed"),
    all_but({"a": {"$ne": None}}, "null missing mixed"),
    all_but({"a": {"$ne": {"b": 1}}}, "objects some"),
    all_but({"a.b": {"$ne": 1}}, "object turned objects some deep"),
    all_but({"a.b": {"$ne": None}}, f"{MISSING_B} some position"),
    # Order: only values of the same type compare
    matching({"a": {"$gt": 1}}, "two half large numbers mixed some"),
    matching({"a": {"$gte": 1}}, "one two half large numbers mixed some"),
    matching({"a": {"$lt": 2}}, "one half numbers"),
    matching({"a": {"$lte": 2}}, "one two half numbers"),
    matching({"a": {"$gt": 2**53}}, "large"),
    matching({"a": {"$gt": "abc"}}, "accent texts"),
    matching({"a": {"$gte": "abc"}}, "text accent texts mixed"),
    matching({"a": {"$lt": "abc"}}, "Text digit"),
    matching({"a": {"$lte": "1"}}, "digit"),
    matching({"a": {"$gt": False}}, "true mixed"),
    matching({"a": {"$lte": False}}, "false"),
    matching({"a": {"$gte": None}}, "null missing mixed"),
    matching({"a": {"$lte": None}}, "null missing mixed"),
    matching({"a": {"$gt": None}}, ""),
    matching({"a": {"$lt": None}}, ""),
    matching({"a": {"$gt": {"b": 1}}}, "object turned within objects some deep position"),
    matching({"a": {"$lt": {"b": 1}}}, "hollow inner-null position"),
    matching({"a": {"$gte": [1, 5]}}, "numbers texts objects some deep position"),
    matching({"a": {"$lt": [1, 5]}}, "empty mixed"),
    matching({"a": {"$gt": 1, "$lt": 2}}, "half numbers"),
    matching({"a": {"$gt": 4, "$lt": 2}}, "numbers"),
    # $in, $nin
    matching({"a": {"$in": [1, "abc"]}}, "one text numbers texts mixed"),
    matching({"a": {"$in": [None]}}, "null missing mixed"),
    matching({"a": {"$in": [[1, 5], {}]}}, "numbers hollow"),
    matching({"a": {"$in": []}}, ""),
    all_but({"a": {"$nin": [1, "abc"]}}, "one text numbers texts mixed"),
    all_but({"a": {"$nin": [None]}}, "null missing mixed"),
    all_but({"a": {"$nin": []}}, ""),
    # $exists: null is there
    all_but({"a": {"$exists": True}}, "missing"),
    matching({"a": {"$exists": False}}, "missing"),
    matching({"a.b": {"$exists": True}}, "object turned within inner-null objects some deep position"),
    all_but({"a.b": {"$exists": False}}, "object turned within inner-null objects some deep position"),
    # $regex: RE2, in strings only
    matching({"a": {"$regex": "b"}}, "text Text texts mixed"),
    matching({"a": {"$regex": "^a"}}, "text texts mixed"),
    matching({"a": {"$regex": "(?i)^ab"}}, "text Text texts mixed"),
    matching({"a": {"$regex": "c$"}}, "text texts mixed"),
    matching({"a": {"$regex": "d$"}}, ""),
    matching({"a": {"$regex": "(?m)d$"}}, "Text"),
    matching({"a": {"$regex": "^.$"}}, "accent digit texts"),
    matching({"a": {"$regex": r"^\d"}}, "digit"),
    matching({"a": {"$regex": ""}}, "text Text accent digit texts mixed"),
    all_but({"a": {"$not": {"$regex": "b"}}}, "text Text texts mixed"),
    # $not: whatever the condition doesn't match
    all_but({"a": {"$not": {"$gt": 1}}}, "two half large numbers mixed some"),
    all_but({"a": {"$not": {"$gt": 1, "$lt": 2}}}, "half numbers"),
    all_but({"a": {"$not": {"$exists": False}}}, "missing"),
    matching({"a": {"$not": {"$ne": 1}}}, "one numbers"),
    # $and, $or
    matching({"$and": [{"a": {"$gt": 1}}, {"a": {"$lt": 2}}]}, "half numbers"),
    matching({"$or": [{"a": 1}, {"a": "abc"}]}, "one text numbers texts mixed"),
    matching({"$or": [{"a": {"$ne": 1}}, {"a": 1}], "other": 1}, "missing"),
    matching({"$and": [{"$or": [{"a": 1}, {"a": 2}]}, {"$or": [{"a": 2}, {"a": 3}]}]}, "two"),
    # Dotted paths lead through objects and arrays
    matching({"a.b": 1}, "object turned objects some deep"),
    matching({"a.b": 2}, "within objects"),
    matching({"a.b": None}, f"{MISSING_B} some position"),
    matching({"a.b": {"$in": [None, 2]}}, f"{MISSING_B} some position within objects"),
    matching({"a.b.c": 4}, "deep"),
    matching({"a.b.c": None}, f"{MISSING_B} object turned within objects some position"),
    matching({"a.b": {"$gt": 1, "$lt": 2}}, "objects"),
    matching({"a.c": {"$regex": "x"}}, "object turned"),
    # … or to a position
    matching({"a.0": 1}, "numbers position"),
    matching({"a.1": "abc"}, "mixed"),
    matching({"a.0.b": 1}, "objects some deep"),
    matching({"a.1": {"$exists": True}}, "numbers texts mixed objects some position"),
    # System fields
    matching({"version": 1, "name": "one"}, "one"),
    matching({"version": {"$gt": 1}}, ""),
    all_but({"createdAt": {"$gt": "2020-01-01T00:00:00Z"}}, ""),
    matching({"updatedAt": {"$lt": "2020-01-01T01:00:00+01:00"}}, ""),
    all_but({"createdAt": {"$ne": None}}, ""),
    all_but({"id": {"$exists": True}}, ""),
    all_but({"ownerId": {"$ne": None}}, ""),
    matching({"id": "no such id"}, ""),
]
