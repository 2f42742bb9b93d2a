"""What stands in the SDKs' cases for values, in Python: variables that are looked up or taken, and words that
match many. Its twin in JavaScript is `sdk/js/test/values.ts`."""

import io
import json
import keyword
import re
from collections.abc import Callable
from typing import Any

Variables = dict[str, Any]

_NAME = re.compile(r"\$[A-Za-z]\w*(\.\w+)*")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z")


class Absent:
    """What isn't there."""

    def __repr__(self) -> str:
        return "nothing"


ABSENT = Absent()

_MATCHERS: dict[str, Callable[[Any], bool]] = {
    "<any>": lambda value: value is not ABSENT and value is not None,
    "<text>": lambda value: isinstance(value, str) and value != "",
    "<number>": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "<moment>": lambda value: isinstance(value, str) and bool(_MOMENT.fullmatch(value)),
    "<absent>": lambda value: value is ABSENT,
}


def snake(name: str) -> str:
    """A name of the cases as Python writes it."""
    name = re.sub(r"(?<=[a-z])[A-Z]", lambda match: f"_{match[0].lower()}", name)
    return f"{name}_" if keyword.iskeyword(name) else name


def resolve(value: Any, variables: Variables) -> Any:  # noqa: PLR0911  one a kind of value
    """What a step writes, with the variables' values. Raises KeyError where one has none."""
    match value:
        case str() if _NAME.fullmatch(value):
            return _variable(value[1:], variables)
        case str():
            return re.sub(r"\$\{([\w.]+)\}", lambda found: str(_variable(found[1], variables)), value)
        case list():
            return [resolve(one, variables) for one in value]
        case {"$file": spec}:
            return _file(**resolve(spec, variables))
        case {"$text": int(size)}:
            return "x" * size
        case dict():
            return {name: resolve(one, variables) for name, one in value.items()}
    return value


def difference(wanted: Any, found: Any, variables: Variables, path: str = "") -> str | None:  # noqa: PLR0911  one a kind of value
    """Where what is there differs from what is wanted; None: nowhere. Takes variables that have no value."""
    shown = f"{path or '/'} is {show(found)}"
    if isinstance(wanted, str) and wanted in _MATCHERS:
        return None if _MATCHERS[wanted](found) else f"{shown}, not {wanted}"
    if isinstance(wanted, str) and _NAME.fullmatch(wanted) and _root(wanted) not in variables:
        if found is ABSENT:
            return f"{path or '/'} isn't there"
        variables[_root(wanted)] = found
        return None
    if isinstance(wanted, list):
        if not isinstance(found, list) or len(found) != len(wanted):
            return shown
        return _first(difference(one, found[at], variables, f"{path}/{at}") for at, one in enumerate(wanted))
    if isinstance(wanted, dict):
        return _first(
            difference(one, _field(found, name), variables, f"{path}/{name}") for name, one in wanted.items()
        )
    value = resolve(wanted, variables)
    same = value == found and isinstance(value, bool) == isinstance(found, bool)
    # Python has one word for null and for what isn't there.
    return None if same or (value is None and found is ABSENT) else f"{shown}, not {show(value)}"


def show(value: Any) -> str:
    """A value in a message."""
    text = json.dumps(value, default=repr, ensure_ascii=False)
    return text if len(text) <= 600 else f"{text[:600]}…"


def _field(found: Any, name: str) -> Any:
    if isinstance(found, dict):
        return found.get(name, ABSENT)
    value = getattr(found, snake(name), ABSENT)
    return ABSENT if value is None else value


def _variable(name: str, variables: Variables) -> Any:
    value: Any = variables
    for part in name.split("."):
        value = value[part]
    return value


def _root(name: str) -> str:
    return name[1:].split(".", maxsplit=1)[0]


def _first(found: Any) -> str | None:
    return next((one for one in found if one is not None), None)


class _NamedFile(io.BytesIO):
    name: str


def _file(text: str | None = None, size: int = 0, name: str = "file", type: str = "") -> _NamedFile:  # noqa: A002
    file = _NamedFile(b"x" * size if text is None else text.encode())
    file.name = name
    return file
