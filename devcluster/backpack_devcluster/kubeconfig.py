"""Kubeconfig files, with the certificates inside: one file is all that a client needs."""

import base64
from pathlib import Path

import yaml

from . import files


def write(path: Path, *, server: str, pki: Path, user: str) -> None:
    """Write a kubeconfig for `user`, whose certificate is `<user>.crt` in `pki`."""
    document = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [
            {
                "name": "backpack",
                "cluster": {"server": server, "certificate-authority-data": _encoded(pki / "ca.crt")},
            }
        ],
        "users": [
            {
                "name": user,
                "user": {
                    "client-certificate-data": _encoded(pki / f"{user}.crt"),
                    "client-key-data": _encoded(pki / f"{user}.key"),
                },
            }
        ],
        "contexts": [{"name": "backpack", "context": {"cluster": "backpack", "user": user}}],
        "current-context": "backpack",
    }
    files.put(path, yaml.safe_dump(document, sort_keys=False))


def _encoded(path: Path) -> str:
    return base64.b64encode(path.read_bytes()).decode()
