"""`kubectl apply` refuses bad input with a sentence that says what to write."""

import pytest

from support.backpacks import unique
from support.kubectl import Kubectl, KubectlError, Object, backpack
from support.waiting import eventually

REFUSED_AT_ONCE: list[tuple[str, Object, str]] = [
    ("a name of 41 characters", backpack("n" * 41), "at most 40 characters"),
    ("negative replicas", backpack("bad", api={"replicas": -1}), "spec.api.replicas"),
    ("an unknown engine", backpack("bad", database={"engine": "postgres"}), 'Unsupported value: "postgres"'),
    ("a field that isn't one", backpack("bad", databse={}), 'databse"'),
    ("a reserved hostname", backpack("bad", hostname="admin"), "admin"),
    ("the hostname of an API", backpack("bad", hostname="todo-api"), "-api"),
    ("a size that isn't one", backpack("bad", cache={"storage": {"size": "lots"}}), "size"),
]


@pytest.mark.parametrize(
    ("what", "manifest", "sentence"), REFUSED_AT_ONCE, ids=[r[0] for r in REFUSED_AT_ONCE]
)
def test_bad_input_is_refused(namespace: Kubectl, what: str, manifest: Object, sentence: str) -> None:
    with pytest.raises(KubectlError) as refusal:
        namespace.apply(manifest)
    assert sentence in refusal.value.stderr


REFUSED_LATER: list[tuple[str, Object, Object, str]] = [
    (
        "storage shrunk",
        {"database": {"storage": {"size": "2Gi"}}},
        {"database": {"storage": {"size": "1Gi"}}},
        "shrink",
    ),
    (
        "engine changed",
        {"database": {"engine": "ferretdb"}},
        {"database": {"engine": "mongodb"}},
        "engine",
    ),
]


@pytest.mark.parametrize(
    ("what", "before", "after", "sentence"), REFUSED_LATER, ids=[r[0] for r in REFUSED_LATER]
)
def test_a_bad_change_is_refused(
    namespace: Kubectl, what: str, before: Object, after: Object, sentence: str
) -> None:
    name = unique("change")
    namespace.apply(backpack(name, **before))
    with pytest.raises(KubectlError) as refusal:
        namespace.apply(backpack(name, **after))
    assert sentence in refusal.value.stderr
    namespace.run("delete", "backpack", name)


def test_a_taken_hostname_names_its_holder(namespace: Kubectl) -> None:
    """Also when an older Backpack moves onto it: first come, first served."""
    older, holder = unique("older"), unique("holder")
    for name in (older, holder):
        namespace.apply(backpack(name))
        namespace.wait_reason(name, "HostnameAccepted", "Accepted")

    namespace.apply(backpack(older, hostname=holder))
    refused = namespace.wait_reason(older, "HostnameAccepted", "HostnameTaken")
    assert refused["status"] == "False"
    assert f"{namespace.namespace}/{holder}" in refused["message"]
    assert namespace.condition(holder, "HostnameAccepted") == namespace.wait_reason(
        holder, "HostnameAccepted", "Accepted"
    )

    namespace.run("delete", "backpack", holder, "--wait=true")
    namespace.wait_reason(older, "HostnameAccepted", "Accepted")
    routes = [route["spec"]["routes"][0]["match"] for route in namespace.list("ingressroutes")]
    eventually(lambda: any(f"`{holder}." in match for match in routes), within=10)
    namespace.run("delete", "backpack", older)
