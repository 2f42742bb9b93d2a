"""Files when something breaks: crashes, a full disk, stores that are away."""

import hashlib
import secrets
import signal
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from pymongo import MongoClient

from support.core_api import CoreApi, assert_problem, new_person
from support.ferretdb import PASSWORD, USERNAME, FerretDB
from support.redis import Redis
from support.uploads import RawUpload, on_disk
from support.waiting import eventually

pytestmark = pytest.mark.timeout(120)

MIB = 1024 * 1024
IMPATIENT = {
    "BACKPACK_JANITOR_SECONDS": "0.3",
    "BACKPACK_UNFINISHED_UPLOAD_SECONDS": "1",
    "BACKPACK_FILE_GRACE_SECONDS": "1",
}
"""A janitor that doesn't let a test wait."""


def upload(client: httpx.Client, content: bytes = b"hello") -> httpx.Response:
    return client.post("/files", files={"file": ("a.bin", content)})


def unfinished(api: CoreApi) -> list[Path]:
    return [path for path in on_disk(api) if path.parent.name == "new"]


def has_begun(api: CoreApi, size: int) -> Callable[[], bool]:
    return lambda: any(path.stat().st_size >= size for path in unfinished(api))


@pytest.fixture
def own_api(tmp_path: Path, ferretdb: FerretDB, redis: Redis) -> Iterator[CoreApi]:
    """An API that a test may kill, with an impatient janitor."""
    # A Redis database of its own: janitors take turns there, and others are patient.
    process = CoreApi(tmp_path / "api", ferretdb, redis, redis_database=8, **IMPATIENT)
    process.start()
    yield process
    process.kill()
    process.close_clients()


@pytest.fixture
def database(own_api: CoreApi, ferretdb: FerretDB) -> Iterator[Any]:
    """The API's own database."""
    with MongoClient(
        ferretdb.host, username=USERNAME, password=PASSWORD, authSource="admin", directConnection=True
    ) as client:
        yield client[own_api.database]


def test_an_upload_that_a_crash_cut_off_is_never_seen_and_is_swept(own_api: CoreApi) -> None:
    ada = new_person(own_api)
    kept = upload(ada.client, b"kept").headers["location"]
    with (
        RawUpload(own_api, ada, 8 * MIB) as new,
        RawUpload(own_api, ada, 8 * MIB, method="PUT", path=kept) as old,
    ):
        for sending in (new, old):
            sending.send(bytes(3 * MIB))
        eventually(lambda: len(unfinished(own_api)) == 2 and has_begun(own_api, MIB)(), within=10, every=0.02)
        own_api.kill()
    assert len(unfinished(own_api)) == 2
    own_api.start()
    with own_api.client(headers=ada.client.headers) as client:
        assert [file["size"] for file in client.get("/files").json()["items"]] == [4]
        eventually(lambda: unfinished(own_api) == [], within=20, every=0.05)
        assert client.get(kept).content == b"kept"


class Writer(threading.Thread):
    """Somebody who writes files, new ones and over old ones, until the API is gone."""

    def __init__(self, api: CoreApi) -> None:
        super().__init__()
        self.api = api
        self.person = new_person(api)
        self.acknowledged: dict[str, str] = {}
        """sha256 of each content by path."""
        self.last_sent = ""
        """sha256 of what was perhaps written."""

    def run(self) -> None:
        with self.api.client(headers=self.person.client.headers) as client:
            path = ""
            while True:
                content = secrets.token_bytes(200_000)
                self.last_sent = hashlib.sha256(content).hexdigest()
                file = {"file": ("a.bin", content)}
                try:
                    if path and content[0] % 2:
                        answer = client.put(path, files=file)
                    else:
                        answer = client.post("/files", files=file)
                except httpx.TransportError:
                    return
                assert answer.status_code in (200, 201), answer.text
                path = f"/files/{answer.json()['id']}"
                self.acknowledged[path] = answer.json()["sha256"]

    def check(self) -> int:
        """That all of it is there and whole; how many files there are."""
        with self.api.client(headers=self.person.client.headers) as client:
            files = client.get("/files", params={"limit": 1000}).json()["items"]
            found = {f"/files/{file['id']}": file for file in files}
            assert found.keys() >= self.acknowledged.keys()
            assert len(found) <= len(self.acknowledged) + 1
            for path, file in found.items():
                assert file["sha256"] in (self.acknowledged.get(path), self.last_sent)
                content = client.get(path).content
                assert (len(content), hashlib.sha256(content).hexdigest()) == (file["size"], file["sha256"])
        return len(found)


