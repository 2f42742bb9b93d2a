"""What is remembered of Backpacks, when news and answers come in another order than the
changes were made in."""

from typing import Any

import pytest

from backpack_operator.model.backpack import Key
from backpack_operator.reconcile.backpacks import Backpacks

KEY = Key("apps", "todo")


def body(version: int, **changed: Any) -> dict[str, Any]:
    """A Backpack as it is read; keywords are fields of metadata, and of the object `spec`, `status`."""
    parts = {key: changed.pop(key) for key in ("spec", "status") if key in changed}
    metadata = {"namespace": "apps", "name": "todo", "uid": "u", "resourceVersion": str(version), **changed}
    return {"metadata": metadata, "spec": {}, **parts}


@pytest.mark.parametrize(
    ("answer", "news"),
    [
        (body(7, status={"replicas": 1}), False),
        (body(7, spec={"hostname": "tasks"}, generation=2), True),
        (body(7, deletionTimestamp="2026-01-01T00:00:00Z"), True),
        (body(7, annotations={"backpack.dev/restartedAt": "now"}), True),
        (body(5, spec={"hostname": "tasks"}), False),
    ],
    ids=["own", "changed", "deleted", "annotated", "late"],
)
def test_an_answer_shows_what_the_informer_will_tell_too_late(answer: dict[str, Any], news: bool) -> None:
    known = Backpacks()
    known.seen(body(5))
    assert known.answered(answer) is news


def test_an_answer_brings_no_backpack_back_that_is_gone() -> None:
    known = Backpacks()
    known.seen(body(5))
    known.gone(body(6))
    assert known.answered(body(5, status={"replicas": 1})) is False
    assert known.get(KEY) is None
