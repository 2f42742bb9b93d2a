"""The decision as a table of states: what is wanted, what is held back, what goes."""

from collections.abc import Callable
from typing import Any

import pytest

from backpack_operator.model.backpack import FINALIZER, Backpack
from backpack_operator.model.kinds import DEPLOYMENT, RETAINED, SECRET, VOLUME_CLAIM
from backpack_operator.reconcile.decide import Plan, finalizers
from backpack_operator.reconcile.observed import Holder, child_keys
from backpack_operator.specs.disruption_budgets import disruption_budgets

OLD = "99999999-9999-4999-8999-999999999999"
Make = Callable[..., Backpack]


@pytest.fixture
def todo(make_backpack: Make) -> Backpack:
    return make_backpack()


def test_a_new_backpack_wants_every_child(world: Any, todo: Backpack) -> None:
    plan = world.decide(todo)
    assert {wanted.key for wanted in plan.apply} == set(child_keys(todo, world.settings))
    assert (plan.hold, plan.remove, plan.conflicts, plan.engine) == (None, (), (), "ferretdb")


def test_the_secret_comes_before_every_volume(world: Any, todo: Backpack) -> None:
    kinds = [wanted.key.kind for wanted in world.decide(todo).apply]
    assert kinds.index(SECRET) < kinds.index(VOLUME_CLAIM)


def test_the_same_state_gives_the_same_digests(world: Any, todo: Backpack) -> None:
    first = world.settle(todo)
    world.bind()
    second = world.decide(todo)
    volatile = {wanted.key: wanted.digest for wanted in first.apply if wanted.key.kind not in RETAINED}
    assert volatile == {key: value for key, value in digests(second).items() if key.kind not in RETAINED}


def digests(plan: Plan) -> dict[Any, str]:
    return {wanted.key: wanted.digest for wanted in plan.apply}


def test_credentials_are_never_made_anew(world: Any, todo: Backpack) -> None:
    world.settle(todo)
    secret = world.objects["Secret/todo-credentials"]
    secret["data"]["mongo-password"] = "b2xk"
    plan = world.decide(todo)
    (wanted,) = [item.body for item in plan.apply if item.key.kind == SECRET]
    assert wanted["data"]["mongo-password"] == "b2xk"


def test_without_its_hostname_it_has_no_route(world: Any, todo: Backpack) -> None:
    world.settle(todo)
    world.holder = Holder("todo", "another", "apps", "other")
    plan = world.decide(todo)
    assert not [wanted for wanted in plan.apply if wanted.key.kind.kind == "IngressRoute"]
    assert {str(key) for key, _ in plan.remove} == {
        *(f"IngressRoute todo-{part}" for part in ("site", "api", "redirect")),
        "Middleware todo-redirect",
    }


def test_what_is_no_longer_wanted_goes_but_never_data(world: Any, todo: Backpack) -> None:
    world.settle(todo)
    for kind, name in (("Service", "todo-old"), ("PersistentVolumeClaim", "todo-old")):
        body = next(body for body in world.objects.values() if body["kind"] == kind)
        world.put({**body, "metadata": {**body["metadata"], "name": name}})
    assert {str(key) for key, _ in world.decide(todo).remove} == {"Service todo-old"}


@pytest.mark.parametrize("taken", ["Secret/todo-credentials", "PersistentVolumeClaim/todo-files"])
@pytest.mark.parametrize("adopt", [None, "00000000-0000-4000-8000-000000000000"])
def test_retained_data_of_another_holds_everything(
    world: Any, make_backpack: Make, taken: str, adopt: str | None
) -> None:
    world.settle(make_backpack())
    kept = {name: body for name, body in world.objects.items() if name == taken}
    world.objects = kept
    kept[taken]["metadata"]["annotations"]["backpack.dev/uid"] = OLD
    plan = world.decide(make_backpack(adoptRetained=adopt))
    assert plan.hold.reason == "RetainedDataFound"
    assert OLD in plan.hold.message
    assert (plan.apply, plan.remove) == ((), ())


