"""`GET /db/{collection}`: pages, cursors and what can be asked for."""

import threading

import pytest

from support.core_api import Person, assert_problem

pytestmark = pytest.mark.timeout(60)


@pytest.fixture
def tasks(ada: Person) -> str:
    return ada.make_collection()


def walk(person: Person, path: str, limit: int) -> list[list[dict[str, object]]]:
    """The pages of a list, from its first to its last."""
    pages, cursor = [], None
    while True:
        parameters = {"limit": str(limit)} | ({"cursor": cursor} if cursor else {})
        page = person.client.get(path, params=parameters).json()
        pages.append(page["items"])
        cursor = page["nextCursor"]
        if cursor is None:
            return pages


def test_pages_hold_every_document_once_in_the_order_of_creation(ada: Person, tasks: str) -> None:
    ids = [ada.client.post(tasks, json={"n": n}).json()["id"] for n in range(7)]
    pages = walk(ada, tasks, 3)
    assert [len(page) for page in pages] == [3, 3, 1]
    assert [document["id"] for page in pages for document in page] == ids
    assert [len(page) for page in walk(ada, tasks, 7)] == [7]


def test_a_page_has_50_documents_unless_asked(ada: Person, tasks: str) -> None:
    ada.client.post(tasks, json=[{}] * 51)
    page = ada.client.get(tasks).json()
    assert len(page["items"]) == 50
    assert page["nextCursor"]


def test_paging_neither_repeats_nor_skips_while_others_write(ada: Person, grace: Person, tasks: str) -> None:
    before = [one["id"] for one in ada.client.post(tasks, json=[{"n": n} for n in range(120)]).json()]
    doomed = ada.client.post(tasks, json=[{} for _ in range(40)]).json()
    stop = threading.Event()

    def write() -> None:
        for document in doomed:
            if stop.is_set():
                return
            grace.client.post(tasks, json={"late": True})
            ada.client.delete(f"{tasks}/{document['id']}")
            ada.client.patch(f"{tasks}/{before[3]}", json={"touched": document["id"]})

    writer = threading.Thread(target=write)
    writer.start()
    try:
        seen = [document["id"] for page in walk(ada, tasks, 7) for document in page]
    finally:
        stop.set()
        writer.join()
    assert len(seen) == len(set(seen))
    assert [id_ for id_ in seen if id_ in set(before)] == before


def test_a_cursor_outlives_the_document_it_stands_at(ada: Person, tasks: str) -> None:
    ids = [ada.client.post(tasks, json={"n": n}).json()["id"] for n in range(3)]
    cursor = ada.client.get(tasks, params={"limit": 1}).json()["nextCursor"]
    ada.client.delete(f"{tasks}/{ids[0]}")
    rest = ada.client.get(tasks, params={"cursor": cursor}).json()
    assert [document["id"] for document in rest["items"]] == ids[1:]


def test_total_is_counted_only_when_asked(ada: Person, tasks: str) -> None:
    ada.client.post(tasks, json=[{}] * 5)
    assert "total" not in ada.client.get(tasks, params={"limit": 2}).json()
    assert ada.client.get(tasks, params={"limit": 2, "total": "true"}).json()["total"] == 5


def test_fields_are_chosen_and_system_fields_stay(ada: Person, tasks: str) -> None:
    ada.client.post(tasks, json={"a": 1, "b": 2, "c": 3})
    (document,) = ada.client.get(tasks, params={"fields": "a,c,x"}).json()["items"]
    assert set(document) == {"id", "ownerId", "version", "createdAt", "updatedAt", "a", "c"}


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("limit=0", "limit"),
        ("limit=1001", "limit"),
        ("limit=-1", "limit"),
        ("limit=ten", "limit"),
        ("limit=", "limit"),
        ("limit=²", "limit"),
        ("limit=1&limit=2", "limit"),
        ("cursor=", "cursor"),
        ("cursor=nonsense", "cursor"),
        ("cursor=WzEsbnVsbF0", "cursor"),
        ("cursor=WzEsIHsiJGd0IjogIiJ9XQ", "cursor"),
        ("total=yes", "total"),
        ("fields=", "fields"),
        ("fields=a..b", "fields"),
        ("filter={", "filter"),
        ("sort=a,a", "sort"),
        ("Limit=3", "Limit"),
    ],
)
def test_what_is_not_served_or_wrong_is_named(ada: Person, tasks: str, query: str, name: str) -> None:
    problem = assert_problem(ada.client.get(f"{tasks}?{query}"), 422)
    assert [fault["path"] for fault in problem["errors"]] == [name]


def test_a_page_of_large_documents_ends_early(ada: Person, tasks: str) -> None:
    large = {"a": "x" * 1_000_000}
    for _ in range(11):
        ada.client.post(tasks, json=large)
    pages = walk(ada, tasks, 1000)
    assert len(pages) == 2
    assert sum(len(page) for page in pages) == 11
