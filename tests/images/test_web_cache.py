"""The site's front keeps what the API answered, for a second, and longer while it is away."""

import threading
from collections.abc import Callable

import pytest

from support.site_front import Front
from support.waiting import eventually


def test_a_page_comes_from_the_api_s_site(front: Front) -> None:
    answer = front.get("/")

    assert answer.status_code == 200
    assert answer.text == "<h1>first</h1>"
    assert [request.target for request in front.origin.asked] == ["/site/"]


def test_within_a_second_the_api_is_asked_once(front: Front) -> None:
    for _ in range(20):
        assert front.get("/").text == "<h1>first</h1>"

    # The second may turn during the loop, at most once.
    assert len(front.origin.asked) <= 2


def test_after_a_second_only_the_etag_is_compared(front: Front) -> None:
    front.get("/")

    def revalidated() -> bool:
        assert front.get("/").text == "<h1>first</h1>"
        return len(front.origin.asked) > 1

    eventually(revalidated, within=5)
    assert [request.answered for request in front.origin.asked] == [200, 304]


def test_the_first_to_ask_after_a_release_sees_it(front: Front) -> None:
    front.get("/")
    front.origin.pages["/"] = b"<h1>second</h1>"

    eventually(lambda: front.get("/").text == "<h1>second</h1>", within=3)


def test_a_page_that_was_never_asked_for_within_its_second_is_not_shown_old(front: Front) -> None:
    front.get("/")
    eventually(lambda: front.get("/").headers.get("etag") and len(front.origin.asked) > 1, within=5)
    front.origin.pages["/"] = b"<h1>second</h1>"
    asked = len(front.origin.asked)

    answers: list[str] = []

    def asked_again() -> bool:
        answers.append(front.get("/").text)
        return len(front.origin.asked) > asked

    eventually(asked_again, within=5)
    assert answers[-1] == "<h1>second</h1>"


def test_a_page_that_was_seen_is_shown_while_the_api_is_away(front: Front) -> None:
    front.get("/")
    front.origin.stop()

    def stale() -> bool:
        answer = front.get("/")
        assert answer.status_code == 200
        assert answer.text == "<h1>first</h1>"
        return bool(front.log_lines()[-1]["cache"] == "STALE")

    eventually(stale, within=5)


def test_a_page_that_was_seen_is_shown_while_the_api_fails(front: Front) -> None:
    front.get("/")
    front.origin.status = 500

    def failed() -> bool:
        assert front.get("/").text == "<h1>first</h1>"
        return front.origin.asked[-1].answered == 500

    eventually(failed, within=5)


def test_a_page_that_was_seen_is_shown_while_the_api_s_name_is_unknown(front: Front) -> None:
    front.get("/")
    front.names.address = None

    def stale() -> bool:
        answer = front.get("/")
        assert (answer.status_code, answer.text) == (200, "<h1>first</h1>")
        return "could not be resolved" in front.log.read_text()

    eventually(stale, within=15)


def test_the_api_is_found_again_when_it_is_back(front: Front) -> None:
    front.get("/")
    front.origin.stop()
    front.get("/")
    front.origin.pages["/"] = b"<h1>back</h1>"
    front.origin.start()

    eventually(lambda: front.get("/").text == "<h1>back</h1>", within=5)


def test_the_api_is_found_at_its_new_address(front: Front) -> None:
    front.get("/")
    front.origin.stop()
    front.origin.host = "127.0.0.2"
    front.origin.pages["/"] = b"<h1>moved</h1>"
    front.origin.start()
    front.names.address = "127.0.0.2"

    eventually(lambda: front.get("/").text == "<h1>moved</h1>", within=20)


def test_an_api_that_hangs_is_asked_once_by_many_who_ask_at_once(front: Front) -> None:
    front.origin.pages["/new"] = b"new"
    front.origin.gate.clear()
    answers: list[str] = []
    askers = [threading.Thread(target=lambda: answers.append(front.get("/new").text)) for _ in range(8)]
    for asker in askers:
        asker.start()
    eventually(lambda: front.origin.asked_for("/site/new"), within=5)
    front.origin.gate.set()
    for asker in askers:
        asker.join()

    assert answers == ["new"] * 8
    assert len(front.origin.asked_for("/site/new")) == 1


def test_hosts_do_not_share_what_is_kept(front: Front) -> None:
    front.get("/", headers={"Host": "one.test"})
    front.get("/", headers={"Host": "two.test"})

    assert [request.headers["host"] for request in front.origin.asked] == ["one.test", "two.test"]


def test_the_query_string_neither_reaches_the_api_nor_fills_the_cache(front: Front) -> None:
    for number in range(5):
        assert front.get(f"/?v={number}").status_code == 200

    assert {request.target for request in front.origin.asked} == {"/site/"}
    assert len(front.kept()) == 1


@pytest.mark.long
def test_the_cache_stays_below_its_bound(start_front: Callable[..., Front]) -> None:
    front = start_front(BACKPACK_WEB_CACHE="1m")
    front.origin.headers = {"Content-Type": "image/png"}
    for number in range(40):
        front.origin.pages[f"/{number}"] = bytes(100_000)
        front.get(f"/{number}")

    def used() -> int:
        return sum(path.stat().st_size for path in front.kept())

    eventually(
        lambda: used() <= 2**20, within=20, what="the cache manager's work", retry_on=(FileNotFoundError,)
    )


def test_a_file_that_would_push_out_all_else_is_passed_on_but_not_kept(front: Front) -> None:
    front.origin.headers = {"Content-Type": "video/mp4"}
    front.origin.pages["/film"] = bytes(10_000_001)

    assert len(front.get("/film").content) == 10_000_001
    assert front.kept() == []
