"""`GET /admin/export` and `POST /admin/import`: a whole backpack as one archive."""

import contextlib
import hashlib
import io
import json
import threading
import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.exceptions import InvalidStatus

from backpack_contract.configuration import AdminKey
from support.admin_client import AdminHttp, AdminSigner
from support.core_api import GOOD_PASSWORD, CoreApi, Person, assert_problem, new_email, new_person, sign_in
from support.ferretdb import FerretDB
from support.redis import Redis
from support.site_zips import site_zip
from support.sockets import open_socket, socket_of
from support.waiting import eventually

pytestmark = pytest.mark.timeout(180)


@pytest.fixture
def source(start_admin_api: Callable[..., CoreApi]) -> CoreApi:
    return start_admin_api(redis_database=3)


@pytest.fixture
def target(start_admin_api: Callable[..., CoreApi]) -> CoreApi:
    return start_admin_api(redis_database=4)


def export_of(api: CoreApi, signer: AdminSigner) -> bytes:
    answer = AdminHttp(api, signer).call("GET", "/admin/export")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/zip"
    return answer.content


def import_into(api: CoreApi, signer: AdminSigner, archive: bytes, query: str = "") -> httpx.Response:
    return AdminHttp(api, signer).call("POST", f"/admin/import{query}", content=archive, timeout=120)


class Filled:
    """A backpack with something of everything in it."""

    def __init__(self, api: CoreApi, signer: AdminSigner) -> None:
        self.ada, self.grace = new_person(api), new_person(api)
        self.ada.client.patch("/auth/me", json={"profile": {"name": "Ada", "tags": [1, {"x": None}]}})
        admin = AdminHttp(api, signer)
        with admin.socket() as console:
            console.call("users.disable", userId=self.grace.id)
            console.call(
                "collections.create",
                collection="tasks",
                rules={"read": "owner"},
                schema={"type": "object", "properties": {"n": {"type": "integer"}}},
                indexes=[{"keys": ["n"], "unique": True}],
            )
            console.call("collections.create", collection="empty")
        values = [{"n": number, "text": "ü\n\t" * 9, "deep": {"a": [1.5, None]}} for number in range(130)]
        self.tasks = self.ada.client.post("/db/tasks", json=values).json()
        self.changed = self.ada.client.patch(f"/db/tasks/{self.tasks[0]['id']}", json={"done": True}).json()
        self.contents: list[bytes] = []
        self.files: list[Any] = []
        for number, content in enumerate([b"", b"hello", bytes(range(256)) * 5000]):
            self.upload(f"f{number}.bin", content)
        site = site_zip({"app.js": "let a = 1;" * 500}, index=b"<p>the site")
        assert admin.call("POST", "/admin/site/releases", content=site).status_code == 201

    def upload(self, name: str, content: bytes) -> None:
        answer = self.ada.client.post("/files", files={"file": (name, content)}, data={"bucket": "b"})
        assert answer.status_code == 201, answer.text
        self.files.append(answer.json())
        self.contents.append(content)

    def assert_in(self, api: CoreApi) -> None:
        """All of it is there, as it was."""
        there = sign_in(api, self.ada.email, self.ada.password)
        assert there.id == self.ada.id
        assert there.client.get("/auth/me").json()["profile"] == {"name": "Ada", "tags": [1, {"x": None}]}
        assert_problem(log_in(api, self.grace), 403)
        listed: list[Any] = []
        cursor = ""
        while cursor is not None:
            page = there.client.get(f"/db/tasks?limit=100{cursor and '&cursor=' + cursor}").json()
            listed += page["items"]
            cursor = page["nextCursor"]
        assert listed == [self.changed, *self.tasks[1:]]
        assert_problem(there.client.post("/db/tasks", json={"n": 5}), 409)
        assert_problem(there.client.post("/db/tasks", json={"n": "five"}), 422)
        assert there.client.get("/db/empty").json()["items"] == []
        assert there.client.get("/files").json()["items"] == self.files
        for file, content in zip(self.files, self.contents, strict=True):
            assert there.client.get(f"/files/{file['id']}").content == content
        assert httpx.get(f"{api.public}/site/").text == "<p>the site"
        assert httpx.get(f"{api.public}/site/app.js").text == "let a = 1;" * 500


