"""The conversation in docs/api/realtime.md, as it stands there."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from support.core_api import CoreApi, new_person
from support.sockets import open_socket

PAGE = Path(__file__).parents[3] / "docs" / "api" / "realtime.md"

pytestmark = pytest.mark.timeout(60)


def conversation() -> list[tuple[str, str]]:
    """What is said, `→` by the client and `←` by the server."""
    (text,) = re.findall(r"```realtime\n(.*?)```", PAGE.read_text(), re.DOTALL)
    return [(line[0], line[2:]) for line in text.splitlines()]


def agrees(shown: Any, said: Any, names: dict[str, Any]) -> bool:
    """Whether what was said has all that is shown; a new name takes what was said."""
    if isinstance(shown, str) and shown.startswith("$"):
        return bool(names.setdefault(shown, said) == said)
    if isinstance(shown, dict) and isinstance(said, dict):
        return all(key in said and agrees(value, said[key], names) for key, value in shown.items())
    return bool(shown == said)


def test_it_is_as_the_page_says(api: CoreApi) -> None:
    person = new_person(api)
    for name in ("tasks",):
        person.client.post("/collections", json={"name": name})
    names: dict[str, Any] = {"$TOKEN": person.token, "$USER": person.id}
    with open_socket(api) as socket:
        for who, text in conversation():
            if who == "→":
                for name, value in names.items():
                    text = text.replace(name, value)  # noqa: PLW2901
                socket.connection.send(text)
            else:
                shown = json.loads(text)
                socket.wait(
                    lambda said, shown=shown: agrees(shown, said, dict(names)) and agrees(shown, said, names)
                )  # type: ignore[misc]
        socket.call("channel.delete", channel="chat/room-1")
