"""From JSON to a filter, or to a sentence that names what can't be one."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import orjson

from backpack_api.domain.documents import faults_of, storable
from backpack_api.domain.filters.nodes import (
    And,
    Compare,
    Comparison,
    Exists,
    Filter,
    In,
    Node,
    Not,
    Or,
    Regex,
)
from backpack_api.domain.moments import parse_moment, rfc3339
from backpack_api.domain.paths import Path, parse_path
from backpack_api.domain.regexes import BadExpression, compile_expression
from backpack_api.problems import InvalidValue

MAX_TEXT = 32 * 1024
"""Of a filter as compact JSON, in bytes."""
MAX_NESTING = 16
"""Levels of `$and`, `$or` and `$not`."""
MAX_CONDITIONS = 100
MAX_LIST = 1000
"""Values of all `$in` and `$nin` of a filter."""
MAX_EXPRESSIONS = 10

EVERYTHING = Filter(And(()), {})


def parse_filter_text(text: str, where: str = "filter") -> Filter:
    """A filter from JSON text. Raises `InvalidValue` at `where`."""
    if len(text) > MAX_TEXT:
        raise InvalidValue.at(where, f"is longer than {MAX_TEXT} bytes")
    try:
        value = orjson.loads(text)
    except ValueError as error:
        # Text that isn't Unicode isn't JSON either.
        raise InvalidValue.at(where, f"must be a JSON object: {error}") from None
    return parse_filter(value, where)


def parse_filter(value: Any, where: str = "filter") -> Filter:
    """A filter from a JSON value. Raises `InvalidValue` at `where`, naming what is wrong."""
    if value == {} and isinstance(value, dict):
        return EVERYTHING
    try:
        if len(orjson.dumps(value)) > MAX_TEXT:
            raise InvalidValue.at(where, f"is longer than {MAX_TEXT} bytes")
    except TypeError:
        raise InvalidValue.at(where, "is nested too deeply") from None
    return Filter(_Parser(where).conditions(value, 0), value)


@dataclass
class _Parser:
    where: str
    conditions_left: int = MAX_CONDITIONS
    values_left: int = MAX_LIST
    expressions_left: int = MAX_EXPRESSIONS
    operators: dict[str, Callable[[Path, Any, int], Node]] = field(init=False)

    def __post_init__(self) -> None:
        self.operators = {
            "$eq": lambda path, value, _: self._compare(path, Comparison.EQ, value),
            "$ne": lambda path, value, _: Not(self._compare(path, Comparison.EQ, value)),
            "$gt": lambda path, value, _: self._compare(path, Comparison.GT, value),
            "$gte": lambda path, value, _: self._compare(path, Comparison.GTE, value),
            "$lt": lambda path, value, _: self._compare(path, Comparison.LT, value),
            "$lte": lambda path, value, _: self._compare(path, Comparison.LTE, value),
            "$in": lambda path, value, _: self._in(path, "$in", value),
            "$nin": lambda path, value, _: Not(self._in(path, "$nin", value)),
            "$exists": lambda path, value, _: self._exists(path, value),
            "$regex": lambda path, value, _: self._regex(path, value),
            "$not": self._not,
        }

    def refuse(self, message: str) -> InvalidValue:
        return InvalidValue.at(self.where, message)

    def conditions(self, value: Any, nesting: int) -> Node:
        """An object of paths with conditions, and of `$and` and `$or`: all must hold."""
        if not isinstance(value, dict):
            raise self.refuse("must be a JSON object of conditions")
        if nesting > MAX_NESTING:
            raise self.refuse(f"is nested deeper than {MAX_NESTING} levels")
        nodes: list[Node] = []
        for key, item in value.items():
            if key in ("$and", "$or"):
                nodes.append(self._each(key, item, nesting))
            elif key.startswith("$"):
                raise self.refuse(f"`{key[:80]}` is not served here; at this place `$and` and `$or` are")
            else:
                nodes.append(self._condition(self._path(key), item, nesting))
        return nodes[0] if len(nodes) == 1 else And(tuple(nodes))

    def _each(self, operator: str, value: Any, nesting: int) -> Node:
        if not isinstance(value, list) or not value:
            raise self.refuse(f"`{operator}` takes a list of at least one filter")
        nodes = []
        for item in value:
            self._spend()
            nodes.append(self.conditions(item, nesting + 1))
        return And(tuple(nodes)) if operator == "$and" else Or(tuple(nodes))

    def _condition(self, path: Path, value: Any, nesting: int) -> Node:
        """Equality with a value, or an object of operators."""
        if isinstance(value, dict) and any(key.startswith("$") for key in value):
            return self._operators(path, value, nesting)
        return self._compare(path, Comparison.EQ, value)

    def _operators(self, path: Path, value: dict[str, Any], nesting: int) -> Node:
        if nesting > MAX_NESTING:
            raise self.refuse(f"is nested deeper than {MAX_NESTING} levels")
        nodes = []
        for operator, item in value.items():
            parse = self.operators.get(operator)
            if parse is None:
                served = ", ".join(f"`{one}`" for one in self.operators)
                raise self.refuse(f"`{operator[:80]}` is not served for `{path.text}`; served are {served}")
            nodes.append(parse(path, item, nesting))
        return nodes[0] if len(nodes) == 1 else And(tuple(nodes))

    def _path(self, text: str) -> Path:
        try:
            return parse_path(text)
        except ValueError as error:
            raise self.refuse(str(error)) from None

    def _compare(self, path: Path, comparison: Comparison, value: Any) -> Node:
        self._spend()
        return Compare(path, comparison, self._value(path, value))

    def _in(self, path: Path, operator: str, value: Any) -> Node:
        self._spend()
        if not isinstance(value, list):
            raise self.refuse(f"`{operator}` of `{path.text}` takes a list of values")
        self.values_left -= len(value)
        if self.values_left < 0:
            raise self.refuse(f"has more than {MAX_LIST} values in its `$in` and `$nin`")
        return In(path, tuple(self._value(path, item) for item in value))

    def _exists(self, path: Path, value: Any) -> Node:
        self._spend()
        if not isinstance(value, bool):
            raise self.refuse(f"`$exists` of `{path.text}` takes `true` or `false`")
        return Exists(path) if value else Not(Exists(path))

    def _regex(self, path: Path, value: Any) -> Node:
        self._spend()
        self.expressions_left -= 1
        if self.expressions_left < 0:
            raise self.refuse(f"has more than {MAX_EXPRESSIONS} regular expressions")
        if not isinstance(value, str):
            raise self.refuse(f"`$regex` of `{path.text}` takes a string")
        if path.is_moment or path.text == "version":
            raise self.refuse(f"`$regex` is for strings, and `{path.text}` is none")
        try:
            return Regex(path, value, compile_expression(value))
        except BadExpression as error:
            raise self.refuse(f"`$regex` of `{path.text}` {error}") from None

    def _not(self, path: Path, value: Any, nesting: int) -> Node:
        if not isinstance(value, dict) or not value:
            raise self.refuse(f"`$not` of `{path.text}` takes an object of operators")
        return Not(self._operators(path, value, nesting + 1))

    def _value(self, path: Path, value: Any) -> Any:
        """The value as documents hold it: a moment's as its canonical text."""
        if path.is_moment:
            return self._moment(path, value)
        if isinstance(value, dict | list):
            for fault in faults_of(value):
                raise self.refuse(
                    f"the value for `{path.text}` can't be in a document: {fault.path} {fault.message}"
                )
        return storable(value)

    def _moment(self, path: Path, value: Any) -> Any:
        if value is None:
            return None
        if isinstance(value, str):
            try:
                return rfc3339(parse_moment(value))
            except ValueError:
                pass
        raise self.refuse(
            f"`{path.text}` is compared with a moment like `2026-01-31T23:59:59.123Z` (RFC 3339)"
        )

    def _spend(self) -> None:
        self.conditions_left -= 1
        if self.conditions_left < 0:
            raise self.refuse(f"has more than {MAX_CONDITIONS} conditions")