def log_in(api: CoreApi, person: Person) -> httpx.Response:
    body = {"email": person.email, "password": person.password}
    return httpx.post(f"{api.public}/auth/login", json=body, timeout=20)


def test_everything_comes_back_in_an_empty_backpack(
    source: CoreApi, target: CoreApi, signer: AdminSigner
) -> None:
    filled = Filled(source, signer)
    archive = export_of(source, signer)
    names = set(zipfile.ZipFile(io.BytesIO(archive)).namelist())
    assert names == {
        "users.ndjson",
        "collections.ndjson",
        "documents/tasks.ndjson",
        "documents/empty.ndjson",
        "files.ndjson",
        "site.zip",
        "manifest.json",
        *(f"files/{file['id']}" for file in filled.files),
    }
    answer = import_into(target, signer, archive)
    assert answer.status_code == 200, answer.text
    outcome = answer.json()
    assert outcome.pop("release")
    assert outcome == {"users": 2, "collections": 2, "documents": 130, "files": 3, "notes": []}
    filled.assert_in(target)
    with AdminHttp(target, signer).socket() as console:
        newest = console.call("audit.list", operation="import")["items"][0]
    assert (newest["who"], newest["outcome"]) == ("ada", "done")

    def told(archive: bytes) -> dict[str, bytes]:
        whole = zipfile.ZipFile(io.BytesIO(archive))
        return {name: whole.read(name) for name in whole.namelist() if name.endswith("json")}

    again, first = told(export_of(target, signer)), told(archive)
    for name in first.keys() - {"manifest.json", "collections.ndjson"}:
        assert sorted(again[name].splitlines()) == sorted(first[name].splitlines())


def test_what_is_there_is_replaced_only_where_asked_to(
    source: CoreApi, target: CoreApi, signer: AdminSigner
) -> None:
    filled = Filled(source, signer)
    archive = export_of(source, signer)
    there = new_person(target)
    there.client.post(there.make_collection("own"), json={})
    there.client.post("/files", files={"file": ("a", b"there")})
    assert_problem(import_into(target, signer, archive), 409)
    assert there.client.get("/db/own").json()["items"]

    with socket_of(target, there) as socket:
        answer = import_into(target, signer, archive, "?replace=true")
        assert answer.status_code == 200, answer.text
        assert socket.close_code() == 4001
    filled.assert_in(target)
    assert_problem(there.client.get("/auth/me"), 401)
    assert_problem(log_in(target, there), 401)
    ada = sign_in(target, filled.ada.email, filled.ada.password)
    assert_problem(ada.client.get("/db/own"), 404)
    with AdminHttp(target, signer).socket() as console:
        assert console.call("users.list", total=True)["total"] == 2
        assert len(console.call("files.list")["items"]) == 3
    assert import_into(target, signer, archive, "?replace=true").status_code == 200
    filled.assert_in(target)


def test_an_archive_comes_back_however_well_it_packs(
    source: CoreApi, target: CoreApi, signer: AdminSigner
) -> None:
    ada = new_person(source)
    assert ada.client.post("/collections", json={"name": "tasks"}).status_code == 201
    for _ in range(5):
        made = ada.client.post("/db/tasks", json=[{"text": "a" * 1_000_000}] * 14, timeout=60)
        assert made.status_code == 201
    stored = io.BytesIO()
    with zipfile.ZipFile(stored, "w", zipfile.ZIP_STORED) as site:
        site.writestr("index.html", "<p>large")
        site.writestr("a.txt", "a" * 20 * 1024 * 1024)
    admin = AdminHttp(source, signer)
    assert admin.call("POST", "/admin/site/releases", content=stored.getvalue()).status_code == 201
    archive = export_of(source, signer)
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        assert sum(entry.file_size for entry in opened.infolist()) > 200 * len(archive)
    outcome = import_into(target, signer, archive)
    assert outcome.status_code == 200, outcome.text
    assert outcome.json()["documents"] == 70
    assert httpx.get(f"{target.public}/site/").text == "<p>large"


