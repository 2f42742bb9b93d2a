"""Creating, changing and deleting backpacks; the cluster is the truth."""

from pathlib import Path

from support.dashboard import BACKPACKS_PER_DEVELOPER, Dashboard, Visitor
from support.operated_cluster import OperatedCluster
from support.redis import Redis
from support.waiting import eventually

BACKPACKS = "/apis/backpack.dev/v1alpha1/namespaces"


def body_of(dashboard: Dashboard, name: str) -> dict[str, object]:
    path = f"{BACKPACKS}/{dashboard.namespace}/backpacks/{name}"
    return dashboard.cluster.api.request("GET", path)


def test_a_name_is_enough(dashboard: Dashboard, ada: Visitor) -> None:
    answer = ada.post("/new", {"name": "by-form", "display_name": "A <b>fresh</b> one"})

    place = f"/backpacks/{dashboard.namespace}/by-form"
    assert answer.headers["HX-Redirect"] == place
    assert body_of(dashboard, "by-form")["spec"]["admins"] == ["ada"]  # type: ignore[index]
    page = ada.get(place).text
    assert "A &lt;b&gt;fresh&lt;/b&gt; one" in page
    assert "<b>fresh</b>" not in page
    assert "A &lt;b&gt;fresh&lt;/b&gt; one" in ada.get("/").text


def test_a_name_is_checked_while_it_is_typed(dashboard: Dashboard, ada: Visitor) -> None:
    dashboard.cluster.backpack(dashboard.namespace, "taken", hostname="elsewhere")
    said = {
        "Shop": "Use lower-case letters",
        "1shop": "Begin with a letter",
        "shop-": "end in a hyphen",
        "my shop": "Use only letters",
        "admin": "own address",
        "shop-api": "choose another name",
        "a" * 41: "At most 40 characters",
        "taken": "There is a backpack of this name",
        "elsewhere": "belongs to another backpack",
        "free": "free.example.test",
    }
    eventually(lambda: "There is" in ada.get("/new/name?name=taken").text, within=10)

    for name, words in said.items():
        assert words in ada.client.get("/new/name", params={"name": name}).text, name
    assert ada.post("/new", {"name": "elsewhere"}).status_code == 422


def test_a_developer_has_no_more_than_he_may_have(dashboard: Dashboard) -> None:
    eve = dashboard.account("eve")
    for number in range(BACKPACKS_PER_DEVELOPER):
        dashboard.cluster.backpack(dashboard.namespace, f"eves-{number}", admins=["eve"])
    eventually(lambda: eve.get("/").text.count('class="main-link"') == BACKPACKS_PER_DEVELOPER, within=10)

    refused = eve.post("/new", {"name": "eves-last"})
    assert refused.status_code == 403
    assert "ask an owner" in refused.text


def test_suspend_resume_restart_and_delete_change_the_resource(dashboard: Dashboard, ada: Visitor) -> None:
    ada.post("/new", {"name": "tired"})
    place = f"/backpacks/{dashboard.namespace}/tired"

    assert ada.send("PUT", f"{place}/suspended", {"suspended": "true"}).status_code == 200
    assert body_of(dashboard, "tired")["spec"]["suspend"] is True  # type: ignore[index]
    assert ada.send("PUT", f"{place}/suspended", {"suspended": "false"}).status_code == 200
    assert body_of(dashboard, "tired")["spec"]["suspend"] is False  # type: ignore[index]
    assert ada.post(f"{place}/restart").status_code == 200
    annotations = body_of(dashboard, "tired")["metadata"]["annotations"]  # type: ignore[index]
    assert "backpack.dev/restartedAt" in annotations

    assert ada.send("DELETE", f"{place}?typed=tire").status_code == 422
    assert body_of(dashboard, "tired")
    assert ada.send("DELETE", f"{place}?typed=tired").headers["HX-Redirect"] == "/"
    eventually(lambda: ada.get(place).status_code == 404, within=10)


def test_nor_more_storage(cluster: OperatedCluster, redis: Redis, tmp_path: Path) -> None:
    own, namespace = cluster.namespace("frugal"), cluster.namespace("apps")
    frugal = Dashboard(
        tmp_path,
        cluster,
        redis,
        own=own,
        namespace=namespace,
        REDIS_DATABASE="9",
        STORAGE_PER_DEVELOPER="3Gi",
    )
    frugal.start()
    try:
        sam = frugal.account("sam")
        # Each asks for more than two.
        for name in ("sams-first", "sams-second"):
            assert "HX-Redirect" in sam.post("/new", {"name": name}).headers
        refused = sam.post("/new", {"name": "sams-third"})
        assert (refused.status_code, "ask for 3Gi of storage" in refused.text) == (403, True)
    finally:
        frugal.stop()
