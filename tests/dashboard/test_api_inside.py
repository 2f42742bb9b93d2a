"""What programs do inside a backpack by the JSON API: its site, its users, all of it."""

import io
import json
import secrets
import zipfile
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection

import httpx
import pytest

from support.core_api import new_person
from support.dashboard_inside import Inside
from support.dashboard_program import ALL, Program, new_token, revoke
from support.site_zips import site_zip
from support.waiting import eventually

UNKNOWN = "0" * 24


@pytest.fixture(scope="module")
def program(inside: Inside) -> Iterator[Program]:
    """Of a developer whose backpack it is."""
    token = new_token(inside.ada, *ALL)
    yield Program(inside.dashboard, token)
    revoke(inside.ada, token)


def upload(inside: Inside, token: str, length: int) -> HTTPConnection:
    """The head of a request whose body has so many bytes."""
    connection = HTTPConnection("127.0.0.1", int(inside.dashboard.url.rpartition(":")[2]), timeout=30)
    connection.putrequest("POST", f"/api/v1{inside.path}/releases")
    connection.putheader("Authorization", f"Bearer {token}")
    connection.putheader("Content-Length", str(length))
    connection.endheaders()
    return connection


def test_a_site_is_deployed_and_rolled_back(inside: Inside, program: Program) -> None:
    place = f"{inside.path}/releases"
    zips = [site_zip({"version.txt": text}) for text in ("first", "second", "third")]
    first, second = (program.send("POST", place, content=one) for one in zips[:2])
    assert first.status_code == second.status_code == 201, first.text
    assert (second.json()["by"], second.json()["active"]) == ("ada", True)
    pieces = (zips[2][start : start + 1000] for start in range(0, len(zips[2]), 1000))
    third = program.send("POST", f"{place}?activate=false", content=pieces).json()
    assert third["active"] is False

    def shown() -> str:
        return httpx.get(f"{inside.api.public}/site/version.txt").text

    assert shown() == "second"
    listed = program.get(place)["items"]
    assert [one["id"] for one in listed[:3]] == [third["id"], second.json()["id"], first.json()["id"]]
    assert [one["active"] for one in listed[:3]] == [False, True, False]
    back = program.send("POST", f"{place}/{first.json()['id']}/activate")
    assert (back.status_code, back.json()["active"]) == (200, True)
    assert shown() == "first"
    assert program.status("DELETE", f"{place}/{first.json()['id']}") == 409
    assert program.status("DELETE", f"{place}/{third['id']}") == 204
    assert program.status("POST", f"{place}/{UNKNOWN}/activate") == 404


def test_what_is_no_site_is_refused_in_the_backpacks_words(inside: Inside, program: Program) -> None:
    place = f"{inside.path}/releases"

    nested = program.send("POST", place, content=site_zip({"dist/index.html": "x"}, index=None))
    assert (nested.status_code, "dist" in nested.json()["detail"]) == (422, True)
    assert nested.headers["content-type"] == "application/problem+json"
    with closing(upload(inside, program.token, 2**29)) as connection:
        answer = connection.getresponse()
        assert (answer.status, "256 MiB" in json.load(answer)["detail"]) == (413, True)


def test_users_are_administered(inside: Inside, program: Program) -> None:
    place, email = f"{inside.path}/users", f"{secrets.token_hex(4)}@example.com"
    made = program.send("POST", place, {"email": email, "password": "correct horse battery"})
    assert made.status_code == 201, made.text
    one = f"{place}/{made.json()['id']}"
    assert "password" not in made.text
    assert program.get(f"{place}?search={email[:8]}")["items"] == [made.json()]
    taken = program.send("POST", place, {"email": email, "password": "correct horse battery"})
    weak = program.send("POST", place, {"email": "b" + email, "password": "x"})
    assert (taken.status_code, weak.status_code) == (409, 422)
    assert weak.json()["errors"][0]["path"]

    public = inside.api.public

    def sign_in(password: str) -> httpx.Response:
        return httpx.post(f"{public}/auth/login", json={"email": email, "password": password, "token": True})

    token = sign_in("correct horse battery").json()["token"]
    assert len(program.get(one)["sessions"]) == 1
    assert program.status("DELETE", f"{one}/sessions") == 204
    assert program.get(one)["sessions"] == []
    me = httpx.get(f"{public}/auth/me", headers={"Authorization": f"Bearer {token}"})
    assert me.status_code == 401
    assert program.send("PUT", f"{one}/password", {"password": "another good one"}).status_code == 204
    assert (sign_in("correct horse battery").status_code, sign_in("another good one").status_code) == (
        401,
        200,
    )
    changed = program.send("PATCH", one, {"disabled": True, "profile": {"name": "Eve"}}).json()
    assert (changed["disabled"], changed["profile"]) == (True, {"name": "Eve"})
    assert sign_in("another good one").status_code in (401, 403)
    assert program.send("PATCH", one, {"disabled": False}).json()["disabled"] is False
    assert program.send("PATCH", one, {"admin": True}).status_code == 422
    assert program.status("DELETE", one) == 204
    assert program.status("GET", one) == program.status("DELETE", one) == 404


def test_usage_is_told(inside: Inside, program: Program) -> None:
    told = program.get(f"{inside.path}/usage")

    assert told["stores"]
    assert told["files"]["freeBytes"] > 0
    assert told["users"] >= 0


def test_everything_is_taken_away_and_put_in_again(inside: Inside, program: Program) -> None:
    person = new_person(inside.api)
    taken = program.send("GET", f"{inside.path}/export")
    assert taken.headers["content-type"] == "application/zip"
    assert "manifest.json" in zipfile.ZipFile(io.BytesIO(taken.content)).namelist()

    place = f"{inside.path}/import"
    assert program.send("POST", place, content=taken.content).status_code == 409
    broken = program.send("POST", f"{place}?replace=true", content=taken.content[:-100])
    assert broken.status_code == 422
    later = new_person(inside.api)
    put = program.send("POST", f"{place}?replace=true", content=taken.content)
    assert put.status_code == 200, put.text
    assert put.json()["users"] >= 1
    emails = [one["email"] for one in program.get(f"{inside.path}/users?limit=1000")["items"]]
    assert person.email in emails
    assert later.email not in emails


def test_a_backpack_at_rest_says_so(inside: Inside, program: Program) -> None:
    place = f"/backpacks/{inside.dashboard.namespace}/at-rest"
    inside.cluster.backpack(inside.dashboard.namespace, "at-rest", admins=["ada"], suspend=True)
    eventually(lambda: program.status("GET", place) == 200, within=10)

    for method, path in (("GET", "users"), ("GET", "usage"), ("POST", "releases"), ("GET", "export")):
        answer = program.send(method, f"{place}/{path}")
        assert (answer.status_code, "Resume it" in answer.json()["detail"]) == (503, True)


def test_an_upload_ends_with_its_token(inside: Inside) -> None:
    token = new_token(inside.ada, "deploy")
    with closing(upload(inside, token, 2**20)) as connection:
        connection.send(site_zip())
        revoke(inside.ada, token)
        # Nothing more is sent: whoever stalls gives back his place, too.
        assert connection.getresponse().status == 401