@pytest.mark.parametrize("taken_over", range(5))
def test_an_adoption_goes_on_from_wherever_it_was_broken_off(
    world: Any, make_backpack: Make, taken_over: int
) -> None:
    """Some objects carry the new UID already, the rest still the old one."""
    world.settle(make_backpack(uid=OLD))
    world.bind()
    world.objects = {
        name: body
        for name, body in world.objects.items()
        if body["kind"] in ("Secret", "PersistentVolumeClaim")
    }
    heir = make_backpack(adoptRetained=OLD)
    for body in list(world.objects.values())[:taken_over]:
        body["metadata"]["annotations"]["backpack.dev/uid"] = heir.uid
    passwords = world.objects["Secret/todo-credentials"]["data"]
    plan = world.settle(heir)
    assert plan.hold is None
    owners = {body["metadata"]["annotations"]["backpack.dev/uid"] for body in world.objects.values()}
    assert owners == {heir.uid}
    assert world.objects["Secret/todo-credentials"]["data"] == passwords


@pytest.mark.parametrize(
    ("bound", "data", "held"),
    [
        (True, None, True),
        (True, {"redis-password": "eA=="}, True),
        (True, {"mongo-password": "not base64!"}, True),
        (True, {"mongo-password": "eA=="}, False),
        (False, None, False),
    ],
)
def test_lost_credentials(
    world: Any, todo: Backpack, bound: bool, data: dict[str, str] | None, held: bool
) -> None:
    world.settle(todo)
    if bound:
        world.bind()
    if data is None:
        del world.objects["Secret/todo-credentials"]
    else:
        world.objects["Secret/todo-credentials"]["data"] = data
    plan = world.decide(todo)
    assert (plan.hold is not None and plan.hold.reason == "CredentialsLost") is held
    assert (plan.apply == ()) is held


@pytest.mark.parametrize(
    ("sources", "engine"),
    [
        ((None, None, None), "ferretdb"),
        ((None, None, "mongodb"), "mongodb"),
        ((None, "mongodb", None), "mongodb"),
        (("mongodb", "mongodb", None), "mongodb"),
        (("mongodb", None, None), "mongodb"),
        ((None, "mongodb", "ferretdb"), None),
        (("ferretdb", "mongodb", None), None),
    ],
)
def test_the_engine_is_what_it_always_was(
    world: Any, make_backpack: Make, sources: tuple[str | None, ...], engine: str | None
) -> None:
    """In this order: the status, the volume, the spec, the operator's default."""
    status, volume, spec = sources
    if volume is not None:
        world.settle(make_backpack(database={"engine": volume}))
    database = {"engine": spec} if spec else {}
    plan = world.decide(make_backpack({"engine": status} if status else None, database=database))
    if engine is None:
        assert plan.hold.reason == "EngineMismatch"
    else:
        assert plan.engine == engine


def test_a_strangers_object_is_neither_applied_nor_removed(world: Any, todo: Backpack) -> None:
    body = next(item.body for item in world.decide(todo).apply if str(item.key) == "Service todo-web")
    world.put({**body, "metadata": {"name": "todo-web", "namespace": "apps"}})
    plan = world.decide(todo)
    assert [str(key) for key in plan.conflicts] == ["Service todo-web"]
    assert "Service todo-web" not in {str(item.key) for item in plan.apply}
    assert plan.remove == ()


def test_a_child_of_a_former_backpack_is_removed_and_not_applied(world: Any, make_backpack: Make) -> None:
    world.settle(make_backpack(uid=OLD))
    world.objects = {"Service/todo-web": world.objects["Service/todo-web"]}
    plan = world.decide(make_backpack())
    assert [str(key) for key, _ in plan.remove] == ["Service todo-web"]
    assert "Service todo-web" not in {str(item.key) for item in plan.apply}


@pytest.mark.parametrize(("phase", "size"), [("Pending", "1Gi"), ("Bound", "5Gi")])
def test_a_volume_grows_only_once_it_is_bound(world: Any, make_backpack: Make, phase: str, size: str) -> None:
    world.settle(make_backpack())
    world.objects["PersistentVolumeClaim/todo-mongo"]["status"] = {"phase": phase}
    plan = world.decide(make_backpack(database={"storage": {"size": "5Gi"}}))
    (claim,) = [item.body for item in plan.apply if str(item.key).endswith("Claim todo-mongo")]
    assert claim["spec"]["resources"]["requests"]["storage"] == size


