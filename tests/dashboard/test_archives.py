"""Export and import through the dashboard."""

import io
import zipfile

from support.core_api import new_person
from support.dashboard_inside import Inside


def test_what_was_taken_away_is_put_in_again(inside: Inside) -> None:
    person = new_person(inside.api)
    answer = inside.ada.get(f"{inside.path}/export")
    assert answer.status_code == 200
    assert answer.headers["content-disposition"].startswith("attachment")
    names = zipfile.ZipFile(io.BytesIO(answer.content)).namelist()
    assert {"manifest.json", "users.ndjson"} <= set(names)

    headers = {**inside.ada.headers, "Accept": "application/json"}

    def put_in(query: str, body: bytes = answer.content) -> tuple[int, str]:
        sent = inside.ada.client.post(f"{inside.path}/import{query}", content=body, headers=headers)
        return sent.status_code, sent.text

    assert put_in("")[0] == 409
    assert put_in("?replace=true&typed=other")[0] == 422
    assert put_in("?replace=true&typed=todo", b"no archive")[0] == 422
    later = new_person(inside.api)
    assert put_in("?replace=true&typed=todo")[0] == 200
    assert later.email not in inside.ada.get(f"{inside.path}/users/list?search={later.email}").text
    assert person.email in inside.ada.get(f"{inside.path}/users/list?search={person.email}").text
