"""What administrators do leaves a line in the dashboard's log, with no secret in it."""

import json
import re
from typing import Any

from support.dashboard import PASSWORD, Dashboard, Visitor
from support.waiting import eventually


def audited(dashboard: Dashboard, actor: str, target: str) -> list[str]:
    """What this one did to that, in order."""
    lines: list[dict[str, Any]] = [json.loads(line) for line in dashboard.log_text().splitlines()]
    found = (one for one in lines if one["message"] == "audit")
    return [one["action"] for one in found if (one["actor"], one["target"]) == (actor, target)]


def test_what_is_done_with_a_backpack_is_logged(dashboard: Dashboard, ada: Visitor) -> None:
    name = "watched"
    place, target = f"/backpacks/{dashboard.namespace}/{name}", f"{dashboard.namespace}/{name}"
    assert ada.post("/new", {"name": name}).status_code == 200
    for suspended in ("true", "false"):
        assert ada.send("PUT", f"{place}/suspended", {"suspended": suspended}).status_code == 200
    assert ada.send("POST", f"{place}/restart").status_code == 200
    body = dashboard.cluster.api.request(
        "GET", f"/apis/backpack.dev/v1alpha1/namespaces/{dashboard.namespace}/backpacks/{name}"
    )
    form = {"generation": str(body["metadata"]["generation"]), "displayName": "Watched"}
    assert ada.send("PUT", f"{place}/settings/form", form).status_code == 200
    assert ada.send("DELETE", f"{place}?typed=other").status_code == 422
    assert ada.send("DELETE", f"{place}?typed={name}").status_code == 200

    told = audited(dashboard, "ada", target)
    assert [one.removeprefix("backpacks.") for one in told] == [
        "create",
        "suspend",
        "resume",
        "restart",
        "settings",
        "delete",
    ]


def test_what_is_done_with_an_account_is_logged(dashboard: Dashboard, owner: Visitor) -> None:
    form = {"name": "greg", "email": "greg@example.com", "role": "developer"}
    found = re.search(r"/invitation#([\w.-]+)", owner.post("/admins", form).text)
    assert found
    link = found.group(1)
    greg = dashboard.visitor()

    def redeemed() -> bool:
        answer = greg.post("/invitation", {"token": link, "password": PASSWORD})
        return answer.status_code == 200

    eventually(redeemed, within=10, every=0.1)
    assert greg.post("/sign-in", {"email": "greg@example.com", "password": PASSWORD}).status_code == 200
    assert greg.post("/sign-in", {"email": "greg@example.com", "password": "wrong"}).status_code == 422
    assert greg.post("/sign-in", {"email": "secret@example.com", "password": "wrong"}).status_code == 422
    for path, given in (("role", {"role": "owner"}), ("disabled", {"disabled": "true"})):
        assert owner.send("PUT", f"/admins/greg/{path}", given).status_code == 200
    assert owner.send("DELETE", "/admins/greg?typed=greg").status_code == 200

    told = audited(dashboard, "olga", "greg")
    assert told == ["admins.invite", "admins.role", "admins.disable", "admins.delete"]
    assert audited(dashboard, "greg", "greg") == ["invitation.use", "signIn"]
    assert audited(dashboard, "", "greg") == ["signIn.refused"]
    assert "signIn.refused" in audited(dashboard, "", "")
    for secret in (link.partition(".")[2], PASSWORD, "greg@example.com", "secret@example.com"):
        assert secret not in dashboard.log_text()