def test_a_volume_never_shrinks_nor_changes_its_class(world: Any, make_backpack: Make) -> None:
    storage = {"storage": {"size": "5Gi", "storageClassName": "fast"}}
    world.settle(make_backpack(uid=OLD, database=storage))
    world.bind()
    plan = world.decide(make_backpack(adoptRetained=OLD, uid=OLD))
    (claim,) = [item.body for item in plan.apply if str(item.key).endswith("Claim todo-mongo")]
    assert claim["spec"]["resources"]["requests"]["storage"] == "5Gi"
    assert claim["spec"]["storageClassName"] == "fast"


@pytest.mark.parametrize(
    ("policy", "present", "wanted"),
    [
        ("Retain", [], []),
        ("Retain", ["other", FINALIZER], ["other"]),
        ("Delete", ["other"], ["other", FINALIZER]),
        ("Delete", [FINALIZER], [FINALIZER]),
    ],
)
def test_the_finalizer_is_there_only_under_delete(
    make_backpack: Make, policy: str, present: list[str], wanted: list[str]
) -> None:
    assert finalizers(make_backpack(deletionPolicy=policy, finalizers=present)) == wanted


@pytest.mark.parametrize("part", ["mongo", "files"])
@pytest.mark.parametrize("heir", [False, True])
def test_a_volume_that_held_data_is_never_made_anew(
    world: Any, make_backpack: Make, part: str, heir: bool
) -> None:
    todo = make_backpack()
    for _ in range(2):
        world.settle(todo)
        world.bind()
    del world.objects[f"PersistentVolumeClaim/todo-{part}"]
    if heir:
        world.objects = {name: body for name, body in world.objects.items() if body["kind"] != "Deployment"}
        todo = make_backpack(uid=OLD, adoptRetained=todo.uid)
    plan = world.decide(todo)
    assert plan.hold.reason == "VolumeLost"
    assert (plan.apply, plan.remove) == ((), ())

    del world.objects["Secret/todo-credentials"]["metadata"]["annotations"]["backpack.dev/volumes"]
    plan = world.decide(todo)
    assert plan.hold is None
    assert f"PersistentVolumeClaim todo-{part}" in {str(item.key) for item in plan.apply}


def test_a_volume_that_was_never_bound_and_a_cache_are_made_anew(world: Any, todo: Backpack) -> None:
    world.settle(todo)
    del world.objects["PersistentVolumeClaim/todo-mongo"]
    assert world.settle(todo).hold is None
    world.bind()
    world.settle(todo)
    del world.objects["PersistentVolumeClaim/todo-redis"]
    assert world.decide(todo).hold is None


