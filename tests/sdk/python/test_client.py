"""What a client does by itself: where tokens are kept, what it refuses, and threads and listeners of the
synchronous one."""

import asyncio
import logging
import os
import queue
import threading
import uuid
from typing import Any

import pytest

from backpack_sdk import BackpackError, Options, Progress, create_client, sync
from backpack_sdk.backlog import MOST
from backpack_sdk.identifiers import new_key
from support.core_api import CoreApi, Person, new_person
from support.resolver import knows_no_name
from support.waiting import eventually


@pytest.fixture
def ada(sdk_api: CoreApi) -> Person:
    return new_person(sdk_api)


@pytest.mark.parametrize("url", ["", "todo-api.example.com", "ftp://todo-api.example.com"])
def test_a_client_is_told_at_once_where_no_api_can_be(url: str) -> None:
    with pytest.raises(BackpackError, match="Say where the API is") as caught:
        create_client(url)
    assert (caught.value.status, caught.value.type) == (0, "backpack:not-configured")


def test_certificates_are_loaded_once_and_only_where_something_is_encrypted() -> None:
    assert Options(url="http://api").trusted is None
    trusted = Options(url="https://api").trusted
    assert trusted is Options(url="https://other").trusted
    assert trusted is not None
    assert Options(url="https://api", ssl=trusted).trusted is trusted


def test_keys_are_uuids_in_the_order_of_their_making() -> None:
    keys = [new_key(1_900_000_000.0) for _ in range(1000)]
    assert keys == sorted(set(keys))
    assert {(uuid.UUID(key).version, uuid.UUID(key).variant) for key in keys} == {(7, uuid.RFC_4122)}


async def test_names_below_localhost_are_this_machine(
    sdk_api: CoreApi, ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    knows_no_name(monkeypatch)
    async with create_client(sdk_api.public.replace("127.0.0.1", "todo-api.backpack.localhost")) as client:
        user = await client.auth.login(ada.email, ada.password)
        assert user.email == ada.email
        await client.realtime.channel("chat/lobby").create()


async def test_a_token_outlives_the_client_in_a_store(sdk_api: CoreApi, ada: Person) -> None:
    store: dict[str, str] = {}
    async with create_client(sdk_api.public, token_store=store) as first:
        await first.auth.login(ada.email, ada.password)
        assert list(store.values()) == [first.auth.token]
    async with create_client(f"{sdk_api.public}/", token_store=store) as second:
        user = await second.auth.me()
        assert user is not None
        assert user.email == ada.email
        await second.auth.logout()
    assert store == {}


async def test_a_pipe_is_uploaded_and_whoever_waits_for_it_holds_nobody_up(
    sdk_api: CoreApi, ada: Person
) -> None:
    out, into = os.pipe()
    heard: list[Progress] = []
    begun = asyncio.Event()

    def told(progress: Progress) -> None:
        heard.append(progress)
        begun.set()

    async with create_client(sdk_api.public, token=ada.token) as client:
        with os.fdopen(out, "rb") as pipe, os.fdopen(into, "wb") as writer:
            upload = asyncio.create_task(client.storage.upload(pipe, filename="pipe.bin", on_progress=told))
            writer.write(b"beginning, ")
            writer.flush()
            await begun.wait()
            assert await client.auth.me()
            assert not upload.done()
            writer.write(b"end")
            writer.close()
            file = await upload
        assert (file.filename, file.size) == ("pipe.bin", 14)
        assert await client.storage.download(file.id) == b"beginning, end"
    assert {progress.total for progress in heard} == {None}


async def test_a_proxy_s_error_page_is_an_error_too() -> None:
    async def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 6\r\nConnection: close\r\n\r\n<html>")
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with create_client(f"http://127.0.0.1:{port}", retries=0) as client:
        with pytest.raises(BackpackError) as caught:
            await client.db.collections()
    assert (caught.value.status, caught.value.type, caught.value.detail) == (
        502,
        "about:blank",
        "Bad Gateway",
    )
    server.close()


def test_a_listener_of_the_synchronous_client_may_call_it(sdk_api: CoreApi, ada: Person) -> None:
    collection = ada.make_collection().removeprefix("/db/")
    found: queue.Queue[Any] = queue.Queue()
    with sync.create_client(sdk_api.public, token=ada.token) as client:
        tasks = client.db.collection(collection)
        stop = tasks.subscribe(
            lambda event: found.put((tasks.get(event.doc["id"]), threading.current_thread()))
        )
        task = tasks.create({"title": "Pack"})
        document, thread = found.get(timeout=20)
        stop()
    assert document == task
    assert thread is not threading.current_thread()


def test_a_listener_of_the_synchronous_client_that_is_slow_hears_all_and_fills_no_memory(
    sdk_api: CoreApi, ada: Person
) -> None:
    collection = ada.make_collection().removeprefix("/db/")
    heard: list[int] = []
    lock, done = threading.Lock(), threading.Event()

    with sync.create_client(sdk_api.public, token=ada.token) as client:
        tasks = client.db.collection(collection)

        def listener(event: Any) -> None:
            with lock:
                heard.append(event.doc["n"])
            if event.doc["n"] == 0:
                client.realtime.ping()
            if event.doc["n"] == 1999:
                done.set()

        tasks.subscribe(listener)
        with lock:
            for start in (0, 1000):
                tasks.create_many(
                    [{"n": number, "text": "x" * 2000} for number in range(start, start + 1000)]
                )
            waiting = client._portal._listeners._work_queue.qsize
            eventually(lambda: waiting() >= MOST - 1, within=20, every=0.01)
            assert client.auth.me()
            assert waiting() <= MOST
        assert done.wait(60)
    assert heard == list(range(2000))


def test_a_listener_s_error_is_logged_and_ends_nothing(
    sdk_api: CoreApi, ada: Person, caplog: pytest.LogCaptureFixture
) -> None:
    states: queue.Queue[str] = queue.Queue()

    def listener(status: Any) -> None:
        states.put(status.state)
        raise ValueError(status.state)

    with sync.create_client(sdk_api.public, token=ada.token) as client:
        client.realtime.on_status(listener)
        client.realtime.ping()
        assert [states.get(timeout=20), states.get(timeout=20)] == ["connecting", "open"]
    assert [record.levelno for record in caplog.records if record.name == "backpack_sdk"][:1] == [
        logging.ERROR
    ]


def test_a_client_that_was_closed_says_so_and_leaves_no_thread(sdk_api: CoreApi, ada: Person) -> None:
    before = set(threading.enumerate())
    client = sync.create_client(sdk_api.public, token=ada.token)
    client.realtime.ping()
    client.close()
    with pytest.raises(BackpackError) as caught:
        client.auth.me()
    assert caught.value.type == "backpack:closed"
    assert [thread for thread in set(threading.enumerate()) - before if "backpack" in thread.name] == []


def test_the_synchronous_classes_are_documented_and_named_as_the_asynchronous_ones() -> None:
    assert sync.Collection.__doc__ == "One collection, whose documents are read as `T`."
    assert sync.Collection.get.__doc__
    assert not asyncio.iscoroutinefunction(sync.Collection.get)
