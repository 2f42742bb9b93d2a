"""Every child, as a whole object. After a change that is meant: run with
BACKPACK_GOLDEN=write, and read the difference."""

import os
from pathlib import Path
from typing import Any

import pytest
import yaml

from backpack_contract.configuration import AdminKey
from backpack_operator.model.backpack import Backpack
from backpack_operator.model.kinds import ObjectKey
from backpack_operator.reconcile.observed import child_keys
from backpack_operator.settings import Settings
from backpack_operator.specs import children
from backpack_operator.specs.config_map import configuration
from backpack_operator.specs.credentials_secret import credentials_secret
from backpack_operator.specs.volume_claims import volume_claims

GOLDEN = Path(__file__).parent / "golden"
ADMIN_KEY = AdminKey(kid="the-key", x="Kol_SrjOIaNK_nZOJUAmzAYXRNz4fHQJ7mGpcHvB-K0")
CREDENTIALS = {"mongo-password": "mongo-secret", "redis-users.acl": "user default on #hash\n"}


def everything(backpack: Backpack, settings: Settings, engine: str) -> list[dict[str, Any]]:
    return [
        credentials_secret(backpack, CREDENTIALS),
        *volume_claims(backpack, settings, engine, {}),
        *children.network(backpack, settings, configuration(backpack, settings, [ADMIN_KEY]).to_json()),
        *children.workloads(backpack, settings, engine, CREDENTIALS),
        *children.routes(backpack, settings),
    ]


@pytest.mark.parametrize(("which", "engine"), [("plain", "ferretdb"), ("full", "mongodb")])
def test_children_are_exactly_these(
    which: str, engine: str, request: pytest.FixtureRequest, settings: Settings
) -> None:
    rendered = everything(request.getfixturevalue(which), settings, engine)
    file = GOLDEN / f"{which}.yaml"
    if os.environ.get("BACKPACK_GOLDEN") == "write":
        file.write_text(yaml.dump_all(rendered, Dumper=NoAliases, sort_keys=False))
    assert rendered == list(yaml.safe_load_all(file.read_text()))


class NoAliases(yaml.SafeDumper):
    """Equal parts are written out each time: the file is for reading."""

    def ignore_aliases(self, data: object) -> bool:
        return True


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.Node:
    """A script line by line."""
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


NoAliases.add_representer(str, _text)


@pytest.mark.parametrize("which", ["plain", "full"])
def test_no_two_children_have_one_name_and_all_are_looked_for(
    which: str, request: pytest.FixtureRequest, settings: Settings
) -> None:
    backpack = request.getfixturevalue(which)
    keys = [ObjectKey.of(body) for body in everything(backpack, settings, "ferretdb")]
    assert len(keys) == len(set(keys))
    assert set(keys) == set(child_keys(backpack, settings))