def test_no_pod_is_restarted_while_its_volume_is_being_deleted(world: Any, todo: Backpack) -> None:
    world.settle(todo)
    world.bind()
    world.settle(todo)
    claim = world.objects["PersistentVolumeClaim/todo-mongo"]
    claim["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z"
    plan = world.decide(todo)
    assert plan.hold.reason == "VolumeBeingDeleted"
    assert plan.apply == ()


def test_a_volume_whose_disk_is_gone_still_asks_for_its_password(world: Any, todo: Backpack) -> None:
    world.settle(todo)
    world.objects["PersistentVolumeClaim/todo-mongo"]["status"] = {"phase": "Lost"}
    del world.objects["Secret/todo-credentials"]
    assert world.decide(todo).hold.reason == "CredentialsLost"


@pytest.mark.parametrize("owner", [None, OLD])
def test_a_copy_of_a_volume_holds_nothing_up(world: Any, todo: Backpack, owner: str | None) -> None:
    """With our labels, as a restored snapshot has them, but with no child's name."""
    world.settle(todo)
    copy = world.objects["PersistentVolumeClaim/todo-mongo"]
    marks = {"backpack.dev/uid": owner} if owner else {}
    world.put({**copy, "metadata": {**copy["metadata"], "name": "todo-backup", "annotations": marks}})
    plan = world.decide(todo)
    assert (plan.hold, plan.conflicts, plan.remove) == (None, (), ())


def test_a_child_of_another_backpack_is_no_leftover(world: Any, make_backpack: Make) -> None:
    world.settle(make_backpack(uid=OLD))
    web = world.objects["Service/todo-web"]
    web["metadata"]["ownerReferences"][0]["name"] = "shop"
    world.objects = {"Service/todo-web": web}
    plan = world.decide(make_backpack())
    assert (plan.remove, [str(key) for key in plan.conflicts]) == ((), ["Service todo-web"])


def replicas(plan: Plan) -> dict[str, int]:
    return {
        wanted.key.name: wanted.body["spec"]["replicas"]
        for wanted in plan.apply
        if wanted.key.kind == DEPLOYMENT
    }


def test_a_suspended_backpack_ends_its_stores_after_the_last_pod_of_its_api(
    world: Any, make_backpack: Make
) -> None:
    world.settle(make_backpack())
    world.roll_out()
    resting = make_backpack(suspend=True)
    assert replicas(world.settle(resting)) == {"todo-mongo": 1, "todo-redis": 1, "todo-api": 0, "todo-web": 0}
    world.roll_out("todo-web")
    world.objects["Deployment/todo-api"]["status"] = {"observedGeneration": 1, "replicas": 1}
    assert replicas(world.settle(resting))["todo-mongo"] == 1
    world.roll_out("todo-api")
    assert set(replicas(world.settle(resting)).values()) == {0}
    assert world.decide(resting).remove == ()


def test_a_resumed_backpack_is_as_it_was(world: Any, make_backpack: Make) -> None:
    todo = make_backpack(api={"replicas": 3})
    before = digests(world.settle(todo))
    for _ in range(2):
        world.settle(make_backpack(suspend=True, api={"replicas": 3}))
        world.roll_out()
    assert digests(world.decide(todo)) == before


def test_only_several_pods_have_a_disruption_budget(
    world: Any, make_backpack: Make, parts: Callable[[Plan], set[str]]
) -> None:
    several = make_backpack(api={"replicas": 2}, web={"replicas": 2})
    budgets = {"PodDisruptionBudget todo-api", "PodDisruptionBudget todo-web"}
    assert budgets <= parts(world.settle(several))
    one = make_backpack(api={"replicas": 1}, web={"replicas": 2})
    plan = world.decide(one)
    assert {str(key) for key, _ in plan.remove} == {"PodDisruptionBudget todo-api"}


def test_a_drain_takes_one_at_a_time_but_those_that_stand_on_one_node(make_backpack: Make) -> None:
    def budgets(access_mode: str) -> dict[str, Any]:
        files = {"storage": {"size": "1Gi", "accessMode": access_mode}}
        backpack = make_backpack(api={"replicas": 2}, web={"replicas": 2}, files=files)
        return {
            one["metadata"]["name"]: one["spec"]["maxUnavailable"] for one in disruption_budgets(backpack)
        }

    assert budgets("ReadWriteMany") == {"todo-api": 1, "todo-web": 1}
    assert budgets("ReadWriteOnce") == {"todo-api": "100%", "todo-web": 1}


REDIRECTS = {"Middleware todo-redirect", "IngressRoute todo-redirect"}


@pytest.mark.parametrize(
    ("modes", "redirect", "redirected"),
    [
        (("Inherit", "EntryPoint"), True, True),
        (("Inherit", "EntryPoint"), False, False),
        (("Inherit", "Disabled"), True, False),
        (("Disabled", "EntryPoint"), True, False),
        (("Resolver", "Disabled"), True, True),
        (("Secret", "Disabled"), True, True),
    ],
)
def test_plain_http_is_redirected_where_there_is_https(
    world: Any, make_backpack: Make, modes: tuple[str, str], redirect: bool, redirected: bool
) -> None:
    """`modes`: of the Backpack and of the operator."""
    mode, default = modes
    world.settings = world.settings.model_copy(update={"tls_mode": default, "tls_redirect": redirect})
    plan = world.settle(make_backpack(tls={"mode": mode, "secretName": "todo-tls", "resolver": "acme"}))
    applied = {str(wanted.key) for wanted in plan.apply}
    assert REDIRECTS & applied == (REDIRECTS if redirected else set())
    world.settings = world.settings.model_copy(update={"tls_redirect": False})
    again = world.decide(make_backpack(tls={"mode": mode, "secretName": "todo-tls", "resolver": "acme"}))
    assert {str(key) for key, _ in again.remove} == (REDIRECTS if redirected else set())
