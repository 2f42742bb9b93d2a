"""The signing key is rotated by an annotation: no operator that is killed in between, and
no API that is late, is left with a key that the other doesn't know."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jwt
import pytest

from backpack_contract.signing_keys import KEY_SET, SECRET_NAME
from backpack_operator.model.key_rotation import ASKED, DONE, PHASE
from backpack_operator.model.kinds import BACKPACK, SECRET
from support.operated_cluster import Operated, OperatedCluster, decoded
from support.waiting import eventually

QUICK = {"KEY_ANNOUNCE_SECONDS": "0", "KEY_OVERLAP_SECONDS": "0", "LOOK_AGAIN_SECONDS": "0.3"}
Start = Callable[..., Operated]


@pytest.fixture
def start(cluster: OperatedCluster, tmp_path: Path) -> Iterator[Start]:
    """An operator with these settings, and a Backpack `todo` whose API has its configuration."""
    contexts = []

    def begin(**settings: str) -> Operated:
        own, namespace, other = (cluster.namespace(prefix) for prefix in ("system", "apps", "other"))
        context = cluster.operator(tmp_path, own, namespace, other, **settings)
        contexts.append(context)
        result = Operated(cluster, context.__enter__(), namespace, other, own)
        result.backpack("todo")
        cluster.wait_ready(namespace, "todo")
        cluster.wait_reason(namespace, "todo", "Configured", "Taken")
        return result

    yield begin
    for context in contexts:
        context.__exit__(None, None, None)


def rotate(operated: Operated, value: str) -> None:
    metadata = {"annotations": {ASKED: value}}
    operated.cluster.change(SECRET, operated.own_namespace, SECRET_NAME, metadata=metadata)


def secret(operated: Operated) -> dict[str, Any]:
    return operated.cluster.get(SECRET, operated.own_namespace, SECRET_NAME)


def notes(operated: Operated) -> dict[str, str]:
    found: dict[str, str] = secret(operated)["metadata"].get("annotations") or {}
    return found


def kids(operated: Operated) -> list[str]:
    """The keys that are there, that which signs first."""
    return [key["kid"] for key in json.loads(decoded(secret(operated))[KEY_SET])["keys"]]


def trusted(operated: Operated, name: str = "todo") -> set[str]:
    """The keys of the configuration that the API has taken last."""
    return {key["kid"] for key in operated.operator.apis.of(name)[-1]["admin_keys"]}


def wait_phase(operated: Operated, phase: str) -> None:
    eventually(lambda: notes(operated).get(PHASE) == phase, within=30, every=0.1, what=phase)


def wait_done(operated: Operated, value: str) -> None:
    eventually(lambda: notes(operated).get(DONE) == value, within=30, every=0.1, what=f"{value} is done")


def test_a_new_key_signs_and_the_former_goes(start: Start) -> None:
    operated = start(**QUICK)
    (old,) = kids(operated)
    rotate(operated, "first")
    wait_done(operated, "first")
    (new,) = kids(operated)
    assert new != old
    eventually(lambda: trusted(operated) == {new}, within=20)
    assert set(notes(operated)) == {ASKED, DONE}
    assert operated.operator.metrics()["backpack_operator_signing_keys"] == 1
    # What the operator sends from now on is signed with the new one.
    operated.cluster.change(BACKPACK, operated.namespace, "todo", spec={"auth": {"registration": "closed"}})
    operated.cluster.wait_reason(operated.namespace, "todo", "Configured", "Taken")
    assert jwt.get_unverified_header(operated.operator.apis.tokens[-1])["kid"] == new
    rotate(operated, "second")
    wait_done(operated, "second")
    assert not {old, new} & set(kids(operated))


def test_no_api_ever_meets_a_key_that_it_has_not_been_told_of(start: Start) -> None:
    """Though the operator is killed in every phase."""
    operated = start(KEY_ANNOUNCE_SECONDS="2", KEY_OVERLAP_SECONDS="2", LOOK_AGAIN_SECONDS="0.3")
    (old,) = kids(operated)
    rotate(operated, "now")
    for phase, signs in (
        ("Announced", lambda: kids(operated)[0] == old),
        ("Switched", lambda: kids(operated)[1] == old),
    ):
        wait_phase(operated, phase)
        operated.operator.kill()
        assert signs()
        assert trusted(operated) >= set(kids(operated)[:1])
        operated.operator.start()
    wait_done(operated, "now")
    (new,) = kids(operated)
    eventually(lambda: trusted(operated) == {new}, within=20)
    known: set[str] = {old}
    for taken, token in zip(operated.operator.apis.taken, operated.operator.apis.tokens, strict=True):
        assert jwt.get_unverified_header(token)["kid"] in known
        known = {key["kid"] for key in taken["admin_keys"]}


@pytest.mark.long
def test_a_ready_api_that_does_not_take_its_keys_is_waited_for(start: Start) -> None:
    operated = start(**QUICK)
    (old,) = kids(operated)
    operated.operator.apis.refusal = (503, "The database doesn't answer.")
    rotate(operated, "now")
    wait_phase(operated, "Announced")
    looked = operated.operator.metrics()
    secrets_read = 'backpack_operator_api_requests_total{method="GET",status="200"}'
    eventually(lambda: operated.operator.metrics()[secrets_read] > looked[secrets_read] + 10, within=30)
    assert kids(operated)[0] == old
    operated.operator.apis.refusal = None
    wait_done(operated, "now")


def test_a_backpack_that_serves_nobody_is_not_waited_for(start: Start) -> None:
    operated = start(**QUICK)
    operated.cluster.change(BACKPACK, operated.namespace, "todo", spec={"paused": True})
    operated.cluster.backpack(operated.namespace, "asleep", suspend=True)
    operated.cluster.wait_reason(operated.namespace, "asleep", "Ready", "Suspended")
    rotate(operated, "now")
    wait_done(operated, "now")


def test_an_api_that_is_not_reached_in_time_is_waited_for_no_longer(start: Start) -> None:
    operated = start(KEY_PATIENCE_SECONDS="2", **QUICK)
    operated.operator.apis.refusal = (503, "The database doesn't answer.")
    rotate(operated, "now")
    wait_done(operated, "now")
    assert "not all APIs are known to trust it" in operated.operator.process.log_text()
