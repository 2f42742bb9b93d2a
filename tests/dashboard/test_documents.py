"""Documents of a collection in the dashboard: a live table, and an editor for two."""

import html
import json
import re
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed

from support.dashboard_inside import Inside
from support.live_pages import comes, live
from support.sockets import Refused

HOSTILE = '"><script>alert(1)</script><img src=x onerror=alert(2)>'


def ids(table: str) -> list[str]:
    return re.findall(r'<tr id="doc-([^"]+)"', table)


def first(inside: Inside, collection: str) -> dict[str, Any]:
    found: dict[str, Any] = inside.call("docs.list", collection=collection)["items"][0]
    return found


class Editor:
    """One document in somebody's editor."""

    def __init__(self, inside: Inside, collection: str, id_: str) -> None:
        self.visitor = inside.ada
        self.place = f"{inside.path}/collections/{collection}/documents/{id_}"
        self.read(self.visitor.get(f"{self.place}/editor").text)

    def read(self, text: str) -> None:
        self.text = text
        self.version = re.search(r'name="version" value="(\d+)"', text)[1]  # type: ignore[index]
        self.base, self.data = (
            html.unescape(re.search(rf'name="{name}"[^>]*>\n(.*?)</textarea>', text, re.DOTALL)[1])  # type: ignore[index]
            for name in ("base", "data")
        )

    def send(self, choice: str = "save", data: str | None = None) -> int:
        form = {"version": self.version, "base": self.base, "choice": choice}
        answer = self.visitor.send("PUT", self.place, form | {"data": self.data if data is None else data})
        self.read(answer.text)
        return answer.status_code


def test_a_table_shows_documents_and_what_becomes_of_them(inside: Inside) -> None:
    name = inside.collection({"title": "Pack", "done": False})
    path = f"{inside.path}/collections/{name}"
    with live(inside.ada, path) as socket:
        table = comes(socket, "document-rows", "Pack")
        assert re.findall(r'<th scope="col"[^>]*><a [^>]*>(\w+)</a>', table) == ["title", "done", "Changed"]
        comes(socket, "live-state", "Live")

        made = inside.call("docs.create", collection=name, data={"title": "Cook"})
        assert 'class="added"' in comes(socket, made["id"], "Cook")
        inside.call("docs.patch", collection=name, docId=made["id"], data={"title": "Eat"})
        assert 'class="changed"' in comes(socket, made["id"], "Eat")
        inside.call("docs.delete", collection=name, docId=made["id"])
        assert 'class="gone"' in comes(socket, made["id"], "gone")


def test_an_empty_collection_teaches_and_fills(inside: Inside) -> None:
    name = inside.collection()
    with live(inside.ada, f"{inside.path}/collections/{name}") as socket:
        comes(socket, "No documents yet", name)
        inside.call("docs.create", collection=name, data={"title": "First"})
        comes(socket, "document-rows", "First")


def test_pages_hold_each_document_once(inside: Inside) -> None:
    name = inside.collection(*({"n": number} for number in range(53)))
    path = f"{inside.path}/collections/{name}"
    with live(inside.ada, path, sort="n") as socket:
        one = comes(socket, "document-rows")
    cursor = re.search(r"cursor=([^&\"]+)\">Next page", html.unescape(one))
    assert cursor
    with live(inside.ada, path, sort="n", cursor=cursor[1]) as socket:
        two = comes(socket, "document-rows")

    assert len(ids(one)) == 50
    assert len({*ids(one), *ids(two)}) == 53
    assert "Next page" not in two


def test_a_filter_narrows_also_what_comes(inside: Inside) -> None:
    name = inside.collection({"title": "Pack", "done": False}, {"title": "Cook", "done": True})
    with live(inside.ada, f"{inside.path}/collections/{name}", filter='{"done": true}') as socket:
        table = comes(socket, "document-rows")
        assert "Cook" in table
        assert "Pack" not in table
        comes(socket, "live-state", "Live")
        inside.call("docs.patch", collection=name, docId=ids(table)[0], data={"done": False})
        comes(socket, ids(table)[0], "gone")


