"""A hostname belongs to whoever was first accepted with it, and nobody else."""

from pathlib import Path

from backpack_operator.model.kinds import BACKPACK, CONFIG_MAP, INGRESS_ROUTE
from support.operated_cluster import Operated
from support.waiting import eventually


def routes(operated: Operated, namespace: str, name: str) -> list[str]:
    """What the Backpack's site is routed by."""
    route = operated.cluster.find(INGRESS_ROUTE, namespace, f"{name}-site")
    return [rule["match"] for rule in route["spec"]["routes"]] if route else []


def test_the_second_is_told_who_the_holder_is_and_gets_it_when_it_is_free(operated: Operated) -> None:
    operated.backpack("first", hostname="shop")
    operated.cluster.backpack(operated.other_namespace, "second", hostname="shop")
    told = operated.cluster.wait_reason(
        operated.other_namespace, "second", "HostnameAccepted", "HostnameTaken"
    )
    assert told["status"] == "False"
    assert f"belongs to the Backpack {operated.namespace}/first" in told["message"]
    body = operated.cluster.get(BACKPACK, operated.other_namespace, "second")
    assert "url" not in body["status"]
    assert routes(operated, operated.other_namespace, "second") == []

    operated.cluster.delete(BACKPACK, operated.namespace, "first")
    operated.cluster.wait_made(operated.other_namespace, "second", within=10)
    assert routes(operated, operated.other_namespace, "second") == ["Host(`shop.example.test`)"]


def test_an_older_backpack_cannot_move_onto_a_younger_ones_hostname(operated: Operated) -> None:
    operated.backpack("older")
    operated.backpack("younger")
    operated.cluster.change(BACKPACK, operated.namespace, "older", spec={"hostname": "younger"})
    told = operated.cluster.wait_reason(operated.namespace, "older", "HostnameAccepted", "HostnameTaken")
    assert f"{operated.namespace}/younger" in told["message"]
    assert routes(operated, operated.namespace, "older") == []
    assert routes(operated, operated.namespace, "younger") == ["Host(`younger.example.test`)"]

    operated.cluster.change(BACKPACK, operated.namespace, "older", spec={"hostname": "older"})
    operated.cluster.wait_made(operated.namespace, "older")
    assert routes(operated, operated.namespace, "older") == ["Host(`older.example.test`)"]


def test_a_hostname_is_free_once_its_holder_has_moved(operated: Operated) -> None:
    operated.backpack("first", hostname="shop")
    operated.cluster.backpack(operated.other_namespace, "second", hostname="shop")
    operated.cluster.wait_reason(operated.other_namespace, "second", "HostnameAccepted", "HostnameTaken")
    operated.cluster.change(BACKPACK, operated.namespace, "first", spec={"hostname": "store"})
    operated.cluster.wait_made(operated.other_namespace, "second", within=10)
    operated.cluster.wait_made(operated.namespace, "first")
    assert routes(operated, operated.namespace, "first") == ["Host(`store.example.test`)"]


def test_a_backpack_that_is_held_up_keeps_no_hostname_but_the_one_that_it_wants(operated: Operated) -> None:
    operated.backpack("first")
    operated.cluster.delete(BACKPACK, operated.namespace, "first")
    eventually(lambda: operated.cluster.find(BACKPACK, operated.namespace, "first") is None, within=30)
    eventually(lambda: routes(operated, operated.namespace, "first") == [], within=60)
    # Its data is there, and whose it is has to be said first.
    operated.cluster.backpack(operated.namespace, "first", hostname="shop")
    operated.cluster.wait_reason(operated.namespace, "first", "Ready", "RetainedDataFound")
    operated.cluster.change(BACKPACK, operated.namespace, "first", spec={"hostname": "store"})
    operated.cluster.backpack(operated.other_namespace, "second", hostname="shop")
    operated.cluster.wait_made(operated.other_namespace, "second")
    assert routes(operated, operated.other_namespace, "second") == ["Host(`shop.example.test`)"]


def test_claims_of_backpacks_that_went_while_nobody_looked_are_freed(operated: Operated) -> None:
    operated.backpack("first", hostname="shop")
    operated.operator.stop()
    operated.cluster.delete(BACKPACK, operated.namespace, "first")
    operated.cluster.backpack(operated.other_namespace, "second", hostname="shop")
    operated.operator.start()
    operated.cluster.wait_made(operated.other_namespace, "second")
    claim = operated.cluster.get(CONFIG_MAP, operated.own_namespace, "hostname-shop")
    assert claim["data"]["name"] == "second"


def test_a_name_that_is_used_again_holds_its_hostname_anew(operated: Operated) -> None:
    operated.backpack("shop", deletionPolicy="Delete")
    operated.cluster.delete(BACKPACK, operated.namespace, "shop")
    eventually(lambda: operated.cluster.find(BACKPACK, operated.namespace, "shop") is None, within=30)
    eventually(lambda: operated.cluster.children(operated.namespace) == {}, within=60)
    body = operated.backpack("shop")
    claim = operated.cluster.get(CONFIG_MAP, operated.own_namespace, "hostname-shop")
    assert claim["data"]["uid"] == body["metadata"]["uid"]


def test_two_that_wait_for_each_others_hostname_come_to_rest(operated: Operated, tmp_path: Path) -> None:
    """Neither can leave its own while a stranger's object holds it up."""
    names = {"one": "two", "two": "one"}
    for name in names:
        operated.backpack(name)
    operated.operator.stop()
    for name, hostname in names.items():
        operated.cluster.change(BACKPACK, operated.namespace, name, spec={"hostname": hostname})
        strangers = {"annotations": {"backpack.dev/uid": None}, "ownerReferences": None}
        operated.cluster.change(CONFIG_MAP, operated.namespace, f"{name}-config", metadata=strangers)
    slow = {"LOOK_AGAIN_SECONDS": "600"}
    watched = (operated.namespace, operated.other_namespace)
    with operated.cluster.operator(tmp_path, operated.own_namespace, *watched, **slow) as operator:
        for name in names:
            operated.cluster.wait_reason(operated.namespace, name, "HostnameAccepted", "HostnameTaken")

        def reconciles() -> float:
            numbers = operator.metrics()
            return sum(value for name, value in numbers.items() if "reconcile_seconds_count" in name)

        before = -1.0

        def rests() -> bool:
            nonlocal before
            before, last = reconciles(), before
            return before == last

        eventually(rests, within=10, every=1.0, what="nothing is reconciled for a second")


def test_routes_go_with_a_backpack_that_was_deleted_without_its_children(operated: Operated) -> None:
    operated.backpack("first", hostname="shop")
    operated.operator.stop()
    path = BACKPACK.path(operated.namespace, "first")
    operated.cluster.api.request("DELETE", path, {"propagationPolicy": "Orphan"})
    gone = lambda: operated.cluster.find(BACKPACK, operated.namespace, "first") is None  # noqa: E731
    eventually(gone, within=30)
    assert routes(operated, operated.namespace, "first") == ["Host(`shop.example.test`)"]
    operated.cluster.backpack(operated.other_namespace, "second", hostname="shop")
    operated.operator.start()
    operated.cluster.wait_made(operated.other_namespace, "second")
    eventually(lambda: routes(operated, operated.namespace, "first") == [], within=15)
