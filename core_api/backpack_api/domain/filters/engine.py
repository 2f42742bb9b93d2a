"""A filter as a query of the database, where a client's fields are kept below `data`.

Not everything is asked in the engine's own words. MongoDB's regular expressions are
not RE2, and FerretDB 1.x differs from MongoDB in what a missing field, an array or a
negation means. What an engine would get wrong is left out of its query, so that it
answers too much rather than too little; the rest is decided in this process.
"""

from dataclasses import dataclass
from typing import Any

from backpack_api.domain.filters.nodes import And, Compare, Exists, Filter, In, Node, Not, Or, Regex
from backpack_api.domain.moments import parse_moment
from backpack_api.domain.paths import Path
from backpack_api.domain.regexes import is_portable, literal_prefix

Query = dict[str, Any]

_SCALARS = (str, int, float)  # bool is an int to Python


@dataclass(frozen=True, slots=True)
class EngineQuery:
    """What to ask the database."""

    query: Query
    exact: bool
    """False: `Filter.matches` must decide on each document that is answered."""


def query_of(filter_: Filter, *, faithful: bool) -> EngineQuery:
    """The query that answers every document that matches. `faithful`: the engine means
    by its operators what MongoDB means."""
    query, exact = _translate(filter_.root, faithful)
    return EngineQuery(query or {}, exact)


def stored_name(path: Path) -> str:
    """Where the database keeps it."""
    if not path.is_system:
        return f"data.{path.text}"
    return "_id" if path.text == "id" else path.text


def _translate(node: Node, faithful: bool) -> tuple[Query | None, bool]:
    """A query that holds wherever the node does (None: every document), and whether it
    holds nowhere else."""
    match node:
        case And(nodes):
            parts = [_translate(one, faithful) for one in nodes]
            queries = [query for query, _ in parts if query]
            exact = all(exact for _, exact in parts)
            return (_joined("$and", queries) if queries else None), exact
        case Or(nodes):
            parts = [_translate(one, faithful) for one in nodes]
            if any(not query for query, _ in parts):
                return None, all(exact for _, exact in parts)
            return _joined("$or", [query for query, _ in parts if query]), all(exact for _, exact in parts)
        case Not(inner):
            return _negated(inner, faithful)
        case _:
            return _condition(node, faithful)


def _negated(inner: Node, faithful: bool) -> tuple[Query | None, bool]:
    if not faithful:
        return None, False
    query, exact = _translate(inner, faithful)
    if not exact:
        return None, False
    if not query:
        return {"_id": {"$in": []}}, True
    if isinstance(inner, Compare | In | Exists):
        ((name, condition),) = query.items()
        return {name: {"$not": condition}}, True
    return {"$nor": [query]}, True


def _condition(node: Compare | In | Exists | Regex, faithful: bool) -> tuple[Query | None, bool]:
    name = stored_name(node.path)
    if isinstance(node, Regex):
        return _where_it_may_match(name, node, faithful), False
    if not (faithful or _is_common_ground(node)):
        return None, False
    match node:
        case Compare(path, comparison, value):
            condition = {comparison.value: _stored(path, value)}
        case In(path, values):
            condition = {"$in": [_stored(path, value) for value in values]}
        case _:
            condition = {"$exists": True}
    return {name: condition}, faithful


def _where_it_may_match(name: str, node: Regex, faithful: bool) -> Query | None:
    prefix = literal_prefix(node.pattern)
    if prefix and (faithful or not node.path.has_position):
        # An index serves it.
        beyond = prefix[:-1] + chr(ord(prefix[-1]) + 1) if _has_next(prefix[-1]) else None
        return (
            {"$and": [{name: {"$gte": prefix}}, {name: {"$lt": beyond}}]}
            if beyond
            else {name: {"$gte": prefix}}
        )
    return {name: {"$regex": node.pattern}} if faithful and is_portable(node.pattern) else None


def _has_next(character: str) -> bool:
    """Whether the code point after it can be in a text."""
    return ord(character) + 1 not in range(0xD800, 0xE000) and ord(character) < 0x10FFFF


def _is_common_ground(node: Compare | In | Exists) -> bool:
    """Whether every engine answers at least what MongoDB would."""
    if node.path.has_position:
        return False
    match node:
        case Compare(_, _, value):
            return isinstance(value, _SCALARS)
        case In(_, values):
            return bool(values) and all(isinstance(value, _SCALARS) for value in values)
        case _:
            return True


def _stored(path: Path, value: Any) -> Any:
    return parse_moment(value) if path.is_moment and value is not None else value


def _joined(operator: str, queries: list[Query]) -> Query:
    return queries[0] if len(queries) == 1 else {operator: queries}
