"""JSON Schemas of collections: draft 2020-12, with regular expressions that match in
linear time, and without references to anything outside.

The validator is loaded with the first schema, as many backpacks have none.
"""

from collections.abc import Iterator
from typing import Any

from backpack_api.domain.json_text import JsonObject, pointer_token, to_json
from backpack_api.problems import Fault, InvalidValue

MAX_BYTES = 64 * 1024
"""Of a schema as compact JSON."""
EXPRESSION_BYTES = 1024 * 1024
"""Of one compiled regular expression."""
MAX_MESSAGE = 300
DRAFT = "https://json-schema.org/draft/2020-12/schema"


class Schema:
    """A compiled schema. Raises `InvalidValue` at the path where it is none."""

    def __init__(self, source: JsonObject, path: str = "/schema") -> None:
        if not isinstance(source, dict):
            raise InvalidValue.at(path, "must be a JSON object: a JSON Schema")
        if source.get("$schema", DRAFT) != DRAFT:
            raise InvalidValue.at(f"{path}/$schema", f"can only be `{DRAFT}`")
        if len(to_json(source)) > MAX_BYTES:
            raise InvalidValue.at(path, f"is longer than {MAX_BYTES} bytes")
        import jsonschema_rs  # noqa: PLC0415

        try:
            self._validator: Any = jsonschema_rs.Draft202012Validator(
                source,
                pattern_options=jsonschema_rs.RegexOptions(size_limit=EXPRESSION_BYTES),
                validate_formats=True,
                offline=True,
                mask="the value",
            )
        except jsonschema_rs.ValidationError as error:
            where = path + "".join(f"/{pointer_token(str(part))}" for part in error.instance_path)
            raise InvalidValue.at(where, f"is no JSON Schema: {error.message[:MAX_MESSAGE]}") from None

    def faults_of(self, data: JsonObject, path: str = "") -> Iterator[Fault]:
        """What of a document breaks the schema."""
        for error in self._validator.iter_errors(data):
            where = path + "".join(f"/{pointer_token(str(part))}" for part in error.instance_path)
            yield Fault(where, error.message[:MAX_MESSAGE])
