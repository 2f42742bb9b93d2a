"""JSON as people write it: read strictly, with the line of what is wrong, and written so that
they can read it."""

import json
from typing import Any, NoReturn

from backpack_dashboard.domain.nesting import deeper_than

JsonObject = dict[str, Any]

MAX_BYTES = 1024 * 1024
"""Of a document as compact JSON; the API has the same limit."""
MAX_LEVELS = 32
"""Of a document; the same."""


class JsonFault(Exception):
    """Text that is no JSON object. `line` and `column` count from 1; None where it is the whole."""

    def __init__(self, message: str, line: int | None = None, column: int | None = None) -> None:
        where = "" if line is None else f"Line {line}, column {column}: "
        super().__init__(where + message)
        self.line, self.column = line, column


def parse_object(text: str, levels: int = MAX_LEVELS) -> JsonObject:
    """The object, with so many levels at most. Raises `JsonFault`, also where another reader
    would take one thing for another: a key that is there twice, `NaN`, half a character."""
    try:
        value = json.loads(text, object_pairs_hook=_object, parse_constant=_constant)
        compact = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
    except json.JSONDecodeError as error:
        raise JsonFault(f"{error.msg}.", error.lineno, error.colno) from None
    except RecursionError:
        raise _too_deep(levels) from None
    except UnicodeEncodeError:
        raise JsonFault(r"There is half a character: `\ud800` to `\udfff` stand only in pairs.") from None
    except ValueError:
        raise JsonFault("There is a number with more digits than a computer's numbers have.") from None
    if not isinstance(value, dict):
        raise JsonFault('It must be a JSON object, such as `{"title": "Pack"}`.')
    if deeper_than(value, levels):
        raise _too_deep(levels)
    if len(compact) > MAX_BYTES:
        raise JsonFault("It is larger than 1 MiB, which is as much as a document holds.")
    return value


def pretty(value: Any) -> str:
    """With two spaces a level, keys in the order that they have."""
    return json.dumps(value, ensure_ascii=False, indent=2)


def compact(value: Any, limit: int | None = None) -> str:
    """On one line; with a limit at most so many characters, and then `…`."""
    text = json.dumps(value, ensure_ascii=False)
    return text if limit is None or len(text) <= limit else text[: limit - 1] + "…"


def _object(pairs: list[tuple[str, Any]]) -> JsonObject:
    found = dict(pairs)
    if len(found) < len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise JsonFault(f"The key {compact(twice, 80)} is there twice in one object.")
    return found


def _too_deep(levels: int) -> JsonFault:
    return JsonFault(f"This is nested too deeply: at most {levels} levels.")


def _constant(name: str) -> NoReturn:
    raise JsonFault(f"`{name}` is no JSON.")
