"""`files.*` on the admin socket."""

from typing import Any

import httpx
import pytest

from support.admin_client import AdminHttp
from support.core_api import CoreApi, Person, assert_problem, new_person
from support.sockets import Refused, Socket

pytestmark = pytest.mark.timeout(120)


def upload(person: Person, content: bytes = b"hello", **fields: str) -> dict[str, Any]:
    answer = person.client.post("/files", files={"file": ("a.txt", content, "text/plain")}, data=fields)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def test_everyones_files_are_listed_and_can_be_removed(admin_api: CoreApi, console: Socket) -> None:
    ada, grace = new_person(admin_api), new_person(admin_api)
    mine = [upload(ada, bytes([number]), bucket="pictures") for number in range(3)]
    other = upload(grace)

    assert console.call("files.get", fileId=mine[0]["id"]) == mine[0]
    assert console.call("files.list", userId=grace.id)["items"] == [other]
    ids = {file["id"] for file in console.call("files.list", limit=1000)["items"]}
    assert ids >= {file["id"] for file in (*mine, other)}

    found: list[Any] = []
    cursor = None
    while True:
        page = console.call("files.list", userId=ada.id, bucket="pictures", limit=2, cursor=cursor)
        found += page["items"]
        cursor = page["nextCursor"]
        if cursor is None:
            break
    assert found == mine

    assert console.call("files.delete", fileId=mine[0]["id"]) == mine[0]
    assert_problem(ada.client.get(f"/files/{mine[0]['id']}"), 404)
    newest = console.call("audit.list", limit=1)["items"][0]
    assert (newest["op"], newest["target"]) == ("files.delete", {"fileId": mine[0]["id"]})
    for op in ("files.get", "files.delete"):
        with pytest.raises(Refused) as refused:
            console.call(op, fileId=mine[0]["id"])
        assert refused.value.status == 404


def test_an_administrator_reads_the_content_of_anyones_file(admin_api: CoreApi, admin: AdminHttp) -> None:
    file = upload(new_person(admin_api), b"hello, world")
    path = f"/admin/files/{file['id']}"

    whole = admin.call("GET", path)
    assert (whole.status_code, whole.content) == (200, b"hello, world")
    assert "sandbox" in whole.headers["Content-Security-Policy"]
    part = admin.call("GET", path, headers={"Range": "bytes=7-"})
    assert (part.status_code, part.content) == (206, b"world")
    again = admin.call("GET", path, headers={"If-None-Match": whole.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert_problem(admin.call("GET", "/admin/files/none"), 404)


def test_nobody_else_reads_a_file_at_the_admin_listener(admin_api: CoreApi) -> None:
    owner = new_person(admin_api)
    file = upload(owner)
    for headers in ({}, {"Authorization": f"Bearer {owner.token}"}):
        assert_problem(httpx.get(f"{admin_api.admin}/admin/files/{file['id']}", headers=headers), 401)
