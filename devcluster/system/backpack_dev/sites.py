"""The sites of the examples, published as an administrator does it: a ZIP for the admin listener of the
backpack, with a token that is signed with the operator's key."""

import base64
import json
import time
import zipfile
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any, Protocol

import httpx
from websockets.sync.client import connect

from backpack_contract import admin_tokens
from backpack_contract.ports import API_ADMIN
from backpack_contract.signing_keys import KEY_SET, SECRET_NAME
from backpack_operator.model.signing_keys import KeySet, read_keys

from .errors import NotPublished
from .port_forward import port_forward
from .programs import run_json

WHO = "make-up"
"""As whom the audit log names us."""
LONG_AGO = (1980, 1, 1, 0, 0, 0)


class Reachable(Protocol):
    """A cluster, as kubectl speaks to it."""

    @property
    def kubectl(self) -> Path: ...
    @property
    def kubeconfig(self) -> Path: ...


def site_zip(folder: Path) -> bytes:
    """The folder as a ZIP: the same one each time, as long as the files are the same."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(path for path in folder.rglob("*") if path.is_file()):
            entry = zipfile.ZipInfo(file.relative_to(folder).as_posix(), LONG_AGO)
            archive.writestr(entry, file.read_bytes(), zipfile.ZIP_DEFLATED)
    return out.getvalue()


def publish(cluster: Reachable, backpack: dict[str, Any], keys: KeySet, content: bytes) -> bool:
    """Make the ZIP the site of a Backpack that is Ready; whether it wasn't there already. One that is
    there is let be, though another one may be shown: somebody has chosen that."""
    metadata = backpack["metadata"]
    token = keys.token(WHO, metadata["uid"], time.time())
    headers = {"Authorization": admin_tokens.authorization(token)}
    kubectl = (str(cluster.kubectl), f"--kubeconfig={cluster.kubeconfig}")
    api = f"deployment/{metadata['name']}-api"
    with port_forward(kubectl, metadata["namespace"], api, API_ADMIN) as address:
        if sha256(content).hexdigest() in releases(address, headers):
            return False
        headers["Content-Type"] = "application/zip"
        answer = httpx.post(
            f"http://{address}/admin/site/releases", content=content, headers=headers, timeout=30
        )
    if answer.status_code != httpx.codes.CREATED:
        raise NotPublished(f"The API of Backpack {metadata['name']} refused its site: {answer.text}")
    return True


def releases(address: str, headers: dict[str, str]) -> set[str]:
    """The SHA-256 of the ZIP of each release."""
    with connect(f"ws://{address}/admin", additional_headers=headers, proxy=None) as socket:
        socket.send(json.dumps({"id": 1, "op": "site.releases"}))
        answer = json.loads(socket.recv(timeout=10))
    return {release["sha256"] for release in answer["data"]["items"]}


def signing_keys(cluster: Reachable, namespace: str) -> KeySet:
    """Those of the operator in this namespace."""
    secret = run_json(
        cluster.kubectl,
        f"--kubeconfig={cluster.kubeconfig}",
        f"--namespace={namespace}",
        "get",
        "secret",
        SECRET_NAME,
        "--output=json",
    )
    return read_keys(base64.b64decode(secret["data"][KEY_SET]).decode())
