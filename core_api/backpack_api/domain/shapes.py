"""JSON objects with a fixed shape: exact types, no unknown keys, faults in our words."""

from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from backpack_api.domain.json_text import pointer_token
from backpack_api.problems import Fault, InvalidValue

MAX_FAULTS = 20

_MESSAGES = {
    "model_type": "must be a JSON object",
    "dict_type": "must be a JSON object",
    "string_type": "must be a string",
    "bool_type": "must be `true` or `false`",
    "missing": "is missing",
    "extra_forbidden": "is not known here",
}
"""In our words, by pydantic's type of error."""

M = TypeVar("M", bound=BaseModel)


class Shape(BaseModel):
    """An object whose keys are known."""

    model_config = ConfigDict(strict=True, extra="forbid")


def read_shape(value: Any, shape: type[M]) -> M:
    """The value as an object of this shape. Raises `InvalidValue` with its faults."""
    try:
        return shape.model_validate(value)
    except ValidationError as error:
        told = error.errors(include_url=False, include_input=False, include_context=False)[:MAX_FAULTS]
        faults = [
            Fault(
                "".join(f"/{pointer_token(str(part))}" for part in fault["loc"]),
                _MESSAGES.get(fault["type"], fault["msg"]),
            )
            for fault in told
        ]
        first = faults[0]
        raise InvalidValue(f"{first.path or 'the body'}: {first.message}", errors=faults) from None
