"""`/files`: uploads, what is said of them, lists, and who may do what."""

import hashlib
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from support.core_api import GOOD_PASSWORD, CoreApi, Person, assert_problem, new_person
from support.uploads import on_disk
from support.waiting import eventually

pytestmark = pytest.mark.timeout(60)

FIELDS = {
    "id": str,
    "bucket": str,
    "filename": str,
    "contentType": str,
    "size": int,
    "sha256": str,
    "public": bool,
    "ownerId": str,
    "createdAt": str,
    "updatedAt": str,
}
NO_ID = "01a20a84-49cc-7000-b5ad-6ef992a505f8"


def upload(
    client: httpx.Client,
    content: bytes = b"hello",
    name: str = "a.txt",
    kind: str = "text/plain",
    **fields: str,
) -> httpx.Response:
    return client.post("/files", files={"file": (name, content, kind)}, data=fields)


def overwrite(client: httpx.Client, path: str, content: bytes = b"new", **headers: str) -> httpx.Response:
    return client.put(path, files={"file": ("b.bin", content, "application/x-b")}, headers=headers)


def test_an_upload_comes_back_as_it_was_sent(ada: Person) -> None:
    content = bytes(range(256)) * 5000
    created = upload(ada.client, content, "größe 🎒.txt", bucket="pictures")
    assert created.status_code == 201
    file = created.json()
    assert {key: type(value) for key, value in file.items()} == FIELDS
    assert file == {
        **file,
        "bucket": "pictures",
        "filename": "größe 🎒.txt",
        "contentType": "text/plain",
        "size": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
        "public": False,
        "ownerId": ada.id,
    }
    assert file["createdAt"] == file["updatedAt"]
    assert created.headers["location"] == f"/files/{file['id']}"
    read = ada.client.get(created.headers["location"])
    assert read.status_code == 200
    assert read.content == content
    assert read.headers["etag"] == created.headers["etag"] == f'"{file["sha256"]}"'
    assert ada.client.get(f"/files/{file['id']}/meta").json() == file
    assert ada.client.get("/files").json() == {"items": [file], "nextCursor": None}


def test_an_empty_file_is_a_file(ada: Person) -> None:
    file = upload(ada.client, b"").json()
    assert (file["size"], file["sha256"]) == (0, hashlib.sha256(b"").hexdigest())
    read = ada.client.get(f"/files/{file['id']}")
    assert (read.status_code, read.content, read.headers["content-length"]) == (200, b"", "0")


def test_the_fields_may_come_before_and_after_the_file(ada: Person) -> None:
    parts = [
        ("bucket", (None, "b-1.x_Y")),
        ("file", ("a.txt", b"x", "text/plain")),
        ("public", (None, "true")),
    ]
    file = ada.client.post("/files", files=parts).json()
    assert (file["bucket"], file["public"]) == ("b-1.x_Y", True)
    file = upload(ada.client).json()
    assert (file["bucket"], file["public"]) == ("default", False)


def test_a_list_is_ones_own_files_by_bucket_and_page(ada: Person, grace: Person) -> None:
    upload(grace.client, public="true")
    ids = [
        upload(ada.client, bucket="even" if number % 2 == 0 else "odd").json()["id"] for number in range(7)
    ]
    found: list[str] = []
    cursor: str | None = None
    pages = 0
    while pages == 0 or cursor is not None:
        query = {"limit": "3"} | ({"cursor": cursor} if cursor else {})
        page = ada.client.get("/files", params=query).json()
        found += [file["id"] for file in page["items"]]
        cursor = page["nextCursor"]
        pages += 1
    assert (found, pages) == (ids, 3)
    odd = ada.client.get("/files", params={"bucket": "odd"}).json()
    assert [file["id"] for file in odd["items"]] == ids[1::2]
    assert ada.client.get("/files", params={"bucket": "none"}).json() == {"items": [], "nextCursor": None}


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=1001",
        "limit=x",
        "cursor=x",
        "cursor=",
        "bucket=",
        "bucket=../x",
        "owner=x",
        "limit=1&limit=2",
    ],
)
def test_a_list_that_can_not_be_is_refused(ada: Person, query: str) -> None:
    assert_problem(ada.client.get(f"/files?{query}"), 422)


