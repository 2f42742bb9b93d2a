"""Changing a backpack's settings, as a form and as YAML, by role."""

import re
from typing import Any

import pytest

from backpack_dashboard.domain.changes import differences, merge_patch
from backpack_dashboard.domain.yaml_text import read
from backpack_dashboard.errors import Invalid
from support.dashboard import Dashboard, Visitor
from support.waiting import eventually

RESOURCES = "/apis/backpack.dev/v1alpha1/namespaces"


def spec_of(dashboard: Dashboard, name: str) -> Any:
    return dashboard.cluster.api.request("GET", f"{RESOURCES}/{dashboard.namespace}/backpacks/{name}")["spec"]


def made(dashboard: Dashboard, ada: Visitor, name: str, **spec: Any) -> str:
    """Where the settings of a new backpack of ada's are."""
    dashboard.cluster.backpack(dashboard.namespace, name, admins=["ada"], **spec)
    place = f"/backpacks/{dashboard.namespace}/{name}"
    eventually(lambda: ada.get(place).status_code == 200, within=10)
    return f"{place}/settings"


def generation(visitor: Visitor, place: str) -> str:
    found = re.search(r'name="generation" value="(\d+)"', visitor.get(place).text)
    assert found
    return found.group(1)


def test_a_developer_changes_what_is_his(dashboard: Dashboard, ada: Visitor) -> None:
    place = made(dashboard, ada, "set-ada") + "/form"
    form = ada.get(place).text
    assert "displayName" in form
    assert "api.replicas" not in form
    assert "hostname" not in form

    wanted = {
        "generation": generation(ada, place),
        "displayName": "<b>Flowers</b>",
        "auth.registration": "closed",
        "auth.password.minLength": "12",
        "web.spa": "",
        "api.requireKey": "true",
        "api.allowedOrigins": "http://localhost:5173\n\nhttps://www.example.com\n",
        "collections": "- name: tasks\n  rules: {read: public}\n",
    }
    answer = ada.send("PUT", place, wanted)

    assert answer.status_code == 200, answer.text
    assert "Saved" in answer.text
    assert "<b>Flowers" not in answer.text
    spec = spec_of(dashboard, "set-ada")
    assert spec["displayName"] == "<b>Flowers</b>"
    assert spec["auth"]["registration"] == "closed"
    assert spec["auth"]["password"]["minLength"] == 12
    assert (spec["web"]["spa"], spec["api"]["requireKey"]) == (False, True)
    assert spec["api"]["allowedOrigins"] == ["http://localhost:5173", "https://www.example.com"]
    assert spec["collections"][0]["rules"]["read"] == "public"


@pytest.mark.parametrize(
    ("field", "value"),
    [("api.replicas", "3"), ("hostname", "other"), ("admins", "ada\nbob"), ("files.storage.size", "2Gi")],
)
def test_what_is_an_owners_is_refused_to_a_developer(
    dashboard: Dashboard, ada: Visitor, owner: Visitor, field: str, value: str
) -> None:
    name = f"set-{field.replace('.', '-').lower()}"
    place = made(dashboard, ada, name) + "/form"
    before = spec_of(dashboard, name)
    given = {"generation": generation(ada, place), field: value, "displayName": "Mine"}

    refused = ada.send("PUT", place, given)
    assert refused.status_code == 403
    assert f"Only an owner may change <code>{field}</code>" in refused.text
    assert spec_of(dashboard, name) == before
    assert owner.send("PUT", place, given).status_code == 200
    assert spec_of(dashboard, name) != before


def test_yaml_gives_a_developer_no_more_than_the_form(dashboard: Dashboard, ada: Visitor) -> None:
    place = made(dashboard, ada, "set-yaml", hostname="set-yaml-host") + "/yaml"
    before = spec_of(dashboard, "set-yaml")

    for text in (
        "displayName: Mine",
        "admins: [ada]\nhostname: null",
        "{admins: [ada, bob], hostname: set-yaml-host}",
    ):
        refused = ada.send("PUT", place, {"generation": generation(ada, place), "text": text})
        assert refused.status_code == 403, text
        assert text.partition("\n")[0].replace("'", "&#39;") in refused.text
    assert spec_of(dashboard, "set-yaml") == before


def test_yaml_is_tried_before_it_is_saved(dashboard: Dashboard, owner: Visitor, ada: Visitor) -> None:
    place = made(dashboard, ada, "set-tried") + "/yaml"
    before = spec_of(dashboard, "set-tried")
    given = {"generation": generation(owner, place), "text": "admins: [ada]\napi: {replicas: 2}"}

    tried = owner.send("PUT", place, {**given, "dry_run": "true"})
    assert "It can be saved" in tried.text
    assert "<code>api.replicas</code> 1 → 2" in tried.text
    assert spec_of(dashboard, "set-tried") == before
    assert owner.send("PUT", place, given).status_code == 200
    assert spec_of(dashboard, "set-tried")["api"]["replicas"] == 2


def test_the_api_servers_sentence_stands_at_the_form(
    dashboard: Dashboard, owner: Visitor, ada: Visitor
) -> None:
    place = made(dashboard, ada, "set-wrong")
    number = generation(owner, f"{place}/form")

    form = owner.send(
        "PUT", f"{place}/form", {"generation": number, "api.replicas": "50", "api.allowedOrigins": "x.com/"}
    )
    assert form.status_code == 422
    assert "replicas must be a number from 1 to 20" in form.text
    assert "an origin is a scheme and a host" in form.text
    assert 'value="50"' in form.text
    yaml = owner.send("PUT", f"{place}/yaml", {"generation": number, "text": "web: {replicas: 0}"})
    assert "replicas must be a number from 1 to 20" in yaml.text
    assert owner.send("PUT", f"{place}/form", {"generation": number, "api.replicas": "x"}).status_code == 422


def test_a_change_meanwhile_is_told_and_the_operators_writes_are_none(
    dashboard: Dashboard, ada: Visitor
) -> None:
    place = made(dashboard, ada, "set-both") + "/form"
    number = generation(ada, place)
    path = f"{RESOURCES}/{dashboard.namespace}/backpacks/set-both"
    dashboard.cluster.api.merge(f"{path}/status", {"status": {"engine": "ferretdb"}})
    assert ada.send("PUT", place, {"generation": number, "displayName": "One"}).status_code == 200

    stale = ada.send("PUT", place, {"generation": number, "displayName": "Two"})
    assert stale.status_code == 409
    assert "Somebody else has changed these settings" in stale.text
    assert 'value="Two"' in stale.text
    assert spec_of(dashboard, "set-both")["displayName"] == "One"


@pytest.mark.parametrize(
    "text",
    [
        "a: [",
        "a: &x [1]\nb: *x",
        "a: !!binary aGk=",
        "a: .nan",
        "!!python/object:os.system {}",
        "[" * 5000,
        "\x00",
    ],
)
def test_yaml_that_json_cant_say_is_refused(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        read(text, "text")
    assert refused.value.fields["text"]


def test_a_date_is_text() -> None:
    assert read("a: 2026-01-01", "text") == {"a": "2026-01-01"}


def test_a_patch_has_only_what_differs() -> None:
    before = {"a": {"b": 1, "c": [1]}, "d": "x", "flag": True}
    after = {"a": {"b": 1, "c": [2]}, "flag": 1}

    assert merge_patch(before, after) == {"d": None, "a": {"c": [2]}, "flag": 1}
    assert [one.path for one in differences(before, after)] == ["a.c", "d", "flag"]
