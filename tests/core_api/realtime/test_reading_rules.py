"""Events obey the rules of reading, as they are when the event comes."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from backpack_contract.configuration import AdminKey, DeclaredCollection, DeclaredRules
from support.admin_client import AdminHttp, AdminSigner
from support.core_api import CoreApi, Person, new_person
from support.sockets import Refused, Socket, socket_of

pytestmark = pytest.mark.timeout(60)

COLLECTIONS = (
    DeclaredCollection(name="notes", rules=DeclaredRules(read="owner", update="user", delete="user")),
    DeclaredCollection(name="news", rules=DeclaredRules(read="public")),
    DeclaredCollection(name="vault", rules=DeclaredRules(read="none", create="user")),
)


@pytest.fixture
def api(start_api: Callable[..., CoreApi]) -> CoreApi:
    return start_api(configuration={"collections": COLLECTIONS})


@pytest.fixture
def people(api: CoreApi) -> Iterator[tuple[tuple[Person, Socket], tuple[Person, Socket]]]:
    """Two, each with a socket."""
    with ExitStack() as stack:
        ada, grace = new_person(api), new_person(api)
        sockets = [stack.enter_context(socket_of(api, one)) for one in (ada, grace)]
        yield (ada, sockets[0]), (grace, sockets[1])


def test_who_reads_only_his_own_hears_only_of_them(
    people: tuple[tuple[Person, Socket], tuple[Person, Socket]],
) -> None:
    (ada, hers), (grace, his) = people
    subs = [socket.call("db.subscribe", collection="notes")["sub"] for socket in (hers, his)]
    news = his.call("db.subscribe", collection="news")["sub"]
    first = ada.client.post("/db/notes", json={"a": 1}).json()
    second = grace.client.post("/db/notes", json={"a": 2}).json()
    ada.client.delete(f"/db/notes/{first['id']}")
    last = ada.client.post("/db/news", json={}).json()
    assert hers.event("db", sub=subs[0])["doc"] == first
    assert hers.event("db", sub=subs[0])["type"] == "delete"
    assert his.event("db", sub=subs[1])["doc"] == second
    assert his.event("db", sub=news)["doc"] == last
    assert his.events("db") == []
    assert hers.events("db") == []


def test_what_only_administrators_read_is_not_subscribed_to(
    people: tuple[tuple[Person, Socket], tuple[Person, Socket]],
) -> None:
    (_, socket), _ = people
    with pytest.raises(Refused) as refused:
        socket.call("db.subscribe", collection="vault")
    assert refused.value.status == 403


def test_rules_that_change_count_from_the_next_event_on(start_api: Callable[..., CoreApi]) -> None:
    signer = AdminSigner()
    api = start_api(configuration={"admin_keys": (AdminKey(**signer.key),)})
    ada, grace = new_person(api), new_person(api)
    name = ada.make_collection().removeprefix("/db/")

    def write(number: int) -> str:
        identifier: str = ada.client.post(f"/db/{name}", json={"n": number}).json()["id"]
        return identifier

    with (
        socket_of(api, ada) as hers,
        socket_of(api, grace) as his,
        AdminHttp(api, signer).socket() as console,
    ):
        for socket in (hers, his):
            assert socket.call("db.subscribe", collection=name)["sub"] == "1"
        write(1)
        for socket in (hers, his):
            assert socket.event("db")["doc"]["n"] == 1
        for number, (rule, reach_her, reach_him) in enumerate(
            [("owner", True, False), ("none", False, False), ("user", True, True)], start=2
        ):
            console.call("collections.setRules", collection=name, rules={"read": rule})
            write(number)
            last = hers.call("broadcast", data=number)["seq"]
            for socket, reached in ((hers, reach_her), (his, reach_him)):
                socket.event("broadcast", seq=last)
                if reached:
                    assert socket.event("db")["doc"]["n"] == number
                assert socket.events("db") == []
        console.call("collections.drop", collection=name)
        write_again = ada.client.post(f"/db/{name}", json={})
        assert write_again.status_code == 404
        ada.make_collection(name)
        write(9)
        for socket in (hers, his):
            assert socket.event("db")["doc"]["n"] == 9
