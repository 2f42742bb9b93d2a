"""Files of an application's users, as an administrator sees them; none of them runs here."""

from typing import Any

from support.core_api import Person, new_person
from support.dashboard_inside import Inside

HOSTILE = '<img src=x onerror=alert(1)>".html'


def upload(person: Person, name: str, content: bytes, kind: str, **fields: str) -> dict[str, Any]:
    answer = person.client.post("/files", files={"file": (name, content, kind)}, data=fields)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_files_are_listed_with_their_owners(inside: Inside) -> None:
    person = new_person(inside.api)
    upload(person, HOSTILE, b"<script>alert(1)</script>", "text/html", bucket="hostile")

    page = inside.ada.get(f"{inside.path}/files/list?bucket=hostile").text
    assert person.email in page
    assert "&lt;img src=x onerror=alert(1)&gt;" in page
    assert "<img" not in page
    assert "No files yet" not in page


def test_a_text_is_shown_as_text(inside: Inside) -> None:
    file = upload(new_person(inside.api), "page.html", b"<script>alert(1)</script>", "text/html")

    shown = inside.ada.get(f"{inside.path}/files/{file['id']}").text
    assert "&lt;script&gt;alert(1)" in shown
    assert "<script" not in shown


def test_a_content_can_do_nothing_on_the_dashboards_host(inside: Inside) -> None:
    person = new_person(inside.api)
    page = upload(person, "page.html", b"<script>alert(1)</script>", "text/html")
    picture = upload(person, "dot.png", b"\x89PNG\r\n\x1a\n", "image/png")

    for file, how in ((page, "attachment"), (picture, "inline")):
        answer = inside.ada.get(f"{inside.path}/files/{file['id']}/content")
        assert answer.status_code == 200
        assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["content-disposition"].startswith(how)
    download = inside.ada.get(f"{inside.path}/files/{picture['id']}/content?download=true")
    assert download.headers["content-disposition"].startswith("attachment")
    assert download.content == b"\x89PNG\r\n\x1a\n"
    part = inside.ada.client.get(
        f"{inside.path}/files/{picture['id']}/content", headers={"Range": "bytes=1-3"}
    )
    assert (part.status_code, part.content) == (206, b"PNG")


def test_a_file_is_deleted_and_the_log_says_by_whom(inside: Inside) -> None:
    person = new_person(inside.api)
    file = upload(person, "old.txt", b"old", "text/plain")

    assert inside.ada.send("DELETE", f"{inside.path}/files/{file['id']}").status_code == 200
    assert person.client.get(f"/files/{file['id']}").status_code == 404
    assert (
        inside.ada.client.get(f"{inside.path}/files/{file['id']}", headers=inside.ada.headers).status_code
        == 404
    )
    log = inside.ada.get(f"{inside.path}/audit/list?who=ada").text
    assert "files.delete" in log
    assert file["id"] in log
    assert "Nothing found" in inside.ada.get(f"{inside.path}/audit/list?who=nobody").text
