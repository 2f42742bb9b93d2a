"""A site from a browser to the backpack: releases, refusals, and what stands in the way."""

import io
import json
import zipfile
from contextlib import closing
from http.client import HTTPConnection
from typing import Any

import httpx

from support.dashboard import Visitor
from support.dashboard_inside import Inside
from support.site_zips import site_zip
from support.waiting import eventually


def deploy(visitor: Visitor, place: str, body: Any, **headers: str) -> httpx.Response:
    """As the page's script sends it."""
    given = {**visitor.headers, "Accept": "application/json", **headers}
    del given["HX-Request"]
    return visitor.client.post(f"{place}/site/releases", content=body, headers=given)


def test_a_zip_becomes_the_site(inside: Inside) -> None:
    answer = deploy(inside.ada, inside.path, site_zip({"about.html": "<h1>About us</h1>"}))

    assert answer.status_code == 201, answer.text
    assert answer.json()["by"] == "ada"
    assert "About us" in httpx.get(f"{inside.api.public}/site/about.html").text
    page = inside.ada.get(f"{inside.path}/site/list").text
    assert answer.json()["id"] in page
    assert "Online" in page


def test_one_goes_back_to_an_earlier_release(inside: Inside) -> None:
    first, second = (
        deploy(inside.ada, inside.path, site_zip({"x.txt": text})).json() for text in ("one", "two")
    )
    assert httpx.get(f"{inside.api.public}/site/x.txt").text == "two"

    shown = inside.ada.post(f"{inside.path}/site/releases/{first['id']}/activate")
    assert shown.status_code == 200
    assert httpx.get(f"{inside.api.public}/site/x.txt").text == "one"
    refused = inside.ada.send("DELETE", f"{inside.path}/site/releases/{first['id']}")
    assert refused.status_code == 409
    removed = inside.ada.send("DELETE", f"{inside.path}/site/releases/{second['id']}")
    assert second["id"] not in removed.text


def test_what_is_no_site_is_told_in_the_apis_words(inside: Inside) -> None:
    nested = deploy(inside.ada, inside.path, site_zip({"dist/index.html": "x"}, index=None))
    assert nested.status_code == 422
    assert "dist" in nested.json()["detail"]
    assert "ZIP" in deploy(inside.ada, inside.path, b"no archive").json()["detail"]
    escaping = io.BytesIO()
    with zipfile.ZipFile(escaping, "w") as archive:
        archive.writestr("index.html", "x")
        archive.writestr("../passwd", "x")
    assert deploy(inside.ada, inside.path, escaping.getvalue()).status_code == 422


def test_too_large_is_told_before_it_is_sent(inside: Inside) -> None:
    connection = HTTPConnection("127.0.0.1", int(inside.ada.dashboard.url.rpartition(":")[2]), timeout=20)
    headers = {**inside.ada.headers, "Accept": "application/json", "Cookie": inside.ada.cookie}
    with closing(connection):
        connection.request(
            "POST", f"{inside.path}/site/releases", headers={**headers, "Content-Length": str(2**29)}
        )
        answer = connection.getresponse()
        assert answer.status == 413
        assert "256 MiB" in json.load(answer)["detail"]


def test_a_site_passes_in_pieces_of_unknown_number(inside: Inside) -> None:
    whole = site_zip({"large.bin": bytes(range(256)) * 4096})
    pieces = (whole[start : start + 1000] for start in range(0, len(whole), 1000))

    assert deploy(inside.ada, inside.path, pieces).status_code == 201


def test_a_backpack_at_rest_says_so(inside: Inside) -> None:
    inside.cluster.backpack(inside.dashboard.namespace, "asleep", admins=["ada"], suspend=True)
    place = f"/backpacks/{inside.dashboard.namespace}/asleep"
    eventually(lambda: inside.ada.get(place).status_code == 200, within=10)

    assert inside.ada.get(f"{place}/site").status_code == 200
    panel = inside.ada.client.get(f"{place}/site/list", headers=inside.ada.headers)
    assert panel.status_code == 503
    assert "Resume it" in panel.text
    refused = deploy(inside.ada, place, site_zip())
    assert refused.status_code == 503
    assert "Resume it" in refused.json()["detail"]


def test_a_backpack_that_is_away_says_so(inside: Inside) -> None:
    inside.cluster.backpack(inside.dashboard.namespace, "away", admins=["ada"])
    place = f"/backpacks/{inside.dashboard.namespace}/away"
    eventually(lambda: inside.ada.get(place).status_code == 200, within=10)

    # The API that is there takes no token for this one.
    answer = deploy(inside.ada, place, site_zip())
    assert answer.status_code == 503
    assert "starting" in answer.json()["detail"]