def test_an_export_is_a_503_while_the_database_is_away(
    tmp_path: Path, redis: Redis, admin_keys: tuple[AdminKey, ...], signer: AdminSigner
) -> None:
    database = FerretDB(tmp_path / "ferretdb")
    database.start()
    api = CoreApi(
        tmp_path / "api", database, redis, redis_database=6, configuration={"admin_keys": admin_keys}
    )
    api.start()
    try:
        database.kill()
        assert_problem(AdminHttp(api, signer).call("GET", "/admin/export", timeout=60), 503)
    finally:
        api.kill()
        api.close_clients()
        database.kill()


def test_an_archive_without_a_site_takes_the_site_away(
    source: CoreApi, target: CoreApi, signer: AdminSigner
) -> None:
    admin = AdminHttp(target, signer)
    for number in range(2):
        site = site_zip(index=b"<p>%d" % number)
        assert admin.call("POST", "/admin/site/releases", content=site).status_code == 201
    assert httpx.get(f"{target.public}/site/").text == "<p>1"
    outcome = import_into(target, signer, export_of(source, signer))
    assert (outcome.status_code, outcome.json()["release"]) == (200, None)
    assert "Your backpack is ready" in httpx.get(f"{target.public}/site/").text
    with admin.socket() as console:
        assert console.call("site.releases")["items"] == []
    assert admin.call("POST", "/admin/site/releases", content=site_zip(index=b"<p>new")).status_code == 201
    assert httpx.get(f"{target.public}/site/").text == "<p>new"


def test_an_import_that_was_killed_is_finished_by_a_retry(
    source: CoreApi, target: CoreApi, signer: AdminSigner
) -> None:
    filled = Filled(source, signer)
    for number in range(40):
        filled.upload(f"more{number}", bytes([number]))
    archive = export_of(source, signer)
    new_person(target)

    def send() -> None:
        with pytest.raises(httpx.TransportError):
            import_into(target, signer, archive, "?replace=true")

    sending = threading.Thread(target=send)
    sending.start()
    # Its users are there: it is being filled.
    eventually(lambda: _has_user(target, signer, filled.ada), within=30, every=0.002)
    target.kill()
    sending.join()

    target.start()
    # Nobody sees what is half there.
    answer = eventually(lambda: _closed(target, filled.ada), within=10, every=0.05)
    assert answer.headers["retry-after"]
    assert httpx.get(f"{target.public}/healthz").status_code == 200
    answer = eventually(lambda: _imported(target, signer, archive), within=90, every=1)
    assert answer.json()["documents"] == 130
    filled.assert_in(target)


def test_every_replica_is_closed_meanwhile_and_then_sees_what_was_imported(
    good: tuple[CoreApi, bytes], start_admin_api: Callable[..., CoreApi], signer: AdminSigner
) -> None:
    archive = good[1]
    first = start_admin_api(redis_database=4)
    second = start_admin_api(redis_database=4, database=first.database)
    there = new_person(second)
    path = there.make_collection("own")
    for _ in range(3):
        assert there.client.post(path, json={}).status_code == 201

    with ThreadPoolExecutor(1) as pool:
        importing = pool.submit(import_into, first, signer, archive, "?replace=true")
        eventually(lambda: there.client.get(path).status_code == 503, within=30, every=0.01)
        assert httpx.get(f"{second.public}/readyz").status_code == 200
        assert httpx.get(f"{second.public}/site/").status_code == 200
        with pytest.raises(InvalidStatus) as refused, open_socket(second):
            pass
        assert refused.value.response.status_code == 503
        assert importing.result().status_code == 200
    eventually(lambda: there.client.get(path).status_code == 401, within=2, every=0.02)
    with AdminHttp(second, signer).socket() as console:
        email = console.call("users.list", limit=1)["items"][0]["email"]
    ada = sign_in(second, email, GOOD_PASSWORD)
    assert_problem(ada.client.get(path), 404)
    assert len(ada.client.get("/db/tasks?limit=200").json()["items"]) == 130