def test_overwriting_changes_the_content_and_keeps_the_id(ada: Person) -> None:
    first = upload(ada.client, bucket="b", public="true").json()
    path = f"/files/{first['id']}"
    answer = overwrite(ada.client, path)
    assert answer.status_code == 200
    second = answer.json()
    assert {key: type(value) for key, value in second.items()} == FIELDS
    assert second == {
        **first,
        "filename": "b.bin",
        "contentType": "application/x-b",
        "size": 3,
        "sha256": hashlib.sha256(b"new").hexdigest(),
        "updatedAt": second["updatedAt"],
    }
    assert second["updatedAt"] >= first["updatedAt"]
    assert ada.client.get(path).content == b"new"
    answer = ada.client.put(
        path, files={"file": ("c", b"c"), "bucket": (None, "c"), "public": (None, "false")}
    )
    assert (answer.json()["bucket"], answer.json()["public"]) == ("c", False)
    assert len(ada.client.get("/files").json()["items"]) == 1


def test_of_many_who_overwrite_at_once_all_succeed_and_one_is_last(ada: Person) -> None:
    file = upload(ada.client, b"first").json()
    path = f"/files/{file['id']}"
    contents = [f"{number}".encode() * 1000 for number in range(8)]

    def write(content: bytes) -> int:
        return ada.client.put(path, files={"file": ("a.txt", content)}).status_code

    def rename(number: int) -> int:
        return ada.client.patch(path, json={"filename": f"{number}.txt"}).status_code

    with ThreadPoolExecutor(12) as pool:
        outcomes = [*pool.map(write, contents), *pool.map(rename, range(4))]
    assert outcomes == [200] * 12
    assert ada.client.get(path).content in contents


def test_overwriting_never_creates(ada: Person) -> None:
    assert_problem(overwrite(ada.client, f"/files/{NO_ID}"), 404)
    assert ada.client.get("/files").json()["items"] == []


def test_if_match_names_the_content_that_is_meant(ada: Person) -> None:
    created = upload(ada.client)
    path, etag = created.headers["location"], created.headers["etag"]
    for stale in ('"x"', f"W/{etag}", ""):
        assert_problem(overwrite(ada.client, path, **{"If-Match": stale}), 412)
        assert_problem(ada.client.patch(path, json={}, headers={"If-Match": stale}), 412)
        assert_problem(ada.client.delete(path, headers={"If-Match": stale}), 412)
    assert ada.client.get(path).content == b"hello"
    changed = overwrite(ada.client, path, **{"If-Match": f'"x", {etag}'})
    assert changed.status_code == 200
    assert_problem(overwrite(ada.client, path, **{"If-Match": etag}), 412)
    assert ada.client.patch(path, json={}, headers={"If-Match": changed.headers["etag"]}).status_code == 200
    assert ada.client.delete(path, headers={"If-Match": "*"}).status_code == 204


def test_a_patch_changes_what_is_said_of_a_file_and_not_its_content(ada: Person) -> None:
    first = upload(ada.client).json()
    path = f"/files/{first['id']}"
    answer = ada.client.patch(path, json={"filename": "../b/ c.txt", "bucket": "x", "public": True})
    assert answer.status_code == 200
    second = answer.json()
    assert second == {
        **first,
        "filename": "c.txt",
        "bucket": "x",
        "public": True,
        "updatedAt": second["updatedAt"],
    }
    third = ada.client.patch(path, json={"public": False}).json()
    assert third == {**second, "public": False, "updatedAt": third["updatedAt"]}
    read = ada.client.get(path)
    assert (read.content, read.headers["etag"]) == (b"hello", f'"{first["sha256"]}"')


@pytest.mark.parametrize(
    "patch",
    [
        {"filename": ""},
        {"filename": ".."},
        {"filename": "\u202e"},
        {"filename": 1},
        {"bucket": ""},
        {"bucket": "a/b"},
        {"bucket": "x" * 64},
        {"public": "true"},
        {"size": 1},
        {"ownerId": NO_ID},
        {"contentType": "text/html"},
        [],
    ],
)
def test_a_patch_that_can_not_be_is_refused(ada: Person, patch: object) -> None:
    file = upload(ada.client).json()
    assert_problem(ada.client.patch(f"/files/{file['id']}", json=patch), 422)
    assert ada.client.get(f"/files/{file['id']}/meta").json() == file


