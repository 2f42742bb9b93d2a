"""What a change of a running Backpack does, and what it leaves alone."""

import secrets
from collections.abc import Iterator
from functools import partial

import pytest

from support.backpack_client import PASSWORD, BackpackClient
from support.backpacks import create_ready, of_instance, pod_of, unique
from support.kubectl import Kubectl, Object
from support.waiting import eventually


@pytest.fixture(scope="module")
def shop(namespace: Kubectl) -> Object:
    return create_ready(namespace, unique("shop"))


@pytest.fixture
def ada(shop: Object) -> Iterator[BackpackClient]:
    with BackpackClient(shop["status"]["apiUrl"], f"ada-{secrets.token_hex(4)}@example.com") as client:
        yield client.sign_up()


def patch(kubectl: Kubectl, name: str, spec: str) -> None:
    kubectl.run("patch", "backpack", name, "--type=merge", f"--patch={spec}")


def test_settings_of_the_api_reach_it_without_a_restart(
    namespace: Kubectl, shop: Object, ada: BackpackClient
) -> None:
    name = shop["metadata"]["name"]
    before = pod_of(namespace, name, "api")["metadata"]["uid"]
    collection = '{"name": "orders", "rules": {"create": "none"}, "indexes": [{"keys": ["-number"]}]}'
    patch(
        namespace,
        name,
        f'{{"spec": {{"auth": {{"registration": "closed"}}, "collections": [{collection}]}}}}',
    )

    def registering() -> int:
        body = {"email": f"{secrets.token_hex(6)}@example.com", "password": PASSWORD}
        return ada.http.post("/auth/register", json=body).status_code

    eventually(lambda: registering() == 403, within=30)
    eventually(lambda: "orders" in {one["name"] for one in ada.http.get("/collections").json()}, within=10)
    assert ada.http.post("/db/orders", json={}).status_code == 403
    namespace.wait_reason(name, "Configured", "Taken")
    assert pod_of(namespace, name, "api")["metadata"]["uid"] == before
    patch(namespace, name, '{"spec": {"auth": {"registration": "open"}}}')
    eventually(lambda: registering() == 201, within=30)


def test_a_suspended_backpack_has_no_pods_and_comes_back_with_all_that_it_had(
    namespace: Kubectl, shop: Object, ada: BackpackClient
) -> None:
    name = shop["metadata"]["name"]
    ada.create("tasks", {"title": "keep this"})
    patch(namespace, name, '{"spec": {"suspend": true}}')
    namespace.wait_reason(name, "Ready", "Suspended", within=60)
    eventually(lambda: namespace.list("pods", of_instance(name)) == [], within=60)
    patch(namespace, name, '{"spec": {"suspend": false}}')
    namespace.wait_ready(name)
    eventually(lambda: "keep this" in ada.titles("tasks"), within=10)


def test_kubectl_scales_the_api(namespace: Kubectl, shop: Object, ada: BackpackClient) -> None:
    name = shop["metadata"]["name"]

    def available(wanted: int) -> bool:
        deployment = namespace.get("deployment", f"{name}-api")
        return bool(deployment["status"].get("availableReplicas") == wanted)

    def told(wanted: int) -> bool:
        return bool(namespace.get("backpack", name)["status"]["replicas"] == wanted)

    for replicas in (2, 1):
        namespace.run("scale", f"backpack/{name}", f"--replicas={replicas}")
        eventually(partial(available, replicas), within=60)
        eventually(partial(told, replicas), within=30)
    assert ada.http.get("/auth/me").status_code == 200


def test_volumes_grow_while_it_serves(namespace: Kubectl, shop: Object, ada: BackpackClient) -> None:
    name = shop["metadata"]["name"]
    before = {
        component: pod_of(namespace, name, component)["metadata"]["uid"] for component in ("mongo", "api")
    }
    patch(
        namespace,
        name,
        '{"spec": {"database": {"storage": {"size": "2Gi"}}, "files": {"storage": {"size": "3Gi"}}}}',
    )

    def sizes() -> set[str]:
        claims = namespace.list("persistentvolumeclaims", of_instance(name))
        return {claim["status"]["capacity"]["storage"] for claim in claims}

    eventually(lambda: {"2Gi", "3Gi"} <= sizes(), within=60, what="the volumes have grown")
    namespace.wait_reason(name, "Degraded", "AsExpected", within=30)
    assert ada.http.get("/auth/me").status_code == 200
    for component, uid in before.items():
        assert pod_of(namespace, name, component)["metadata"]["uid"] == uid
