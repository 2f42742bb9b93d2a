"""A site is published over the admin listener, with the key that the operator made."""

import base64
import io
import time
import zipfile
from collections.abc import Callable, Iterator
from functools import partial

import httpx
import pytest

from backpack_contract.ports import API_ADMIN
from backpack_contract.signing_keys import KEY_SET, SECRET_NAME
from backpack_operator.model.signing_keys import KeySet, read_keys
from support.backpack_client import open_client
from support.backpacks import create_ready, pod_of, unique
from support.kubectl import Kubectl, Object
from support.port_forward import port_forward
from support.waiting import eventually

OPERATOR_NAMESPACE = "backpack-system"


@pytest.fixture(scope="module")
def shop(namespace: Kubectl) -> Object:
    return create_ready(namespace, unique("shop"))


@pytest.fixture(scope="module")
def keys(kubectl: Kubectl) -> KeySet:
    secret = kubectl.within(OPERATOR_NAMESPACE).get("secret", SECRET_NAME)
    return read_keys(base64.b64decode(secret["data"][KEY_SET]).decode())


@pytest.fixture(scope="module")
def admin(namespace: Kubectl, shop: Object) -> Iterator[httpx.Client]:
    """The admin listener, without a token yet."""
    pod = pod_of(namespace, shop["metadata"]["name"], "api")["metadata"]["name"]
    with (
        port_forward(namespace, pod, API_ADMIN) as address,
        httpx.Client(base_url=f"http://{address}") as client,
    ):
        yield client


@pytest.fixture
def publish(admin: httpx.Client, keys: KeySet, shop: Object) -> Callable[[str], httpx.Response]:
    def send(text: str) -> httpx.Response:
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w") as files:
            files.writestr("index.html", f"<!doctype html><h1>{text}</h1>")
        token = keys.token("ada", shop["metadata"]["uid"], time.time())
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/zip"}
        return admin.post("/admin/site/releases", content=archive.getvalue(), headers=headers)

    return send


def shows(visitor: httpx.Client, text: str) -> bool:
    return text in visitor.get("/").text


def test_a_release_takes_the_place_of_the_landing_page_and_of_the_one_before(
    shop: Object, publish: Callable[[str], httpx.Response]
) -> None:
    with open_client(shop["status"]["url"]) as visitor:
        assert "nothing has been uploaded" in visitor.get("/").text
        for text in ("open soon", "open now"):
            answer = publish(text)
            assert answer.status_code == 201, answer.text
            assert answer.json()["active"] is True
            assert answer.json()["by"] == "ada"
            eventually(partial(shows, visitor, text), within=10)
        init = visitor.get("/__backpack/init.json").json()
        assert init["apiUrl"] == shop["status"]["apiUrl"]
        assert init["key"].startswith("bp_pk_")
        assert "createClient" in visitor.get("/__backpack/sdk.js").text


def test_another_backpacks_token_and_none_at_all_are_refused(
    namespace: Kubectl, admin: httpx.Client, keys: KeySet
) -> None:
    for headers in ({}, {"Authorization": f"Bearer {keys.token('ada', 'another-uid', time.time())}"}):
        assert admin.get("/admin/export", headers=headers).status_code == 401
    assert admin.get("/healthz").status_code == 200
