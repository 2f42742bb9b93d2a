"""The credentials of a backpack are rotated by an annotation, on a real API server: whatever
the operator is killed in, both the API and its stores have passwords that fit."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from backpack_contract.credentials import KEYS, redis_digests
from backpack_contract.resources import ROTATE_CREDENTIALS_ANNOTATION, ROTATE_PUBLISHABLE_KEY_ANNOTATION
from backpack_operator.model.kinds import BACKPACK, DEPLOYMENT, SECRET
from backpack_operator.model.rotation import Rotations
from support.operated_cluster import Operated, OperatedCluster, decoded
from support.waiting import eventually

QUICK = {
    "ROTATION_DRAIN_SECONDS": "0",
    "KEY_ANNOUNCE_SECONDS": "0",
    "PUBLISHABLE_KEY_OVERLAP_SECONDS": "0",
    "LOOK_AGAIN_SECONDS": "0.5",
}


@pytest.fixture
def serving(cluster: OperatedCluster, tmp_path: Path) -> Iterator[Operated]:
    """A Backpack `todo` whose API has taken its configuration."""
    own, namespace, other = (cluster.namespace(prefix) for prefix in ("system", "apps", "other"))
    with cluster.operator(tmp_path, own, namespace, other, **QUICK) as operator:
        result = Operated(cluster, operator, namespace, other, own)
        result.backpack("todo")
        cluster.wait_ready(namespace, "todo")
        cluster.wait_reason(namespace, "todo", "Configured", "Taken")
        yield result


def ask(operated: Operated, annotation: str, value: str) -> None:
    metadata = {"annotations": {annotation: value}}
    operated.cluster.change(BACKPACK, operated.namespace, "todo", metadata=metadata)


def secret(operated: Operated) -> Any:
    return operated.cluster.get(SECRET, operated.namespace, "todo-credentials")


def template(operated: Operated, component: str) -> Any:
    return operated.cluster.get(DEPLOYMENT, operated.namespace, f"todo-{component}")["spec"]["template"]


def condition(operated: Operated, kind: str) -> dict[str, Any] | None:
    conditions = operated.cluster.get(BACKPACK, operated.namespace, "todo")["status"]["conditions"]
    return next((one for one in conditions if one["type"] == kind), None)


def wait_rotated(operated: Operated, kind: str, value: str) -> None:
    def rotated() -> bool:
        operated.cluster.start_pods(operated.namespace)
        found = condition(operated, kind)
        return found is not None and found["reason"] == "Rotated" and f"`{value}`" in found["message"]

    eventually(rotated, within=120, every=0.1, what=f"{kind}: {value}")


def test_passwords_are_replaced_and_the_stores_keep_running(serving: Operated) -> None:
    before = decoded(secret(serving))
    stores = [template(serving, component) for component in ("redis", "mongo")]
    api = template(serving, "api")
    ask(serving, ROTATE_CREDENTIALS_ANNOTATION, "first")
    wait_rotated(serving, "CredentialsRotated", "first")
    after = decoded(secret(serving))
    old = {before["redis-password"], before["mongo-password"]}
    assert not old & set(after.values())
    assert after["publishable-key"] == before["publishable-key"]
    assert [template(serving, component) for component in ("redis", "mongo")] == stores
    assert template(serving, "api") != api
    added, removed = serving.operator.apis.credentials[0], serving.operator.apis.credentials[-1]
    assert added.cache == redis_digests(before["redis-password"], after["redis-password"])
    assert removed.cache == redis_digests(after["redis-password"])
    assert (added.database.username, removed.database.username) == ("backpack-b", "backpack")
    assert removed.database.former == before["mongo-password"]
    status = serving.cluster.get(BACKPACK, serving.namespace, "todo")["status"]
    assert status["rotatedCredentials"] == "first"
    assert not any(value in str(status) for value in after.values() if len(value) > 20)
    assert not any(after[key] in serving.operator.process.log_text() for key in KEYS if "password" in key)
    # Nothing more is done for the same value, nor by an operator that has just started.
    serving.cluster.wait_ready(serving.namespace, "todo")
    serving.cluster.wait_reason(serving.namespace, "todo", "Progressing", "Settled")
    kept = serving.versions()
    serving.operator.kill()
    serving.operator.start()
    serving.operator.wait_settled()
    assert serving.versions() == kept


@pytest.mark.long
def test_an_operator_that_is_killed_at_every_step_goes_on(serving: Operated) -> None:
    """And at each moment the stores take the passwords that the API's pods are given."""
    apis = serving.operator.apis

    def killed_at(step: str) -> None:
        def reached() -> bool:
            if step == "Removing":
                serving.cluster.start_pods(serving.namespace)
            annotations = secret(serving)["metadata"]["annotations"]
            return Rotations.parse(annotations).passwords.step == step

        eventually(reached, within=60, every=0.1, what=step)
        serving.operator.kill()
        values = decoded(secret(serving))
        (used,) = redis_digests(values["redis-password"])
        assert used in values["redis-users.acl"]
        serving.operator.start()

    apis.stores_ready = False
    ask(serving, ROTATE_CREDENTIALS_ANNOTATION, "now")
    killed_at("Adding")
    apis.stores_ready = True
    # Nobody starts the API's new pods meanwhile.
    killed_at("Moving")
    apis.stores_ready = False
    killed_at("Removing")
    apis.stores_ready = True
    wait_rotated(serving, "CredentialsRotated", "now")
    assert apis.credentials[-1].cache == redis_digests(decoded(secret(serving))["redis-password"])
    users = {one.database.username: one.database.password for one in apis.credentials}
    assert decoded(secret(serving))["mongo-password"] == users["backpack-b"]
    assert decoded(secret(serving))["mongo-spare-password"] == users["backpack"]


def test_as_long_as_the_stores_have_not_learnt_them_the_api_keeps_what_it_has(serving: Operated) -> None:
    serving.operator.apis.stores_ready = False
    api, before = template(serving, "api"), decoded(secret(serving))
    ask(serving, ROTATE_CREDENTIALS_ANNOTATION, "now")
    eventually(lambda: len(serving.operator.apis.credentials) > 2, within=60)
    assert template(serving, "api") == api
    assert decoded(secret(serving))["redis-password"] == before["redis-password"]
    told = eventually(lambda: condition(serving, "CredentialsRotated"), within=20)
    assert told is not None
    assert (told["status"], told["reason"]) == ("False", "Rotating")
    serving.operator.apis.stores_ready = True
    wait_rotated(serving, "CredentialsRotated", "now")


def test_the_publishable_key_is_replaced(serving: Operated) -> None:
    before = decoded(secret(serving))
    ask(serving, ROTATE_PUBLISHABLE_KEY_ANNOTATION, "now")
    wait_rotated(serving, "PublishableKeyRotated", "now")
    after = decoded(secret(serving))
    old, new = before["publishable-key"], after["publishable-key"]
    assert {**after, "publishable-key": old} == before
    taken = [tuple(one["publishable_keys"]) for one in serving.operator.apis.of("todo")]
    phases = [keys for number, keys in enumerate(taken) if keys != taken[number - 1] or number == 0]
    assert phases in ([(), (old, new), (new, old)], [(), (old, new), (new, old), ()])
    status = serving.cluster.get(BACKPACK, serving.namespace, "todo")["status"]
    assert status["rotatedPublishableKey"] == "now"