def test_an_export_is_in_the_audit_log(good: tuple[CoreApi, bytes], signer: AdminSigner) -> None:
    api, _ = good
    export_of(api, signer)
    with AdminHttp(api, signer).socket() as console:
        newest = console.call("audit.list", operation="export", limit=1)["items"][0]
    assert (newest["who"], newest["outcome"]) == ("ada", "done")


def test_a_client_that_leaves_ends_the_export(good: tuple[CoreApi, bytes], signer: AdminSigner) -> None:
    api, _ = good
    admin = AdminHttp(api, signer)
    with (
        httpx.stream("GET", f"{api.admin}/admin/export", headers=admin.headers) as answer,
        contextlib.suppress(StopIteration),
    ):
        next(answer.iter_raw(10))
    with admin.socket() as console:

        def outcome() -> bool:
            return bool(
                console.call("audit.list", operation="export", limit=1)["items"][0]["outcome"] != "begun"
            )

        eventually(outcome, within=10)
    assert len(export_of(api, signer)) > 1000
    assert "Traceback" not in api.log_text()


def _has_user(api: CoreApi, signer: AdminSigner, person: Person) -> bool:
    with AdminHttp(api, signer).socket() as console:
        return person.id in [user["id"] for user in console.call("users.list")["items"]]


def _closed(api: CoreApi, person: Person) -> httpx.Response | None:
    answer = log_in(api, person)
    return answer if answer.status_code == 503 else None


def _imported(api: CoreApi, signer: AdminSigner, archive: bytes) -> httpx.Response | None:
    """Without `replace`: what the import itself has left is no reason to refuse. The lock of
    the one that was killed frees itself."""
    answer = import_into(api, signer, archive)
    assert answer.status_code in (200, 503), answer.text
    return answer if answer.status_code == 200 else None


def rewritten(archive: bytes, change: Callable[[dict[str, bytes]], None]) -> bytes:
    """The archive with other entries; the manifest tells of them rightly."""
    whole = zipfile.ZipFile(io.BytesIO(archive))
    entries = {name: whole.read(name) for name in whole.namelist()}
    change(entries)
    if entries.get("manifest.json", b"").startswith(b'{"format":"backpack-archive","version":1'):
        manifest = json.loads(entries["manifest.json"])
        for name in manifest["entries"]:
            if name in entries:
                manifest["entries"][name] = {
                    "sha256": hashlib.sha256(entries[name]).hexdigest(),
                    "records": entries[name].count(b"\n"),
                }
        entries["manifest.json"] = json.dumps(manifest, separators=(",", ":")).encode()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as written:
        for name, content in entries.items():
            written.writestr(name, content)
    return out.getvalue()


def replaced(name: str, old: bytes, new: bytes) -> Callable[[dict[str, bytes]], None]:
    def change(entries: dict[str, bytes]) -> None:
        assert old in entries[name]
        entries[name] = entries[name].replace(old, new, 1)

    return change


def doubled(name: str) -> Callable[[dict[str, bytes]], None]:
    def change(entries: dict[str, bytes]) -> None:
        entries[name] += entries[name].splitlines(keepends=True)[0]

    return change


def _added(name: str, content: bytes) -> Callable[[dict[str, bytes]], None]:
    return lambda entries: entries.update({name: content})