def test_after_crashes_all_that_was_acknowledged_is_whole_and_nothing_else_is_left(
    own_api: CoreApi, database: Any
) -> None:
    files = 0
    for _ in range(4):
        # New people: the lock of a killed process holds back its owner's next write for a while.
        writers = [Writer(own_api) for _ in range(4)]
        for writer in writers:
            writer.start()
        eventually(lambda: all(len(one.acknowledged) > 2 for one in writers), within=30, every=0.01)  # noqa: B023
        own_api.kill()
        for writer in writers:
            writer.join()
        own_api.start()
        files += sum(writer.check() for writer in writers)

    def named() -> set[str]:
        return {file["blob"] for file in database["files"].find()}

    assert len(named()) == files
    eventually(lambda: {path.name for path in on_disk(own_api)} == named(), within=30, every=0.1)
    for writer in writers:
        writer.check()


def test_what_no_file_names_is_swept_and_what_one_names_is_not(own_api: CoreApi) -> None:
    ada = new_person(own_api)
    path = upload(ada.client, b"kept").headers["location"]
    (kept,) = on_disk(own_api)
    stray = own_api.files_directory / "blobs" / "ab" / ("ab" + "0" * 30)
    stray.parent.mkdir(exist_ok=True)
    stray.write_bytes(b"renamed, and then the process died")
    eventually(lambda: not stray.exists(), within=20, every=0.05)
    assert kept.exists()
    assert ada.client.get(path).content == b"kept"


def test_an_upload_whose_part_on_the_disk_is_gone_is_refused(own_api: CoreApi) -> None:
    ada = new_person(own_api)
    with RawUpload(own_api, ada, 3 * MIB) as sending:
        sending.send(bytes(3 * MIB))
        eventually(has_begun(own_api, MIB), within=10, every=0.02)
        # Nothing comes for longer than what is unfinished may lie.
        eventually(lambda: unfinished(own_api) == [], within=20, every=0.05)
        assert sending.finish()[0] == 503
    assert ada.client.get("/files").json()["items"] == []
    assert on_disk(own_api) == []


def test_a_database_without_one_file_empties_no_volume(own_api: CoreApi) -> None:
    own_api.kill()
    shard = own_api.files_directory / "blobs" / "cd"
    shard.mkdir(parents=True)
    blobs = [shard / f"cd{number:030}" for number in range(101)]
    for blob in blobs:
        blob.write_bytes(b"x")
    # All of them must be old enough for the first sweep.
    eventually(lambda: time.time() - blobs[-1].stat().st_ctime > 1, within=5, every=0.05)
    own_api.start()

    def told() -> bool:
        lines = own_api.log_lines()
        return any(line.get("contents") == 101 and line["level"] == "error" for line in lines)

    eventually(told, within=20, every=0.05)
    assert all(blob.exists() for blob in blobs)


def test_the_deletion_of_an_account_that_a_crash_cut_off_is_finished(own_api: CoreApi, database: Any) -> None:
    ada, grace = new_person(own_api), new_person(own_api)
    gone = upload(ada.client).headers["location"]
    stays = upload(grace.client).headers["location"]
    # As it is when the process dies after the account is gone, and before its files are;
    # and when it dies before the account is.
    began = datetime(2026, 1, 1, tzinfo=UTC)
    database["file-erasures"].insert_many([{"_id": ada.id, "at": began}, {"_id": grace.id, "at": began}])
    database["users"].delete_one({"_id": ada.id})
    eventually(lambda: database["file-erasures"].count_documents({}) == 0, within=20, every=0.05)
    assert [file["ownerId"] for file in database["files"].find()] == [grace.id]
    assert_problem(ada.client.get(gone), 404)
    assert grace.client.get(stays).content == b"hello"


def test_an_upload_of_an_account_that_is_deleted_meanwhile_is_not_kept(own_api: CoreApi) -> None:
    ada = new_person(own_api)
    with RawUpload(own_api, ada, MIB) as sending:
        sending.send(bytes(MIB))
        eventually(has_begun(own_api, 0), within=10, every=0.02)
        answer = ada.client.request("DELETE", "/auth/me", json={"password": ada.password})
        assert answer.status_code == 204
        assert sending.finish()[0] == 401
    assert on_disk(own_api) == []


@pytest.mark.parametrize("store", ["database", "cache"])
def test_a_store_that_goes_away_during_an_upload_is_a_503_and_leaves_nothing(
    tmp_path: Path, store: str
) -> None:
    servers = {"database": FerretDB(tmp_path / "ferretdb"), "cache": Redis(tmp_path / "redis")}
    for server in servers.values():
        server.start()
    api = CoreApi(tmp_path / "api", servers["database"], servers["cache"], **IMPATIENT)  # type: ignore[arg-type]
    api.start()
    try:
        ada = new_person(api)
        path = upload(ada.client, b"kept").headers["location"]
        kept = on_disk(api)
        for method, where in (("POST", "/files"), ("PUT", path)):
            with RawUpload(api, ada, 3 * MIB, method=method, path=where) as sending:
                sending.send(bytes(3 * MIB))
                eventually(has_begun(api, MIB), within=10, every=0.02)
                servers[store].kill()
                assert sending.finish()[0] == 503
            servers[store].start()
            eventually(lambda: httpx.get(f"{api.public}/readyz", timeout=10).status_code == 200, within=20)
            eventually(lambda: on_disk(api) == kept, within=20, every=0.05)
            assert [file["size"] for file in ada.client.get("/files").json()["items"]] == [4]
        assert ada.client.get(path).content == b"kept"
        assert upload(ada.client).status_code == 201
    finally:
        api.kill()
        api.close_clients()
        for server in servers.values():
            server.kill()


