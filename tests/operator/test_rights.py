"""That the operator has no right that it doesn't use: the life of one Backpack and of two
accounts takes them all."""

from pathlib import Path

from backpack_contract.signing_keys import SECRET_NAME
from backpack_operator import rbac
from backpack_operator.model.key_rotation import ASKED
from backpack_operator.model.kinds import ADMIN, BACKPACK, CHILDREN, MIDDLEWARE, RETAINED, SECRET, SERVICE
from support.api_proxy import ApiProxy
from support.certificates import Authority
from support.operated_cluster import OperatedCluster
from support.tls_server import TlsServer
from support.used_rights import Right, UsedRights, rights
from support.waiting import eventually

QUICK = {
    "ADMINS_SECONDS": "0.3",
    "LOOK_AGAIN_SECONDS": "0.5",
    "RESYNC_SECONDS": "2",
    "CERTIFICATE_RETRY_SECONDS": "1",
}
ASKED_BY_ADMISSION = {Right("backpack.dev", "backpacks/finalizers", "update")}
"""Where the plug-in `OwnerReferencesPermissionEnforcement` is on, which here it isn't."""


NAME = "app.kubernetes.io/name"


def account(cluster: OperatedCluster, namespace: str, name: str) -> None:
    body = {
        "apiVersion": ADMIN.api_version,
        "kind": ADMIN.kind,
        "metadata": {"name": name, "namespace": namespace},
        "spec": {"email": f"{name}@example.com"},
    }
    cluster.api.request("POST", ADMIN.path(namespace), body)


def lose_one_child_of_each_kind(cluster: OperatedCluster, namespace: str) -> None:
    """It is looked for by its name before another is made."""
    first = {key.kind: key for key in cluster.children(namespace)}
    for key in first.values():
        if key.kind not in RETAINED:
            cluster.delete(key.kind, namespace, key.name)
    eventually(lambda: set(first.values()) <= cluster.children(namespace).keys(), within=60)


def edit_what_outlives_it(cluster: OperatedCluster, namespace: str) -> None:
    for key in cluster.children(namespace):
        if key.kind in RETAINED:
            cluster.change(key.kind, namespace, key.name, metadata={"labels": {NAME: "edited"}})
    eventually(
        lambda: all(
            body["metadata"]["labels"][NAME] != "edited" for body in cluster.children(namespace).values()
        ),
        within=60,
    )


def leave_what_a_former_version_made(cluster: OperatedCluster, namespace: str) -> None:
    """Of each kind one that this version doesn't make."""
    for kind in CHILDREN:
        if kind in RETAINED:
            continue
        body = next(body for key, body in cluster.children(namespace).items() if key.kind == kind)
        metadata = {
            field: body["metadata"][field]
            for field in ("namespace", "labels", "annotations", "ownerReferences")
        }
        content = {field: body[field] for field in ("spec", "data") if field in body}
        if kind is SERVICE:
            content["spec"] = {"ports": [{"port": 80}]}
        named = {"apiVersion": kind.api_version, "kind": kind.kind}
        cluster.create({**named, **content, "metadata": {**metadata, "name": "todo-former"}})
    eventually(lambda: "todo-former" not in {key.name for key in cluster.children(namespace)}, within=60)


def test_no_right_is_given_that_is_not_used(cluster: OperatedCluster, tmp_path: Path) -> None:
    own, namespace = cluster.namespace("system"), cluster.namespace("apps")
    with (
        TlsServer(default=Authority.make().issue("0123.traefik.default")) as traefik,
        ApiProxy(cluster.plane) as proxy,
    ):
        used = UsedRights(proxy)
        looking = {**QUICK, "TRAEFIK_HTTPS_ADDRESS": traefik.address}
        with cluster.operator(tmp_path, own, namespace, through=proxy, **looking):
            account(cluster, own, "ada")
            account(cluster, namespace, "bob")
            acme = {"mode": "Resolver", "resolver": "acme"}
            spec = {"api": {"replicas": 2}, "tls": acme, "deletionPolicy": "Delete", "admins": ["ada"]}
            cluster.backpack(namespace, "todo", **spec)
            cluster.wait_reason(namespace, "todo", "RouteReady", "CertificatePending")
            asked_again = Right(MIDDLEWARE.group, MIDDLEWARE.plural, "patch")
            eventually(lambda: asked_again in used.of(own), within=30, what="a certificate is asked for")
            cluster.backpack(namespace, "younger", hostname="todo")
            cluster.wait_reason(namespace, "younger", "HostnameAccepted", "HostnameTaken")
            cluster.change(SECRET, own, SECRET_NAME, metadata={"annotations": {ASKED: "now"}})
            lose_one_child_of_each_kind(cluster, namespace)
            edit_what_outlives_it(cluster, namespace)
            leave_what_a_former_version_made(cluster, namespace)
            # Pods are listed once none of them has been ready for some seconds.
            listed = Right("", "pods", "list")
            eventually(lambda: listed in used.of(namespace), within=30, what="pods are listed")
            rotated = Right("", "secrets", "patch")
            eventually(lambda: rotated in used.of(own), within=30, what="the signing key is rotated")
            cluster.delete(ADMIN, own, "ada")
            eventually(lambda: cluster.find(ADMIN, own, "ada") is None, within=30)
            cluster.delete(BACKPACK, namespace, "todo")
            eventually(lambda: cluster.find(BACKPACK, namespace, "todo") is None, within=60)
            unused = {
                "where Backpacks are": rights(rbac.BACKPACK_RULES) - used.of(namespace) - ASKED_BY_ADMISSION,
                "in its own namespace": rights(rbac.OWN_RULES) - used.of(own),
            }
            told = {place: sorted(map(str, found)) for place, found in unused.items()}
            assert told == {"where Backpacks are": [], "in its own namespace": []}