@pytest.mark.parametrize(
    ("query", "field", "words"),
    [
        ({"filter": '{"a": }'}, "filter", "line 1"),
        ({"filter": "[]"}, "filter", "JSON object"),
        ({"filter": '{"$where": "1"}'}, "filter", "$where"),
        ({"filter": '{"a": {"$regex": "("}}'}, "filter", "$regex"),
        ({"filter": "[" * 1500}, "filter", "nested"),
        ({"sort": "a,,b"}, "sort", "is not a path"),
    ],
)
def test_a_wrong_query_is_told_at_its_field(
    inside: Inside, query: dict[str, str], field: str, words: str
) -> None:
    name = inside.collection({"title": "Pack"})
    with live(inside.ada, f"{inside.path}/collections/{name}", **query) as socket:
        told = comes(socket, "Nothing is shown")
        said = re.search(rf'id="{field}-says"[^>]*>(.*?)</span></span>', told, re.DOTALL)
        assert said
        assert words.lower() in html.unescape(re.sub("<[^>]*>", "", said[1])).lower()
        assert "<script>" not in told
        with pytest.raises(ConnectionClosed) as closed:
            comes(socket, "never")
        assert closed.value.rcvd
        assert closed.value.rcvd.code == 1000


def test_markup_in_documents_stays_text(inside: Inside) -> None:
    name = inside.collection({HOSTILE: HOSTILE, "nested": {HOSTILE: [HOSTILE]}})
    path = f"{inside.path}/collections/{name}"
    query = json.dumps({"nested": {"$ne": HOSTILE}})
    with live(inside.ada, path, filter=query, sort=HOSTILE) as socket:
        texts = [comes(socket, "document-rows")]
    texts.append(Editor(inside, name, first(inside, name)["id"]).text)
    texts.append(inside.ada.client.get(path, params={"filter": HOSTILE, "sort": HOSTILE}).text)
    texts.append(inside.ada.client.get(f"{inside.path}/collections/{HOSTILE.replace('/', '%2F')}").text)
    for text in texts:
        assert "<script>alert" not in text
        assert "<img" not in text


def test_a_connection_that_was_lost_heals_and_says_so(inside: Inside) -> None:
    name = inside.collection({"title": "Pack"})
    with live(inside.ada, f"{inside.path}/collections/{name}") as socket:
        comes(socket, "live-state", "Live")
        inside.api.stop()
        try:
            comes(socket, "live-state", "Not live")
            answer = inside.ada.client.get(f"{inside.path}/collection-list", headers=inside.ada.headers)
            assert answer.status_code == 503
            assert "can&#39;t be reached" in answer.text
            assert inside.ada.get(f"{inside.path}/collections").status_code == 200
        finally:
            inside.api.start()
        comes(socket, "document-rows", "Pack")
        comes(socket, "live-state", "Live")


def test_a_document_is_made_once_however_often_it_is_sent(inside: Inside) -> None:
    name = inside.collection()
    place = f"{inside.path}/collections/{name}"
    form = {"data": '{"title": "Pack", "big": 9007199254740993}', "key": "0" * 32}

    sent = [inside.ada.post(f"{place}/documents", form) for _ in range(2)]
    assert sent[0].headers["HX-Redirect"] == sent[1].headers["HX-Redirect"]
    assert first(inside, name)["big"] == 9007199254740993
    assert inside.call("collections.stats", collection=name)["documents"] == 1


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ("", "Line 1, column 1"),
        ('{"a": 1,\n "b": }', "Line 2, column 7"),
        ("[1]", "must be a JSON object"),
        ('{"a": 1, "a": 2}', "is there twice"),
        ('{"a": NaN}', "is no JSON"),
        ('{"a": 1e999}', "digits"),
        (r'{"a": "\ud800"}', "half a character"),
        ('{"a":' * 5000, "nested too deeply"),
        ('{"$a": 1}', "$a"),
        (json.dumps({"a": "x" * 2**20}), "1 MiB"),
    ],
)
def test_what_is_no_document_is_told_with_its_place(inside: Inside, data: str, words: str) -> None:
    name = inside.collection()

    refused = inside.ada.post(f"{inside.path}/collections/{name}/documents", {"data": data, "key": "k"})
    assert refused.status_code == 422
    assert words in html.unescape(refused.text)
    assert inside.call("collections.stats", collection=name)["documents"] == 0


def test_a_schema_refuses_with_the_path(inside: Inside) -> None:
    schema = {"type": "object", "properties": {"n": {"type": "integer"}}}
    name = inside.collection({"n": 1}, schema=schema)
    editor = Editor(inside, name, first(inside, name)["id"])

    assert editor.send(data='{"n": "x"}') == 422
    assert "/n" in editor.text
    assert json.loads(editor.data) == {"n": "x"}