def test_a_volume_that_is_away_is_a_503_and_everything_else_goes_on(own_api: CoreApi) -> None:
    ada = new_person(own_api)
    path = upload(ada.client).headers["location"]
    blobs = own_api.files_directory / "blobs"
    blobs.rename(blobs.with_name("elsewhere"))
    blobs.touch()
    assert_problem(upload(ada.client), 503)
    assert_problem(ada.client.get(path), 503)
    assert ada.client.get(f"{path}/meta").status_code == 200
    assert ada.client.get("/auth/me").status_code == 200
    blobs.unlink()
    blobs.with_name("elsewhere").rename(blobs)
    assert ada.client.get(path).content == b"hello"
    assert upload(ada.client).status_code == 201


def test_a_full_disk_is_a_507_and_everything_else_goes_on(
    tmp_path: Path, tiny_volume: Path, ferretdb: FerretDB, redis: Redis
) -> None:
    api = CoreApi(
        tmp_path / "api", ferretdb, redis, redis_database=2, BACKPACK_FILES_DIRECTORY=str(tiny_volume)
    )
    api.start()
    try:
        ada = new_person(api)
        kept = upload(ada.client, bytes(5 * MIB)).headers["location"]
        for size in (4 * MIB, 40 * MIB):
            for method, where in (("POST", "/files"), ("PUT", kept)):
                answer = ada.client.request(method, where, files={"file": ("a.bin", bytes(size))})
                assert "disk is full" in assert_problem(answer, 507)["detail"]
        assert len(on_disk(api)) == 1
        assert ada.client.get(kept).content == bytes(5 * MIB)
        assert len(ada.client.get("/files").json()["items"]) == 1
        assert ada.client.post(ada.make_collection(), json={"a": 1}).status_code == 201
        assert upload(ada.client, bytes(2 * MIB)).status_code == 201
        # Where there is no room, what is deleted gives it back at once.
        assert ada.client.delete(kept).status_code == 204
        eventually(lambda: len(on_disk(api)) == 1, within=10, every=0.02)
        assert upload(ada.client, bytes(4 * MIB)).status_code == 201
    finally:
        api.stop()
        api.close_clients()


def test_reads_find_a_content_also_where_replaced_ones_go_at_once(
    tmp_path: Path, tiny_volume: Path, ferretdb: FerretDB, redis: Redis
) -> None:
    api = CoreApi(
        tmp_path / "api", ferretdb, redis, redis_database=2, BACKPACK_FILES_DIRECTORY=str(tiny_volume)
    )
    api.start()
    try:
        ada = new_person(api)
        path = upload(ada.client, bytes(1000)).headers["location"]
        done = threading.Event()

        def write() -> None:
            with api.client(headers=ada.client.headers) as client:
                for number in range(100):
                    assert client.put(path, files={"file": bytes([number]) * 1000}).status_code == 200
            done.set()

        writer = threading.Thread(target=write)
        writer.start()
        while not done.is_set():
            answer = ada.client.get(path)
            assert answer.status_code == 200, answer.text
            assert answer.headers["etag"] == f'"{hashlib.sha256(answer.content).hexdigest()}"'
        writer.join()
        eventually(lambda: len(on_disk(api)) == 1, within=10, every=0.02)
    finally:
        api.stop()
        api.close_clients()


def test_at_the_end_of_a_process_an_upload_under_way_is_finished(
    tmp_path: Path, ferretdb: FerretDB, redis: Redis
) -> None:
    api = CoreApi(tmp_path / "api", ferretdb, redis, redis_database=2)
    api.start()
    try:
        ada = new_person(api)
        with RawUpload(api, ada, 3 * MIB) as sending:
            sending.send(bytes(2 * MIB))
            eventually(has_begun(api, MIB), within=10, every=0.02)
            api.signal(signal.SIGTERM)
            eventually(lambda: any(line["message"] == "draining" for line in api.log_lines()), within=10)
            status, file = sending.send(bytes(MIB)).finish()
        assert (status, file["size"]) == (201, 3 * MIB)
        assert api.wait() == 0
        api.start()
        with api.client(headers=ada.client.headers) as client:
            assert client.get(f"/files/{file['id']}").content == bytes(3 * MIB)
    finally:
        api.kill()
        api.close_clients()
