"""Bad days that take more than one client and one connection."""

import json
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from backpack_images.javascript import NODE
from support.core_api import CoreApi, new_person
from support.lossy_network import LossyNetwork
from support.sdk_writer import count, write
from support.uploads import on_disk
from support.waiting import eventually

pytestmark = pytest.mark.timeout(180)

CLIENTS = 50
DOCUMENTS = 200
MIB = 1024 * 1024


def test_a_killed_replica_loses_and_repeats_nothing(
    start_api: Callable[..., CoreApi], dist: Path, runners: Path
) -> None:
    first = start_api()
    second = start_api(database=first.database)
    ada = new_person(second)
    collection = ada.make_collection().removeprefix("/db/")
    balancer = LossyNetwork(first.public.removeprefix("http://"))
    given = {
        "url": f"http://{balancer.host}",
        "token": ada.token,
        "collection": collection,
        "clients": CLIENTS,
        "total": DOCUMENTS,
    }
    command = [NODE, runners / "crowd.mjs", dist / "esm" / "index.js", json.dumps(given)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as crowd:
        assert crowd.stdout is not None
        assert crowd.stdout.readline() == "ready\n"
        writer = threading.Thread(target=write, args=(ada, collection, DOCUMENTS))
        writer.start()
        eventually(lambda: count(ada, collection) > DOCUMENTS / 5, within=60, every=0.02)
        balancer.target = second.public.removeprefix("http://")
        first.kill()
        writer.join()
        clients = json.loads(crowd.stdout.readline())
        assert crowd.wait(timeout=20) == 0
    balancer.close()
    assert len(clients) == CLIENTS
    for client in clients:
        assert client["heard"] == list(range(DOCUMENTS))
        assert client["connections"] == 2


@pytest.mark.long
def test_a_gibibyte_that_is_aborted_leaves_nothing_and_takes_no_memory(
    start_api: Callable[..., CoreApi], dist: Path, runners: Path, tmp_path: Path
) -> None:
    api = start_api(configuration={"max_file_size": 2048 * MIB, "quota_per_user": 2048 * MIB})
    ada = new_person(api)
    big = tmp_path / "big.bin"
    with big.open("wb") as file:
        file.truncate(1024 * MIB)
    given = {"url": api.public, "token": ada.token, "file": str(big), "bytes": 200 * MIB}
    command = [NODE, runners / "upload.mjs", dist / "esm" / "index.js", json.dumps(given)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, timeout=120, check=True)
    result = json.loads(done.stdout)
    assert (result["type"], result["files"]) == ("backpack:aborted", 0)
    assert result["grown"] < 150 * MIB
    eventually(lambda: on_disk(api) == [], within=20, every=0.05)
