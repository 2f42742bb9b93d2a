"""What the types of the Python SDK promise. Never run: mypy, in `make lint`, is the test, and complains of an
ignored error that is none too."""

from pathlib import Path
from typing import Any, assert_type

from backpack_sdk import (
    BackpackError,
    Client,
    Document,
    DocumentEvent,
    FileInfo,
    Page,
    RealtimeOptions,
    User,
    create_client,
    sync,
)


class Task(Document):
    """As an application describes its documents."""

    title: str
    done: bool


async def documents(client: Client) -> None:
    """They are what one says that they are; without a word they are dicts."""
    tasks = client.db.collection("tasks", Task)
    assert_type(await tasks.get("id"), Task)
    assert_type((await tasks.get("id"))["version"], int)
    assert_type(await tasks.list(filter={"done": False}), Page[Task])
    assert_type(await tasks.create_many([{"title": "Pack", "done": False}]), list[Task])
    async for task in tasks.list(sort=["-createdAt", "title"]):
        assert_type(task["title"], str)
        task["titel"]  # type: ignore[typeddict-item]
    await tasks.list(order="title")  # type: ignore[call-arg]
    assert_type(await client.db.collection("notes").get("id"), dict[str, Any])


async def events(client: Client) -> None:
    """An event's type says what it has."""

    def heard(event: DocumentEvent[Task]) -> None:
        if event.type == "create" or event.type == "update":  # noqa: PLR1714  narrows
            assert_type(event.doc, Task)
        elif event.type == "delete":
            assert_type(event.doc, dict[str, Any])
        elif event.type == "end":
            assert_type(event.error, BackpackError)
        else:
            print(event.doc)  # type: ignore[attr-defined]

    stop = await client.db.collection("tasks", Task).subscribe(heard)
    await stop()

    async def waits(event: DocumentEvent[Task]) -> None: ...

    await client.db.collection("tasks", Task).subscribe(waits)  # type: ignore[arg-type]


async def services(client: Client) -> None:
    """The other services."""
    create_client("https://todo-api.example.com", realtime=RealtimeOptions(backoff=(0.1, 1)))
    create_client("https://todo-api.example.com", sesion="token")  # type: ignore[call-arg]
    assert_type(await client.auth.login("ada@example.com", "correct horse battery"), User)
    assert_type(await client.auth.me(), User | None)
    assert_type(await client.storage.upload(Path("a.txt")), FileInfo)
    await client.storage.upload("a text")  # type: ignore[arg-type]
    await client.storage.update("id", {"name": "b.txt"})  # type: ignore[typeddict-unknown-key]
    assert_type(await client.storage.download("id", range=(0, 9)), bytes)


def synchronous(client: sync.Client) -> None:
    """The same, without waiting."""
    tasks = client.db.collection("tasks", Task)
    assert_type(tasks, sync.Collection[Task])
    assert_type(tasks.get("id"), Task)
    assert_type(tasks.list().items, list[Task])
    for task in tasks.list():
        assert_type(task, Task)
    with client.storage.open("id") as content:
        assert_type(content.size, int)
        assert_type(list(content), list[bytes])
    tasks.subscribe(lambda event: None)()
    assert_type(client.auth.me(), User | None)
