"""The collections of a backpack: list, define, drop. The API behind it is the real one."""

import pytest

from support.dashboard_inside import Inside
from support.sockets import Refused

RULES = {"read": "public", "create": "user", "update": "none", "delete": "owner"}


def definition(inside: Inside, name: str) -> dict[str, object]:
    items = inside.call("collections.list", limit=200)["items"]
    found: dict[str, object] = next(one for one in items if one["name"] == name)
    return found


def test_collections_are_made_and_listed_with_their_documents(inside: Inside) -> None:
    made = inside.ada.post(f"{inside.path}/collections", {"collection": "tasks", **RULES})
    assert made.headers["HX-Redirect"] == f"{inside.path}/collections/tasks"
    assert definition(inside, "tasks")["rules"] == RULES

    listed = inside.ada.get(f"{inside.path}/collection-list").text
    assert f'href="{inside.path}/collections/tasks"' in listed
    assert "Managed" in listed
    inside.call("docs.create", collection="tasks", data={"title": "Pack"})
    assert ">1</span>" in inside.ada.get(f"{inside.path}/collections/tasks/size").text


@pytest.mark.parametrize("name", ["Tasks", "users", "<script>", "", "declared"])
def test_a_name_that_cannot_be_is_refused_at_its_field(inside: Inside, name: str) -> None:
    refused = inside.ada.post(f"{inside.path}/collections", {"collection": name})

    assert refused.status_code == 422
    assert 'class="fault"' in refused.text
    assert "<script>" not in refused.text


def test_rules_are_changed(inside: Inside) -> None:
    name = inside.collection()

    assert inside.ada.send("PUT", f"{inside.path}/collections/{name}/rules", RULES).status_code == 200
    assert definition(inside, name)["rules"] == RULES


def test_indexes_are_added_and_removed(inside: Inside) -> None:
    name = inside.collection()
    place = f"{inside.path}/collections/{name}/indexes"

    inside.ada.post(place, {"keys": "slug", "unique": "true"})
    added = inside.ada.post(place, {"keys": "ownerId, -due.day"})
    assert "ownerId, -due.day" in added.text
    assert definition(inside, name)["indexes"] == [
        {"keys": ["slug"], "unique": True},
        {"keys": ["ownerId", "-due.day"], "unique": False},
    ]
    refused = inside.ada.post(place, {"keys": "$where"})
    assert refused.status_code == 422
    assert "is not a path" in refused.text

    inside.ada.client.request("DELETE", place, params={"keys": '["slug"]'}, headers=inside.ada.headers)
    assert definition(inside, name)["indexes"] == [{"keys": ["ownerId", "-due.day"], "unique": False}]


def test_a_schema_is_checked_kept_and_taken_away(inside: Inside) -> None:
    name = inside.collection()
    place = f"{inside.path}/collections/{name}/schema"

    wrong = inside.ada.send("PUT", place, {"schema": '{\n  "type": object\n}'})
    assert "Line 2, column 11" in wrong.text
    assert inside.ada.send("PUT", place, {"schema": '{"type": "nonsense"}'}).status_code == 422
    assert definition(inside, name)["schema"] is None

    assert inside.ada.send("PUT", place, {"schema": '{"type": "object"}'}).status_code == 200
    assert definition(inside, name)["schema"] == {"type": "object"}
    assert inside.ada.send("PUT", place, {"schema": "  "}).status_code == 200
    assert definition(inside, name)["schema"] is None


def test_a_collection_is_dropped_by_typing_its_name(inside: Inside) -> None:
    name = inside.collection()
    place = f"{inside.path}/collections/{name}"

    assert inside.ada.send("DELETE", f"{place}?typed=other").status_code == 422
    assert definition(inside, name)
    assert inside.ada.send("DELETE", f"{place}?typed={name}").headers["HX-Redirect"].endswith("/collections")
    with pytest.raises(Refused, match="404"):
        inside.call("collections.stats", collection=name)


def test_what_the_resource_declares_is_only_shown(inside: Inside) -> None:
    place = f"{inside.path}/collections/declared"

    shown = inside.ada.get(f"{place}/definition/cards").text
    assert "managed by the resource" in shown
    assert "hx-put" not in shown
    refused = inside.ada.send("PUT", f"{place}/rules", RULES)
    assert refused.status_code == 409
    assert "managed by the resource" in refused.text


def test_a_collection_that_is_not_there_says_so(inside: Inside) -> None:
    name = inside.collection(indexes=[{"keys": ["title"]}])
    assert inside.ada.get(f"{inside.path}/collections/{name}/definition/cards").status_code == 200
    shown = inside.ada.get(f"{inside.path}/collections/nothing")
    assert shown.status_code == 200

    cards = inside.ada.client.get(
        f"{inside.path}/collections/nothing/definition/cards", headers=inside.ada.headers
    )
    assert cards.status_code == 404
    assert "There is no collection" in cards.text


def test_nothing_of_it_is_anybody_elses(inside: Inside) -> None:
    name = inside.collection({"title": "secret"})

    for path in ("collection-list", f"collections/{name}/size", f"collections/{name}/definition/cards"):
        assert inside.bob.get(f"{inside.path}/{path}").status_code == 404
    assert inside.bob.send("DELETE", f"{inside.path}/collections/{name}?typed={name}").status_code == 404
    assert definition(inside, name)
