"""What the API has to know reaches it while it runs, without a restart, and is told of
until it has arrived."""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from backpack_contract.configuration import BackpackConfiguration
from backpack_contract.signing_keys import SECRET_NAME
from backpack_operator.model.kinds import BACKPACK, CONFIG_MAP, DEPLOYMENT, SECRET, Kind
from support.core_api import GOOD_PASSWORD, CoreApi, new_email
from support.ferretdb import FerretDB, ferretdb
from support.operated_cluster import Operated, OperatedCluster
from support.processes import free_port
from support.redis import Redis, redis
from support.waiting import eventually

__all__ = ["ferretdb", "redis"]

EVENT = Kind("events.k8s.io/v1", "Event", "events")


def template(operated: Operated) -> Any:
    return operated.cluster.get(DEPLOYMENT, operated.namespace, "todo-api")["spec"]["template"]


def change(operated: Operated, **spec: Any) -> int:
    """The generation that the change makes."""
    body = operated.cluster.change(BACKPACK, operated.namespace, "todo", spec=spec)
    return int(body["metadata"]["generation"])


def wait_taken(operated: Operated) -> None:
    operated.cluster.wait_reason(operated.namespace, "todo", "Configured", "Taken")


@pytest.fixture
def serving(operated: Operated) -> Operated:
    """A Backpack `todo` whose API has taken its configuration."""
    operated.backpack("todo")
    assert operated.operator.apis.asked == 0
    operated.cluster.wait_ready(operated.namespace, "todo")
    wait_taken(operated)
    return operated


def test_a_change_reaches_the_running_api_and_its_config_map(serving: Operated) -> None:
    before, apis = template(serving), serving.operator.apis
    first = len(apis.of("todo"))
    rules = {"read": "public"}
    generation = change(
        serving,
        auth={"registration": "closed", "sessionTTL": "1h"},
        collections=[{"name": "tasks", "rules": rules}],
    )
    wait_taken(serving)
    (taken,) = apis.of("todo")[first:]
    assert taken["generation"] == generation
    assert (taken["registration"], taken["session_ttl_seconds"]) == ("closed", 3600)
    assert taken["collections"][0]["rules"]["read"] == "public"
    mounted = serving.cluster.get(CONFIG_MAP, serving.namespace, "todo-config")["data"]["config.json"]
    assert json.loads(mounted) == taken
    assert template(serving) == before


def test_what_is_taken_is_not_sent_again_by_an_operator_that_has_just_started(serving: Operated) -> None:
    serving.cluster.wait_reason(serving.namespace, "todo", "Progressing", "Settled")
    asked, before = serving.operator.apis.asked, serving.versions()
    serving.operator.kill()
    serving.operator.start()
    serving.operator.wait_settled()
    assert serving.operator.apis.asked == asked
    assert serving.operator.writes() == 0
    assert serving.versions() == before


def test_a_refusal_is_told_and_the_backpack_serves_on(serving: Operated) -> None:
    serving.operator.apis.refusal = (422, "collections[0].schema: no such type")
    change(serving, collections=[{"name": "tasks", "schema": {"type": "thing"}}])
    told = serving.cluster.wait_reason(serving.namespace, "todo", "Configured", "ConfigurationRefused")
    assert "collections[0].schema: no such type" in told["message"]
    assert serving.cluster.condition(serving.namespace, "todo", "Ready")["status"] == "True"
    assert serving.cluster.condition(serving.namespace, "todo", "Degraded")["status"] == "True"
    serving.operator.apis.refusal = None
    change(serving, collections=[{"name": "tasks", "schema": {"type": "object"}}])
    wait_taken(serving)
    serving.cluster.wait_reason(serving.namespace, "todo", "Degraded", "AsExpected")


def test_what_was_restored_from_a_backup_takes_the_place_of_what_was_newer(serving: Operated) -> None:
    """Both Backpack and Secret are older then than what the API works by."""
    apis = serving.operator.apis
    before = apis.of("todo")[-1]["revision"]
    apis.in_force = before + 30
    change(serving, auth={"registration": "closed"})
    wait_taken(serving)
    assert (apis.of("todo")[-1]["registration"], apis.of("todo")[-1]["revision"]) == ("closed", before + 31)
    serving.cluster.wait_reason(serving.namespace, "todo", "Degraded", "AsExpected")
    change(serving, auth={"registration": "open"})
    wait_taken(serving)
    assert apis.of("todo")[-1]["revision"] == before + 32


def test_an_api_that_cannot_be_reached_is_told_of_and_tried_again(
    cluster: OperatedCluster, tmp_path: Path
) -> None:
    own, namespace = cluster.namespace("system"), cluster.namespace("apps")
    port = free_port()
    nowhere = {"API_ADMIN_URL": f"http://127.0.0.1:{port}"}
    with cluster.operator(tmp_path, own, namespace, **nowhere):
        cluster.backpack(namespace, "todo")
        cluster.wait_ready(namespace, "todo")
        told = cluster.wait_reason(namespace, "todo", "Configured", "ApiUnreachable", within=60)
        assert f"http://127.0.0.1:{port}" in told["message"]
        assert cluster.condition(namespace, "todo", "Ready")["status"] == "True"


