"""The memory of sessions: bounded, and forgetting exactly what it is told to."""

from datetime import UTC, datetime

from backpack_api.domain.sessions import Session
from backpack_api.services.session_memory import SessionMemory

THEN = datetime(2026, 1, 1, tzinfo=UTC)


def session(name: str, user: str = "ada") -> Session:
    return Session(name, f"digest of {name}", user, THEN, THEN, "")


def test_a_session_is_known_until_its_time_and_no_longer() -> None:
    memory = SessionMemory()
    memory.keep(session("one"), until=10)
    assert memory.get("digest of one", 9.9) == session("one")
    assert memory.get("digest of one", 10) is None
    assert memory.get("digest of one", 9.9) is None
    assert len(memory) == 0


def test_some_or_all_sessions_of_one_user_are_forgotten() -> None:
    memory = SessionMemory()
    for name in ("one", "two", "three"):
        memory.keep(session(name), until=10)
    memory.keep(session("other", "grace"), until=10)
    memory.forget("ada", {"one", "other"})
    assert memory.get("digest of one", 0) is None
    assert memory.get("digest of two", 0) is not None
    assert memory.get("digest of other", 0) is not None
    memory.forget("ada", None)
    memory.forget("nobody", None)
    assert memory.get("digest of two", 0) is None
    assert memory.get("digest of three", 0) is None
    assert memory.get("digest of other", 0) is not None


def test_the_one_unused_for_longest_makes_room() -> None:
    memory = SessionMemory(size=2)
    memory.keep(session("one"), until=10)
    memory.keep(session("two"), until=10)
    assert memory.get("digest of one", 0) is not None
    memory.keep(session("three", "grace"), until=10)
    assert memory.get("digest of two", 0) is None
    assert memory.get("digest of one", 0) is not None
    memory.keep(session("three", "grace"), until=20)
    assert len(memory) == 2
    assert memory.get("digest of three", 15) is not None


def test_nothing_is_left_of_what_was_cleared() -> None:
    memory = SessionMemory()
    memory.keep(session("one"), until=10)
    memory.clear()
    assert memory.get("digest of one", 0) is None
    memory.forget("ada", None)
    memory.keep(session("one"), until=10)
    assert len(memory) == 1
