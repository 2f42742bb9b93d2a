"""Collections as administrators manage them, beside a replica that serves them."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable

import pytest

from backpack_api.domain.actors import ADMINISTRATOR, ANYONE, Actor
from backpack_api.domain.indexes import parse_index
from backpack_api.domain.preconditions import Preconditions
from backpack_api.domain.rules import Rule, Rules
from backpack_api.problems import Conflict, InvalidValue, NotFound, NotSignedIn
from backpack_api.runtime import Runtime
from backpack_contract.configuration import DeclaredCollection, DeclaredRules
from support.core_api import CoreApi, Person, assert_problem, new_person
from support.waiting import eventually

pytestmark = pytest.mark.timeout(60)


@pytest.fixture
async def runtime(api: CoreApi) -> AsyncIterator[Runtime]:
    async with api.runtime() as runtime:
        yield runtime


def new_name() -> str:
    return f"c{secrets.token_hex(6)}"


async def test_new_rules_hold_on_every_replica_within_a_second(
    ada: Person, grace: Person, runtime: Runtime
) -> None:
    path = ada.make_collection()
    document = ada.client.post(path, json={}).headers["location"]
    assert grace.client.get(document).status_code == 200
    await runtime.collections.set_rules(path[4:], Rules(read=Rule.OWNER))
    await asyncio.to_thread(
        eventually, lambda: grace.client.get(document).status_code == 404, within=1, every=0.02
    )
    assert ada.client.get(document).status_code == 200


async def test_a_dropped_collection_is_gone_on_every_replica_and_comes_back_empty(
    ada: Person, runtime: Runtime
) -> None:
    path = ada.make_collection()
    ada.client.post(path, json=[{}] * 3)
    dropping = asyncio.create_task(runtime.collections.drop(path[4:]))
    await asyncio.to_thread(eventually, lambda: ada.client.get(path).status_code == 404, within=1, every=0.02)
    assert path[4:] not in [one["name"] for one in ada.client.get("/collections").json()]
    await dropping
    with pytest.raises(NotFound):
        await runtime.collections.drop(path[4:])
    ada.make_collection(path[4:])
    assert ada.client.get(path).json()["items"] == []


async def test_a_collection_can_come_back_while_it_is_dropped(ada: Person, runtime: Runtime) -> None:
    path = ada.make_collection()
    ada.client.post(path, json=[{}] * 3)
    dropping = asyncio.create_task(runtime.collections.drop(path[4:]))
    await asyncio.to_thread(eventually, lambda: ada.client.get(path).status_code == 404, within=1, every=0.02)
    await asyncio.to_thread(ada.make_collection, path[4:])
    kept = await asyncio.to_thread(lambda: ada.client.post(path, json={"a": 1}).json())
    await dropping
    assert ada.client.get(path).json()["items"] == [kept]


async def test_a_drop_that_was_cut_off_is_finished_by_the_next_start(
    start_api: Callable[..., CoreApi],
) -> None:
    api = start_api()
    ada = new_person(api)
    path = ada.make_collection()
    ada.client.post(path, json={})
    async with api.runtime() as runtime:
        dropping = asyncio.create_task(runtime.collections.drop(path[4:]))
        await asyncio.to_thread(eventually, lambda: ada.client.get(path).status_code == 404, within=1)
        dropping.cancel()
    api.stop()
    api.start()
    again = new_person(api)
    again.make_collection(path[4:])
    assert again.client.get(path).json()["items"] == []


async def test_a_schema_holds_for_what_is_written_from_now_on(ada: Person, runtime: Runtime) -> None:
    path = ada.make_collection()
    old = ada.client.post(path, json={"n": "old"}).headers["location"]
    await runtime.collections.set_schema(path[4:], {"properties": {"n": {"type": "integer"}}})
    await asyncio.to_thread(
        eventually, lambda: ada.client.post(path, json={"n": "x"}).status_code == 422, within=1, every=0.02
    )
    assert ada.client.get(old).json()["n"] == "old"
    assert_problem(ada.client.patch(old, json={"other": 1}), 422)
    await runtime.collections.set_schema(path[4:], None)
    await asyncio.to_thread(
        eventually, lambda: ada.client.patch(old, json={"other": 1}).status_code == 200, within=1, every=0.02
    )


@pytest.mark.parametrize(
    ("schema", "path"),
    [
        ({"type": "nothing"}, "/schema/type"),
        ({"pattern": "(?=a)"}, "/schema/pattern"),
        ({"properties": {"a": {"pattern": "("}}}, "/schema/properties/a/pattern"),
        ({"$ref": "http://127.0.0.1:9/x"}, "/schema"),
        ({"$ref": "file:///etc/passwd"}, "/schema"),
        ({"$schema": "http://json-schema.org/draft-07/schema#"}, "/schema/$schema"),
        ({"enum": ["x" * 70_000]}, "/schema"),
    ],
)
async def test_what_is_no_schema_is_refused(
    ada: Person, runtime: Runtime, schema: dict[str, object], path: str
) -> None:
    with pytest.raises(InvalidValue) as caught:
        await runtime.collections.set_schema(ada.make_collection()[4:], schema)
    assert [fault.path for fault in caught.value.errors] == [path]


async def test_indexes_are_made_and_removed(ada: Person, runtime: Runtime) -> None:
    path, actor = ada.make_collection(), Actor(ada.id)
    name = path[4:]
    made = [parse_index(["a"], unique=True), parse_index(["-b.c", "a"], unique=False)]
    for _ in range(2):
        await runtime.collections.set_indexes(name, made)
    statistics = await runtime.collections.statistics(name, actor)
    assert statistics.indexes == ((made[0], True), (made[1], True))
    await asyncio.to_thread(ada.client.post, path, json={"a": 1})
    await asyncio.to_thread(
        eventually, lambda: ada.client.post(path, json={"a": 1}).status_code == 409, within=1
    )
    await runtime.collections.set_indexes(name, [parse_index(["a"], unique=False)])
    await asyncio.to_thread(
        eventually, lambda: ada.client.post(path, json={"a": 1}).status_code == 201, within=1
    )
    with pytest.raises(Conflict, match="same values in `a`"):
        await runtime.collections.set_indexes(name, [parse_index(["a"], unique=True)])
    statistics = await runtime.collections.statistics(name, actor)
    assert statistics.size.documents >= 2
    assert statistics.size.data_bytes > 0


async def test_what_the_resource_declares_is_changed_only_there(start_api: Callable[..., CoreApi]) -> None:
    declared = DeclaredCollection(name="tasks", rules=DeclaredRules(read="public"))
    api = start_api(configuration={"collections": (declared,)})
    async with api.runtime() as runtime:
        assert (await runtime.collections.find("tasks", ANYONE)).managed
        for change in (
            runtime.collections.set_rules("tasks", Rules()),
            runtime.collections.set_schema("tasks", None),
            runtime.collections.set_indexes("tasks", []),
            runtime.collections.drop("tasks"),
        ):
            with pytest.raises(Conflict, match="managed by the resource"):
                await change
    assert_problem(new_person(api).client.post("/collections", json={"name": "tasks"}), 409)


async def test_a_change_of_the_configuration_is_in_force_at_once(start_api: Callable[..., CoreApi]) -> None:
    api = start_api()
    async with api.runtime() as runtime:
        with pytest.raises(NotSignedIn):
            await runtime.collections.find("tasks", ANYONE)
        current = runtime.configuration
        indexes = DeclaredCollection(name="tasks", rules=DeclaredRules(read="none", create="public"))
        runtime.live.replace(
            type(current)(
                **{
                    **{name: getattr(current, name) for name in current.__slots__},
                    "generation": current.generation + 1,
                    "collections": (indexes,),
                }
            )
        )
        found = await runtime.collections.find("tasks", ANYONE)
        assert (found.rules.read, found.managed) == (Rule.NONE, True)
        # The other replica, which was not told, finds it in the database.
        ada = new_person(api)
        await asyncio.to_thread(eventually, lambda: ada.client.get("/db/tasks").status_code == 403, within=5)


async def test_no_rule_counts_for_an_administrator(ada: Person, runtime: Runtime) -> None:
    name = ada.make_collection()[4:]
    await runtime.collections.set_rules(
        name, Rules(**dict.fromkeys(("read", "create", "update", "delete"), Rule.NONE))
    )
    documents = runtime.documents
    made = await documents.create(name, ADMINISTRATOR, {"a": 1})
    assert made.owner_id is None
    hers = await documents.create(name, ADMINISTRATOR, {"a": 2}, owner_id=ada.id)
    assert hers.owner_id == ada.id
    assert await documents.get(name, ADMINISTRATOR, hers.id) == hers
    changed = await documents.patch(name, ADMINISTRATOR, hers.id, {"a": 3}, Preconditions())
    assert (changed.version, changed.owner_id) == (2, ada.id)
    assert (await documents.delete(name, ADMINISTRATOR, made.id, Preconditions())) == made
    with pytest.raises(NotFound):
        await documents.get(name, ADMINISTRATOR, made.id)
