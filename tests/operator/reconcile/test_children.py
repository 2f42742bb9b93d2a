"""What is remembered of children, and what of them is news."""

from typing import Any

from backpack_operator.model.backpack import Key
from backpack_operator.model.kinds import ObjectKey
from backpack_operator.reconcile.children import Children

TODO = Key("apps", "todo")
WANTED = "a digest"


def service(version: int, **fields: Any) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "todo-web", "namespace": "apps", "uid": "1", "resourceVersion": str(version)},
        "spec": {"type": "ClusterIP"},
        **fields,
    }


def claim(version: int, phase: str) -> dict[str, Any]:
    body = service(version, kind="PersistentVolumeClaim", status={"phase": phase})
    body["metadata"]["name"] = "todo-files"
    return body


WEB = ObjectKey.of(service(1))


def test_what_exists_is_news_once() -> None:
    children = Children()
    assert children.seen(service(5)) == TODO
    assert children.seen(service(5)) is None
    assert children.seen(service(4)) is None


def test_the_echo_of_a_write_is_no_news() -> None:
    children = Children()
    children.written(service(5), WANTED)
    assert children.seen(service(5)) is None


def test_what_was_written_is_kept_as_a_digest_only() -> None:
    child = Children().written(service(5), WANTED)
    assert (child.verified, child.body) == (WANTED, None)


def test_an_edit_that_the_informer_tells_of_before_the_write_is_answered_counts() -> None:
    children = Children()
    edited = service(6, spec={"type": "NodePort"})
    assert children.seen(edited) == TODO
    child = children.written(service(5), WANTED)
    assert child is children.get(WEB)
    assert (child.verified, child.body) == (None, edited)


def test_what_was_not_compared_is_remembered_whole() -> None:
    children = Children()
    children.seen(service(5))
    child = children.get(WEB)
    assert child is not None
    assert isinstance(child.kept, bytes)
    assert child.body == service(5)


def test_a_version_without_a_difference_is_no_news() -> None:
    children = Children()
    children.written(service(5), WANTED)
    assert children.seen(service(6)) is None
    child = children.get(WEB)
    assert child is not None
    assert (child.verified, child.resource_version) == (WANTED, 6)


def test_of_a_claim_its_status_is_news_and_kept() -> None:
    children = Children()
    children.written(claim(5, "Pending"), WANTED)
    assert children.seen(claim(6, "Bound")) == TODO
    assert children.seen(claim(7, "Bound")) is None
    child = children.get(ObjectKey.of(claim(1, "")))
    assert child is not None
    assert child.verified == WANTED
    assert child.body == claim(7, "Bound")


def test_what_is_gone_is_news_and_forgotten() -> None:
    children = Children()
    children.seen(service(5))
    assert children.gone(service(6)) == TODO
    assert children.gone(service(6)) is None
    assert (len(children), children.of(TODO)) == (0, [])