def _without(prefix: str) -> Callable[[dict[str, bytes]], None]:
    def change(entries: dict[str, bytes]) -> None:
        for name in [name for name in entries if name.startswith(prefix)]:
            del entries[name]

    return change


def _first_file(new: Callable[[bytes], bytes]) -> Callable[[dict[str, bytes]], None]:
    def change(entries: dict[str, bytes]) -> None:
        name = max((name for name in entries if name.startswith("files/")), key=lambda one: len(entries[one]))
        entries[name] = new(entries[name])

    return change


BROKEN: dict[str, Callable[[dict[str, bytes]], None]] = {
    "no manifest": _without("manifest.json"),
    "another format": replaced("manifest.json", b"backpack-archive", b"another-archive"),
    "a newer version": replaced("manifest.json", b'"version":1', b'"version":2'),
    "a manifest that is no JSON": _added("manifest.json", b"{"),
    "no users": _without("users.ndjson"),
    "no documents of a collection": _without("documents/tasks.ndjson"),
    "no content of a file": _without("files/"),
    "a file's content changed": _first_file(lambda content: bytes(len(content))),
    "a file's content cut": _first_file(lambda content: content[:-1]),
    "a line that is cut off": lambda entries: entries.update(
        {"users.ndjson": entries["users.ndjson"].rstrip(b"\n")}
    ),
    "a line that is no JSON": _added("users.ndjson", b"{\n"),
    "a line that is no object": _added("documents/tasks.ndjson", b"[]\n"),
    "a line that is too long": _added("documents/tasks.ndjson", b"x" * 2_500_000 + b"\n"),
    "two users of one id": doubled("users.ndjson"),
    "two documents of one id": doubled("documents/tasks.ndjson"),
    "two collections of one name": doubled("collections.ndjson"),
    "two files of one id": doubled("files.ndjson"),
    "no password hash": replaced("users.ndjson", b'"passwordHash":"$argon2', b'"passwordHash":"plain'),
    "a forged id": replaced("documents/tasks.ndjson", b'"id":"', b'"id":"../../'),
    "a key that none may have": replaced("documents/tasks.ndjson", b'"text"', b'"$text"'),
    "a reserved collection": replaced("collections.ndjson", b'"name":"empty"', b'"name":"users"'),
    "a schema that is none": replaced("collections.ndjson", b'"type":"integer"', b'"type":"nothing"'),
    "an entry outside": _added("../../etc/passwd", b"root"),
    "an entry that is not known": _added("files/../x", b"x"),
    "a site without an index": _added("site.zip", site_zip(index=None, files={"a": "b"})),
}


@pytest.fixture(scope="module")
def good(
    ferretdb: FerretDB,
    redis: Redis,
    signer: AdminSigner,
    admin_keys: tuple[AdminKey, ...],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[CoreApi, bytes]]:
    """An API with something of everything, and an archive of it."""
    api = CoreApi(
        tmp_path_factory.mktemp("archives"),
        ferretdb,
        redis,
        redis_database=5,
        configuration={"admin_keys": admin_keys},
    )
    api.start()
    Filled(api, signer)
    yield api, export_of(api, signer)
    api.stop()
    api.close_clients()


@pytest.mark.parametrize("what", BROKEN)
def test_a_bad_archive_changes_nothing(good: tuple[CoreApi, bytes], signer: AdminSigner, what: str) -> None:
    api, archive = good
    before = httpx.get(f"{api.public}/site/").text
    bad = rewritten(archive, BROKEN[what])
    problem = assert_problem(import_into(api, signer, bad, "?replace=true"), 422)
    assert len(problem["detail"]) < 400
    with AdminHttp(api, signer).socket() as console:
        stats = console.call("stats")
        assert (stats["users"], stats["collections"]["documents"], stats["files"]["count"]) == (2, 130, 3)
        newest = console.call("audit.list", operation="import", limit=1)["items"][0]
        assert (newest["outcome"], newest["problem"]) == ("refused", "invalid-value")
    assert httpx.get(f"{api.public}/site/").text == before


