"""What a list is asked for, and how the database is asked for it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from backpack_api.domain.filters import EVERYTHING, Filter
from backpack_api.domain.filters.engine import Query, query_of, stored_name
from backpack_api.domain.json_order import Rank, rank_of
from backpack_api.domain.json_text import JsonObject
from backpack_api.domain.moments import parse_moment
from backpack_api.domain.projection import Projection
from backpack_api.domain.sorting import EMPTY, Position, Sort, SortKey

DEFAULT_LIMIT = 50
MAX_LIMIT = 1000

_TYPES = {
    Rank.NUMBER: "number",
    Rank.STRING: "string",
    Rank.OBJECT: "object",
    Rank.BOOLEAN: "bool",
}
"""What MongoDB's `$type` calls them. Null is asked for by equality, which finds missing
fields too; arrays are always let through."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListRequest:
    """One page of a list, as it was asked for."""

    filter: Filter = EVERYTHING
    sort: Sort = Sort()  # noqa: RUF009  it is frozen
    fields: Projection | None = None
    limit: int = DEFAULT_LIMIT
    cursor: str | None = None
    total: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """How the database is asked."""

    query: Query
    sort: list[tuple[str, int]] | None
    """None: the engine doesn't sort by this as MongoDB does, so the page is chosen here."""
    accepts: Callable[[JsonObject], bool] | None
    """Decides on each document that is answered; None where the query says it all."""


def plan(
    filter_: Filter, sort: Sort, after: Position | None, *, owner_id: str | None, faithful: bool
) -> Plan:
    """The way to a page: the documents that match, come after the position, and with
    `owner_id` are that owner's."""
    asked = query_of(filter_, faithful=faithful)
    sorted_there = faithful or sort.is_by_system_fields
    queries = [asked.query] if asked.query else []
    if owner_id is not None:
        queries.append({"ownerId": owner_id})
    checks: list[Callable[[JsonObject], bool]] = [] if asked.exact else [filter_.matches]
    if after is not None:
        exact = sort.is_by_system_fields
        if sorted_there:
            queries.append(_beyond(after))
        if not (sorted_there and exact):
            checks.append(lambda document: after < sort.position_of(document))
    order = [(stored_name(key.path), -1 if key.descending else 1) for key in sort.keys]
    return Plan(
        {"$and": queries} if len(queries) > 1 else (queries[0] if queries else {}),
        order if sorted_there else None,
        (lambda document: all(check(document) for check in checks)) if checks else None,
    )


def _beyond(after: Position) -> Query:
    """What comes after the position: later by the first key, or equal by it and later by
    the second, and so on. Holds for every such document, and for some others where a
    path leads through an array."""
    ways: list[Query] = []
    equal: list[Query] = []
    for key, value in zip(after.sort.keys, after.values, strict=True):
        later = _later(key, value)
        if later is not None:
            ways.append({"$and": [*equal, later]} if equal else later)
        equal.append(_same(key, value))
    return {"$or": ways} if len(ways) > 1 else ways[0]


def _later(key: SortKey, value: Any) -> Query | None:
    """None: no document can be."""
    name = stored_name(key.path)
    if key.path.is_system:
        if value is None:
            return None if key.descending else {name: {"$gt": ""}}
        later: Query = {name: {"$lt" if key.descending else "$gt": _stored(key, value)}}
        has_nulls = key.descending and key.path.text == "ownerId"
        return {"$or": [later, {name: {"$eq": None}}]} if has_nulls else later
    rank = Rank.EMPTY if value is EMPTY else rank_of(value)
    ways = _through_arrays(key)
    others = [type_ for at, type_ in _TYPES.items() if (at < rank if key.descending else at > rank)]
    if rank in _TYPES:
        ways.append({name: {"$lt" if key.descending else "$gt": value}})
    if others:
        ways.append({name: {"$type": others}})
    if rank > Rank.NULL if key.descending else rank < Rank.NULL:
        ways.append({name: {"$eq": None}})
    return {"$or": ways}


def _same(key: SortKey, value: Any) -> Query:
    name = stored_name(key.path)
    if key.path.is_system:
        return {name: _stored(key, value)}
    ways = _through_arrays(key)
    if value is not EMPTY and not isinstance(value, list):
        ways.append({name: {"$eq": value}})
    return {"$or": ways}


def _through_arrays(key: SortKey) -> list[Query]:
    parts = key.path.parts
    return [{f"data.{'.'.join(parts[:length])}": {"$type": "array"}} for length in range(1, len(parts) + 1)]


def _stored(key: SortKey, value: Any) -> Any:
    return parse_moment(value) if key.path.is_moment else value
