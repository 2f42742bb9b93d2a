"""Reading what a list is asked for, from a query string or a socket's message."""

from collections.abc import Mapping
from typing import Any

from backpack_api.domain.filters import EVERYTHING, parse_filter, parse_filter_text
from backpack_api.domain.listing import DEFAULT_LIMIT, MAX_LIMIT, ListRequest
from backpack_api.domain.projection import parse_fields
from backpack_api.domain.sorting import Sort, parse_sort
from backpack_api.problems import InvalidValue

PARAMETERS = frozenset({"filter", "sort", "limit", "cursor", "fields", "total"})


def from_query(query: Mapping[str, str]) -> ListRequest:
    """From the parameters of a URL. Raises `InvalidValue` at the parameter's name."""
    values: dict[str, Any] = dict(query)
    if "limit" in query:
        values["limit"] = _number(query["limit"])
    if "total" in query:
        values["total"] = {"true": True, "false": False}.get(query["total"])
    if "filter" in query:
        return _read(values, parse_filter_text(query["filter"]))
    return _read(values, EVERYTHING)


def from_json(message: Mapping[str, Any]) -> ListRequest:
    """From the fields of a JSON object; what is null or missing is as by default. Other
    fields are ignored. Raises `InvalidValue` at the field's name."""
    values = {name: message[name] for name in PARAMETERS if message.get(name) is not None}
    return _read(values, parse_filter(values["filter"]) if "filter" in values else EVERYTHING)


def _read(values: Mapping[str, Any], filter_: Any) -> ListRequest:
    limit = values.get("limit", DEFAULT_LIMIT)
    if type(limit) is not int or not 1 <= limit <= MAX_LIMIT:
        raise InvalidValue.at("limit", f"must be a number from 1 to {MAX_LIMIT}")
    total = values.get("total", False)
    if not isinstance(total, bool):
        raise InvalidValue.at("total", "must be `true` or `false`")
    for name in ("sort", "cursor", "fields"):
        if not isinstance(values.get(name, ""), str):
            raise InvalidValue.at(name, "must be a string")
    return ListRequest(
        filter=filter_,
        sort=parse_sort(values["sort"]) if "sort" in values else Sort(),
        fields=parse_fields(values["fields"]) if "fields" in values else None,
        limit=limit,
        cursor=values.get("cursor"),
        total=total,
    )


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 6 else None
