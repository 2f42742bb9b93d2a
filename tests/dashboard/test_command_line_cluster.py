"""The command line with `--context`: what custom resources and logs give, from the cluster itself, without a
dashboard."""

import threading
from pathlib import Path

import pytest
import yaml

from backpack_cli.errors import Exit
from support.command_line import CommandLine
from support.operated_cluster import OperatedCluster
from support.waiting import eventually


@pytest.fixture
def namespace(cluster: OperatedCluster) -> str:
    return cluster.namespace("direct")


@pytest.fixture
def backpack(cluster: OperatedCluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CommandLine:
    """Of the cluster's administrator, who is logged in nowhere."""
    monkeypatch.setenv("KUBECONFIG", str(cluster.plane.kubeconfig))
    return CommandLine(tmp_path)


@pytest.fixture
def context(cluster: OperatedCluster) -> tuple[str, str]:
    from kubernetes import config  # noqa: PLC0415  a second, which other tests don't need

    return "--context", config.list_kube_config_contexts(str(cluster.plane.kubeconfig))[1]["name"]


def path_of(namespace: str, name: str) -> str:
    return f"/apis/backpack.dev/v1alpha1/namespaces/{namespace}/backpacks/{name}"


def become(cluster: OperatedCluster, path: str, status: str, reason: str, message: str = "") -> None:
    """What the operator tells of the present generation."""
    body = cluster.api.request("GET", path)
    condition = {"type": "Ready", "status": status, "reason": reason, "message": message}
    condition["lastTransitionTime"] = "2026-01-01T00:00:00Z"
    generation = body["metadata"]["generation"]
    cluster.api.merge(
        f"{path}/status",
        {
            "status": {
                "observedGeneration": generation,
                "conditions": [condition],
                "url": "https://direct.example.test",
                "apiUrl": "https://direct-api.example.test",
            }
        },
    )


def test_a_backpack_is_created_watched_suspended_and_deleted(
    cluster: OperatedCluster, namespace: str, backpack: CommandLine, context: tuple[str, str]
) -> None:
    path = path_of(namespace, "direct")

    def operate() -> None:
        eventually(lambda: cluster.api.request("GET", path), within=30, retry_on=(Exception,))
        become(cluster, path, "True", "Ready")

    operator = threading.Thread(target=operate)
    operator.start()
    words = ("create", "direct", "-n", namespace, "--wait", "--timeout", "60")
    made = backpack(*context, *words)
    operator.join()
    assert made.code == 0, made.err
    assert made.out.splitlines()[0] == "https://direct.example.test"
    assert "Ready: It serves requests." in made.err

    name = f"{namespace}/direct"
    assert name in backpack(*context, "status", name).out
    assert backpack(*context, "create", "direct", "-n", namespace).code == Exit.CONFLICT
    refused = backpack(*context, "create", "ends-in-api", "-n", "nowhere")
    assert (refused.code, "nowhere" in refused.err) == (Exit.NOT_FOUND, True)
    suspended = backpack(*context, "suspend", name, "--json").json
    assert (suspended["suspended"], suspended["ready"]) == (True, False)
    become(cluster, path, "False", "Suspended")
    assert backpack(*context, "status", name, "--json").json["state"] == "Suspended"
    assert backpack(*context, "resume", name, "--json").json["suspended"] is False
    waited = backpack(*context, "resume", name, "--wait", "--timeout", "1")
    assert (waited.code, "The operator has not looked" in waited.err) == (Exit.NOT_IN_TIME, True)
    listed = backpack(*context, "list", "--json").json
    assert [one["uid"] for one in listed if one["namespace"] == namespace] == [suspended["uid"]]
    gone = backpack(*context, "delete", name, "--yes", "--wait", "--timeout", "60")
    assert gone.code == 0, gone.err
    assert backpack(*context, "status", name).code == Exit.NOT_FOUND


def test_what_happens_is_told_while_one_waits(
    cluster: OperatedCluster, namespace: str, backpack: CommandLine, context: tuple[str, str]
) -> None:
    body = cluster.backpack(namespace, "told")
    become(cluster, path_of(namespace, "told"), "False", "HostnameTaken", "Another one has it.")
    about = {"kind": "Backpack", "name": "told", "namespace": namespace, "uid": body["metadata"]["uid"]}
    event = {
        "metadata": {"generateName": "told-", "namespace": namespace},
        "type": "Warning",
        "reason": "HostnameTaken",
        "message": "Choose another hostname.",
        "lastTimestamp": "2026-01-01T00:00:00Z",
        "involvedObject": about,
    }
    cluster.api.request("POST", f"/api/v1/namespaces/{namespace}/events", event)
    done = backpack(*context, "resume", f"{namespace}/told", "--wait", "--timeout", "2")
    assert done.code == Exit.NOT_IN_TIME
    assert done.err.count("Choose another hostname.") == 1


def test_what_never_mends_itself_is_not_waited_for(
    cluster: OperatedCluster, namespace: str, backpack: CommandLine, context: tuple[str, str]
) -> None:
    cluster.backpack(namespace, "hopeless")
    become(cluster, path_of(namespace, "hopeless"), "False", "EngineMismatch", "It was written by another.")
    done = backpack(*context, "resume", f"{namespace}/hopeless", "--wait", "--timeout", "30")
    assert done.code == Exit.FAILED
    assert "EngineMismatch: It was written by another." in done.err


def test_what_is_inside_goes_through_the_dashboard(backpack: CommandLine, context: tuple[str, str]) -> None:
    for words in (("releases", "x"), ("users", "list", "x"), ("export", "x")):
        done = backpack(*context, *words)
        assert (done.code, "through the dashboard" in done.err) == (Exit.USAGE, True)


def test_a_context_that_is_not_there_is_told(backpack: CommandLine, context: tuple[str, str]) -> None:
    done = backpack("--context", "nowhere", "list")
    assert (done.code, f"it has {context[1]}" in done.err) == (Exit.USAGE, True)


def test_as_a_plugin_of_kubectl_it_goes_to_the_current_context(
    cluster: OperatedCluster, namespace: str, backpack: CommandLine
) -> None:
    cluster.backpack(namespace, "plugged")
    done = backpack("list", "--json", plugin=True)
    assert "plugged" in [one["name"] for one in done.json]
    assert "kubectl backpack" in backpack("--help", plugin=True).out


def rights_in(cluster: OperatedCluster, namespace: str) -> str:
    """The token of somebody who may do all with Backpacks of this namespace, and nothing elsewhere."""
    rights = f"/apis/rbac.authorization.k8s.io/v1/namespaces/{namespace}"
    account = f"/api/v1/namespaces/{namespace}/serviceaccounts"
    named = {"metadata": {"name": "guest"}}
    rule = {"apiGroups": ["backpack.dev"], "resources": ["backpacks"], "verbs": ["*"]}
    role = {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "guest"}
    subject = {"kind": "ServiceAccount", "name": "guest", "namespace": namespace}
    cluster.api.request("POST", account, named)
    cluster.api.request("POST", f"{rights}/roles", {**named, "rules": [rule]})
    cluster.api.request("POST", f"{rights}/rolebindings", {**named, "roleRef": role, "subjects": [subject]})
    asked = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {}}
    token: str = cluster.api.request("POST", f"{account}/guest/token", asked)["status"]["token"]
    return token


def test_who_may_look_into_one_namespace_names_it(
    cluster: OperatedCluster, namespace: str, tmp_path: Path
) -> None:
    cluster.backpack(namespace, "guarded")
    kubeconfig = yaml.safe_load(cluster.plane.kubeconfig.read_text())
    kubeconfig["users"][0]["user"] = {"token": rights_in(cluster, namespace)}
    file = tmp_path / "kubeconfig"
    file.write_text(yaml.safe_dump(kubeconfig))
    command, variables = CommandLine(tmp_path), {"KUBECONFIG": str(file)}
    words = ("--context", kubeconfig["current-context"])
    told = command(*words, "status", f"{namespace}/guarded", "--json", variables=variables)
    assert told.json["name"] == "guarded"
    suspended = command(*words, "suspend", f"{namespace}/guarded", "--json", variables=variables)
    assert suspended.json["suspended"] is True
    assert command(*words, "status", f"{namespace}/nothing", variables=variables).code == Exit.NOT_FOUND
    assert command(*words, "status", "guarded", variables=variables).code == Exit.NOT_ALLOWED