@pytest.mark.parametrize("cut", [0, 1, 100, -1, -30])
def test_what_is_no_whole_zip_changes_nothing(
    good: tuple[CoreApi, bytes], signer: AdminSigner, cut: int
) -> None:
    api, archive = good
    assert_problem(import_into(api, signer, archive[:cut], "?replace=true"), 422)
    with AdminHttp(api, signer).socket() as console:
        assert console.call("stats")["users"] == 2


def test_bytes_that_were_changed_on_the_way_are_noticed(
    good: tuple[CoreApi, bytes], signer: AdminSigner
) -> None:
    api, archive = good
    for at in range(40, len(archive) - 2000, len(archive) // 7):
        damaged = bytearray(archive)
        damaged[at] ^= 0xFF
        answer = import_into(api, signer, bytes(damaged), "?replace=true")
        if answer.status_code != 200:  # a byte of a local header that nobody reads is no damage
            assert_problem(answer, 422)
    with AdminHttp(api, signer).socket() as console:
        assert console.call("stats")["collections"]["documents"] == 130


def test_an_export_goes_on_while_others_write(source: CoreApi, target: CoreApi, signer: AdminSigner) -> None:
    filled = Filled(source, signer)
    ended = threading.Event()
    made: list[str] = []
    with source.client(headers={"Authorization": f"Bearer {filled.ada.token}"}) as client:
        client.post("/collections", json={"name": "notes"})

        def write() -> None:
            while not ended.is_set():
                made.append(client.post("/db/notes", json={"n": len(made)}).json()["id"])

        writing = threading.Thread(target=write)
        writing.start()
        try:
            eventually(lambda: len(made) > 20, within=10, every=0.01)
            certain = set(made)
            archive = export_of(source, signer)
        finally:
            ended.set()
            writing.join()
    assert import_into(target, signer, archive).status_code == 200
    lines = zipfile.ZipFile(io.BytesIO(archive)).read("documents/notes.ndjson").splitlines()
    ids = [json.loads(line)["id"] for line in lines]
    assert certain <= set(ids) <= set(made)
    assert len(ids) == len(set(ids))
    filled.assert_in(target)


def test_two_imports_at_once_are_one_after_the_other_or_refused(
    good: tuple[CoreApi, bytes], signer: AdminSigner
) -> None:
    api, archive = good
    answers: list[int] = []

    def send() -> None:
        answers.append(import_into(api, signer, archive, "?replace=true").status_code)

    threads = [threading.Thread(target=send) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(answers) <= {200, 503}
    assert 200 in answers
    with AdminHttp(api, signer).socket() as console:
        assert console.call("stats")["collections"]["documents"] == 130


@pytest.mark.parametrize(("method", "path"), [("GET", "/admin/export"), ("POST", "/admin/import")])
def test_it_needs_a_token(admin_api: CoreApi, method: str, path: str) -> None:
    assert_problem(httpx.request(method, f"{admin_api.admin}{path}"), 401)
    token = new_person(admin_api).token
    headers = {"Authorization": f"Bearer {token}"}
    assert_problem(httpx.request(method, f"{admin_api.admin}{path}", headers=headers), 401)


def test_an_import_refuses_what_it_does_not_know(admin_api: CoreApi, signer: AdminSigner) -> None:
    assert_problem(import_into(admin_api, signer, b"", "?replace=yes"), 422)
    assert sign_in(admin_api, *_new_account(admin_api)).id


def _new_account(api: CoreApi) -> tuple[str, str]:
    email = new_email()
    httpx.post(f"{api.public}/auth/register", json={"email": email, "password": GOOD_PASSWORD}, timeout=20)
    return email, GOOD_PASSWORD