def test_a_deleted_file_is_gone(ada: Person) -> None:
    path = upload(ada.client).headers["location"]
    answer = ada.client.delete(path)
    assert (answer.status_code, answer.content) == (204, b"")
    for method, where in (("GET", path), ("GET", f"{path}/meta"), ("PATCH", path), ("DELETE", path)):
        assert_problem(ada.client.request(method, where, json={} if method == "PATCH" else None), 404)
    assert_problem(overwrite(ada.client, path), 404)
    assert ada.client.get("/files").json()["items"] == []


def test_a_private_file_is_nobody_elses(ada: Person, grace: Person, anyone: httpx.Client) -> None:
    path = upload(ada.client).headers["location"]
    for client in (grace.client, anyone):
        for method, where in (("GET", path), ("HEAD", path), ("GET", f"{path}/meta")):
            answer = client.request(method, where)
            assert answer.status_code == 404
            assert (
                answer.headers["content-length"]
                == client.request(method, f"/files/{NO_ID}").headers["content-length"]
            )
    assert_problem(overwrite(grace.client, path), 404)
    assert_problem(grace.client.patch(path, json={"public": True}), 404)
    assert_problem(grace.client.delete(path), 404)
    assert grace.client.get("/files").json()["items"] == []
    assert ada.client.get(path).content == b"hello"


def test_a_public_file_is_read_by_anyone_and_changed_by_its_owner_only(
    ada: Person, grace: Person, anyone: httpx.Client
) -> None:
    file = upload(ada.client, public="true").json()
    path = f"/files/{file['id']}"
    for client in (grace.client, anyone):
        assert client.get(path).content == b"hello"
        assert client.head(path).status_code == 200
        assert client.get(f"{path}/meta").json() == file
    assert_problem(overwrite(grace.client, path), 403)
    assert_problem(grace.client.patch(path, json={"public": False}), 403)
    assert_problem(grace.client.delete(path), 403)
    assert ada.client.get(f"{path}/meta").json() == file
    ada.client.patch(path, json={"public": False})
    assert_problem(anyone.get(path), 404)


def test_without_a_session_nothing_is_written_or_listed(ada: Person, anyone: httpx.Client) -> None:
    for path in (upload(ada.client, public="true").headers["location"], f"/files/{NO_ID}"):
        assert_problem(overwrite(anyone, path), 401)
        assert_problem(anyone.patch(path, json={}), 401)
        assert_problem(anyone.delete(path), 401)
    assert_problem(upload(anyone), 401)
    assert_problem(anyone.get("/files"), 401)


def test_who_may_not_write_is_told_so_before_the_body_is_read(
    ada: Person, grace: Person, anyone: httpx.Client
) -> None:
    path = upload(ada.client, public="true").headers["location"]
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    broken = b"this is no form"
    assert_problem(anyone.post("/files", content=broken, headers=headers), 401)
    assert_problem(grace.client.put(path, content=broken, headers=headers), 403)
    assert_problem(grace.client.put(f"/files/{NO_ID}", content=broken, headers=headers), 404)
    assert_problem(ada.client.put(path, content=broken, headers={**headers, "If-Match": '"x"'}), 412)


def test_files_are_no_collection(ada: Person) -> None:
    upload(ada.client)
    for name in ("files", "file-erasures", "users"):
        assert_problem(ada.client.get(f"/db/{name}"), 404)


def test_a_deleted_account_takes_its_files_with_it(ada: Person, grace: Person, anyone: httpx.Client) -> None:
    paths = [upload(ada.client, public="true").headers["location"] for _ in range(3)]
    others = upload(grace.client, public="true").headers["location"]
    assert ada.client.request("DELETE", "/auth/me", json={"password": GOOD_PASSWORD}).status_code == 204
    for path in paths:
        assert_problem(anyone.get(path), 404)
    assert anyone.get(others).status_code == 200


def test_contents_that_were_replaced_leave_the_disk(start_api) -> None:  # type: ignore[no-untyped-def]
    api: CoreApi = start_api(configuration={"quota_per_user": 1024**3})
    ada = new_person(api)
    path = upload(ada.client, bytes(30_000_000)).headers["location"]
    for number in range(5):
        assert overwrite(ada.client, path, bytes([number]) * 30_000_000).status_code == 200
    # They stay for half a minute, but never more of them than 64 MiB.
    eventually(lambda: len(on_disk(api)) <= 3, within=20, every=0.05)
    assert (
        hashlib.sha256(ada.client.get(path).content).digest() == hashlib.sha256(b"\4" * 30_000_000).digest()
    )