def test_saving_writes_and_formatting_only_formats(inside: Inside) -> None:
    name = inside.collection({"title": "Pack"})
    editor = Editor(inside, name, first(inside, name)["id"])

    assert editor.send("format", '{"title":"Eat"}') == 200
    assert editor.data == '{\n  "title": "Eat"\n}'
    assert first(inside, name)["version"] == 1
    assert editor.send() == 200
    assert first(inside, name)["title"] == "Eat"
    assert editor.version == "2"


def test_changes_of_two_to_different_fields_can_both_be_kept(inside: Inside) -> None:
    name = inside.collection({"title": "Pack", "done": False, "note": "x"})
    editor = Editor(inside, name, first(inside, name)["id"])
    inside.call(
        "docs.patch", collection=name, docId=first(inside, name)["id"], data={"done": True, "note": None}
    )

    mine = '{"title": "Eat", "done": false, "note": "x"}'
    assert editor.send(data=mine) == 409
    assert "Somebody was quicker" in editor.text
    assert first(inside, name)["title"] == "Pack"
    assert editor.send("merge") == 200
    assert json.loads(editor.data) == {"title": "Eat", "done": True}
    assert editor.send() == 200
    assert first(inside, name)["title"] == "Eat"
    assert first(inside, name)["done"] is True


def test_where_two_changed_the_same_the_person_chooses(inside: Inside) -> None:
    name = inside.collection({"title": "Pack"})
    editor = Editor(inside, name, first(inside, name)["id"])
    inside.call("docs.patch", collection=name, docId=first(inside, name)["id"], data={"title": "Cook"})

    assert editor.send(data='{"title": "Eat"}') == 409
    assert "Put both" not in editor.text
    assert "Save mine over version 2" in editor.text
    assert editor.send() == 200
    assert first(inside, name)["title"] == "Eat"


def test_one_deletes_only_what_one_has_seen(inside: Inside) -> None:
    name = inside.collection({"title": "Pack"})
    id_ = first(inside, name)["id"]
    place = f"{inside.path}/collections/{name}/documents/{id_}"
    inside.call("docs.patch", collection=name, docId=id_, data={"title": "Cook"})

    assert "Not deleted" in inside.ada.send("DELETE", f"{place}?version=1").text
    assert first(inside, name)["title"] == "Cook"
    assert inside.ada.send("DELETE", f"{place}?version=2").headers["HX-Redirect"].endswith(name)
    with pytest.raises(Refused, match="404"):
        inside.call("docs.get", collection=name, docId=id_)


def test_who_edits_hears_of_changes(inside: Inside) -> None:
    name = inside.collection({"title": "Pack"})
    id_ = first(inside, name)["id"]
    path = f"{inside.path}/collections/{name}/documents/{id_}"
    with live(inside.ada, path, version="1") as socket:
        comes(socket, "document-news")
        comes(socket, "document-news")
        inside.call("docs.patch", collection=name, docId=id_, data={"title": "Cook"})
        comes(socket, "has written version 2")
        inside.call("docs.delete", collection=name, docId=id_)
        comes(socket, "This document is gone")


def test_who_loses_the_backpack_loses_its_rows(inside: Inside) -> None:
    name = inside.collection({"title": "Pack"})
    resource = f"/apis/backpack.dev/v1alpha1/namespaces/{inside.dashboard.namespace}/backpacks/todo"
    with live(inside.ada, f"{inside.path}/collections/{name}") as socket:
        comes(socket, "live-state", "Live")
        inside.cluster.api.merge(resource, {"spec": {"admins": ["bob"]}})
        try:
            comes(socket, "live-state", "Ended")
        finally:
            inside.cluster.api.merge(resource, {"spec": {"admins": ["ada"]}})


def test_a_suspended_backpack_says_so_and_comes_back(inside: Inside) -> None:
    name = inside.collection({"title": "Pack"})
    resource = f"/apis/backpack.dev/v1alpha1/namespaces/{inside.dashboard.namespace}/backpacks/todo"
    inside.cluster.api.merge(resource, {"spec": {"suspend": True}})
    try:
        with live(inside.ada, f"{inside.path}/collections/{name}") as socket:
            comes(socket, "It is suspended")
            inside.cluster.api.merge(resource, {"spec": {"suspend": False}})
            comes(socket, "document-rows", "Pack")
    finally:
        inside.cluster.api.merge(resource, {"spec": {"suspend": False}})
