"""YAML as people write it in a form: only what JSON can say, and nothing that grows when it
is read."""

import json
from typing import Any

import yaml

from backpack_dashboard.domain.nesting import MOST_LEVELS, deeper_than
from backpack_dashboard.errors import Invalid

MAX_CHARACTERS = 256 * 1024
"""Far above what the API server keeps for one object with sense."""
TOO_DEEP = f"This is nested too deeply: at most {MOST_LEVELS} levels."


class _Loader(yaml.SafeLoader):
    """Without aliases, which make a short text a huge object, and without dates, which JSON
    doesn't have."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            event = self.peek_event()  # type: ignore[no-untyped-call]
            raise yaml.YAMLError(f"line {event.start_mark.line + 1}: write the value out instead of an alias")
        return super().compose_node(parent, index)


_Loader.yaml_implicit_resolvers = {
    letter: [one for one in resolvers if one[0] != "tag:yaml.org,2002:timestamp"]
    for letter, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def read(text: str, field: str) -> Any:
    """The value that is written. Raises `Invalid` with a sentence for the field."""
    if len(text) > MAX_CHARACTERS:
        raise _wrong(field, f"This is longer than {MAX_CHARACTERS // 1024} KiB.")
    try:
        value = yaml.load(text, _Loader)  # noqa: S506  a SafeLoader
        # Bytes, so that half a character is found as well.
        json.dumps(value, allow_nan=False, ensure_ascii=False).encode()
    except yaml.MarkedYAMLError as error:
        place = f" in line {error.problem_mark.line + 1}" if error.problem_mark else ""
        raise _wrong(field, f"This isn't YAML{place}: {error.problem or error.context}.") from error
    except yaml.YAMLError as error:
        raise _wrong(field, f"This isn't YAML: {error}.") from error
    except (TypeError, ValueError, LookupError, AttributeError, OverflowError) as error:
        # PyYAML lets out whatever it stumbles over where a tag such as `!!bool` doesn't fit its value.
        raise _wrong(
            field, "Only text, numbers, true and false, lists and mappings can stand here."
        ) from error
    except RecursionError as error:
        raise _wrong(field, TOO_DEEP) from error
    if deeper_than(value, MOST_LEVELS):
        raise _wrong(field, TOO_DEEP)
    return value


def write(value: Any) -> str:
    """For people: in the order that it has, blocks rather than brackets."""
    return yaml.safe_dump(value, sort_keys=False, allow_unicode=True, width=100)


def _wrong(field: str, sentence: str) -> Invalid:
    return Invalid("This can't be read.", {field: sentence})
