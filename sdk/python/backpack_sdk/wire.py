"""What the API answers, as objects of the SDK."""

import dataclasses
import re
from collections.abc import Mapping
from typing import Any, TypeVar, cast

T = TypeVar("T")


def from_wire(shape: type[T], answer: Mapping[str, Any]) -> T:
    """A dataclass from an answer's JSON, whose names are in camelCase.

    What it has no field for, of a newer API perhaps, is left out.
    """
    names = {field.name: _camel(field.name) for field in dataclasses.fields(cast(type[Any], shape))}
    return shape(**{field: answer[name] for field, name in names.items() if name in answer})


def _camel(name: str) -> str:
    return re.sub(r"_([a-z])", lambda match: match[1].upper(), name.removesuffix("_"))