def test_collections_that_are_taken_out_are_told_of_once(serving: Operated) -> None:
    change(serving, collections=[{"name": "tasks"}, {"name": "notes", "indexes": [{"keys": ["title"]}]}])
    wait_taken(serving)
    change(serving, collections=[{"name": "tasks"}])
    told = serving.cluster.wait_reason(serving.namespace, "todo", "CollectionsReleased", "NoLongerDeclared")
    assert "`notes` is no longer declared: its documents" in told["message"]
    change(serving, displayName="Todo")
    wait_taken(serving)
    assert (
        serving.cluster.condition(serving.namespace, "todo", "CollectionsReleased")["message"]
        == told["message"]
    )

    def events() -> list[str]:
        return [
            event["note"]
            for event in serving.cluster.list(EVENT, serving.namespace)
            if event["reason"] == "NoLongerDeclared"
        ]

    eventually(lambda: events() == [told["message"]], within=10)


def test_the_signing_key_is_made_once_and_never_while_there_is_one(serving: Operated) -> None:
    made = serving.cluster.get(SECRET, serving.own_namespace, SECRET_NAME)
    serving.operator.kill()
    serving.operator.start()
    serving.operator.wait_settled()
    assert serving.cluster.get(SECRET, serving.own_namespace, SECRET_NAME) == made


@pytest.mark.long
def test_an_operator_that_cannot_read_the_signing_key_waits(serving: Operated) -> None:
    """Of no value it could make another: no running API would trust it."""
    made = serving.cluster.get(SECRET, serving.own_namespace, SECRET_NAME)
    serving.operator.stop()
    broken = {"keys.json": "bm90IGtleXM="}
    serving.cluster.change(SECRET, serving.own_namespace, SECRET_NAME, data=broken)
    before = serving.versions()
    serving.operator.start()
    eventually(lambda: "restore it from a backup" in serving.operator.process.log_text(), within=20)
    assert serving.versions() == before
    serving.cluster.change(SECRET, serving.own_namespace, SECRET_NAME, data=made["data"])
    serving.operator.wait_settled()
    assert serving.operator.writes() == 0


def test_a_real_api_works_by_a_change_within_seconds(
    cluster: OperatedCluster, tmp_path: Path, ferretdb: FerretDB, redis: Redis
) -> None:
    own, namespace = cluster.namespace("system"), cluster.namespace("apps")
    admin_port = free_port()
    where = {"API_ADMIN_URL": f"http://127.0.0.1:{admin_port}"}
    with cluster.operator(tmp_path, own, namespace, **where):
        cluster.backpack(namespace, "todo")
        cluster.wait_made(namespace, "todo")
        mounted = cluster.get(CONFIG_MAP, namespace, "todo-config")["data"]["config.json"]
        api = CoreApi(
            tmp_path / "api",
            ferretdb,
            redis,
            redis_database=7,
            configuration=BackpackConfiguration.from_json(mounted),
            BACKPACK_ADMIN_PORT=str(admin_port),
        )
        api.start()
        try:
            cluster.wait_ready(namespace, "todo")
            cluster.wait_reason(namespace, "todo", "Configured", "Taken")
            assert register(api).status_code == 201
            cluster.change(BACKPACK, namespace, "todo", spec={"auth": {"registration": "closed"}})
            eventually(lambda: register(api).status_code == 403, within=10)
            cluster.wait_reason(namespace, "todo", "Configured", "Taken")
            collections = [{"name": "tasks"}]
            cluster.change(BACKPACK, namespace, "todo", spec={"collections": collections})
            cluster.wait_reason(namespace, "todo", "Configured", "Taken")
        finally:
            api.stop()


def register(api: CoreApi) -> httpx.Response:
    body = {"email": new_email(), "password": GOOD_PASSWORD}
    return httpx.post(f"{api.public}/auth/register", json=body, timeout=20)


def test_a_signing_key_that_is_deleted_by_mistake_comes_back_as_it_was(
    cluster: OperatedCluster, tmp_path: Path
) -> None:
    own, namespace = cluster.namespace("system"), cluster.namespace("apps")
    with cluster.operator(tmp_path, own, namespace, RESYNC_SECONDS="1"):
        cluster.backpack(namespace, "todo")
        cluster.wait_made(namespace, "todo")
        made = cluster.get(SECRET, own, SECRET_NAME)
        cluster.delete(SECRET, own, SECRET_NAME)
        again = eventually(lambda: cluster.find(SECRET, own, SECRET_NAME), within=20)
        assert again is not None
        assert again["data"] == made["data"]
