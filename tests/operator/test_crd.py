"""`kubectl apply` takes what is right, and refuses the rest with a sentence that says
what to write."""

import json
from typing import Any

import pytest
import yaml

from backpack_api.domain.collections import RESERVED_NAMES
from backpack_operator.model.backpack import Backpack
from backpack_operator.model.kinds import BACKPACK
from support.kubectl import Kubectl, KubectlError, backpack
from support.operated_cluster import ROOT, OperatedCluster


def collection(**fields: Any) -> dict[str, Any]:
    return {"collections": [{"name": "tasks", **fields}]}


def toleration(**fields: Any) -> dict[str, Any]:
    return {"scheduling": {"mongo": {"tolerations": [fields]}}}


REFUSED_AT_FIRST: list[tuple[str, dict[str, Any], str]] = [
    ("a" * 41, {}, "at most 40 characters long"),
    ("1st", {}, "must begin with a letter"),
    ("my.shop", {}, "only lower-case letters, digits and hyphens"),
    ("admin", {}, "set spec.hostname"),
    ("todo-api", {}, "set spec.hostname"),
    ("todo", {"hostname": "admin"}, "reserved; write another one"),
    ("todo", {"hostname": "shop-api"}, "reserved; write another one"),
    ("todo", {"hostname": "Shop"}, "must be one DNS label"),
    ("todo", {"hostname": "todo.example.com"}, "write `todo`, not `todo.example.com`"),
    ("todo", {"hostname": ""}, "must be one DNS label"),
    ("todo", {"hostname": "h" * 60}, "Too long"),
    ("todo", {"api": {"replicas": -1}}, "replicas must be a number from 1 to 20"),
    ("todo", {"api": {"replicas": 0}}, "replicas must be a number from 1 to 20"),
    ("todo", {"web": {"replicas": 21}}, "replicas must be a number from 1 to 20"),
    ("todo", {"web": {"replicas": "two"}}, "must be of type integer"),
    ("todo", {"database": {"engine": "mysql"}}, 'supported values: "mongodb", "ferretdb"'),
    ("todo", {"deletionPolicy": "Keep"}, 'supported values: "Retain", "Delete"'),
    ("todo", {"adoptRetained": "yes"}, "must be a UID such as"),
    ("todo", {"cache": {"storage": {"size": "lots"}}}, "such as 512Mi or 10Gi"),
    ("todo", {"files": {"storage": {"size": "0"}}}, "above zero"),
    ("todo", {"files": {"storage": {"accessMode": "Any"}}}, '"ReadWriteOnce", "ReadWriteMany"'),
    ("todo", {"api": {"resources": {"requests": {"cpu": "fast"}}}}, "write a quantity above zero"),
    ("todo", {"api": {"resources": {"limits": {"memory": "-1Gi"}}}}, "write a quantity above zero"),
    ("todo", {"api": {"resources": {"limits": {"cpu": -1}}}}, "write a quantity above zero"),
    (
        "todo",
        {"web": {"resources": {"requests": {"cpu": 1}, "limits": {"cpu": "500m"}}}},
        "requests.cpu must not be above limits.cpu",
    ),
    (
        "todo",
        {"web": {"resources": {"requests": {"memory": "2Gi"}, "limits": {"memory": "1Gi"}}}},
        "requests.memory must not be above limits.memory",
    ),
    (
        "todo",
        {"web": {"resources": {"requests": {"gpu": 1}}}},
        'unknown field "spec.web.resources.requests.gpu"',
    ),
    ("todo", {"api": {"replica": 1}}, 'unknown field "spec.api.replica"'),
    ("todo", {"color": "red"}, 'unknown field "spec.color"'),
    ("todo", {"displayName": "x" * 101}, "Too long"),
    ("todo", {"admins": ["ada", "ada"]}, 'Duplicate value: "ada"'),
    ("todo", {"admins": ["Ada"]}, "write the name of an object"),
    ("todo", {"suspend": "yes"}, "must be of type boolean"),
    ("todo", {"api": {"createCollections": "owner"}}, 'supported values: "user", "none"'),
    ("todo", {"api": {"logLevel": "trace"}}, 'supported values: "debug"'),
    ("todo", {"api": {"allowedOrigins": ["https://example.org/"]}}, "without a path or a final slash"),
    ("todo", {"api": {"allowedOrigins": ["example.org"]}}, "write `https://www.example.com`"),
    ("todo", {"api": {"allowedOrigins": ["*"]}}, "an origin is a scheme and a host"),
    ("todo", {"api": {"allowedOrigins": ["https://Example.org"]}}, "in lower case"),
    ("todo", {"api": {"allowedOrigins": ["https://example.org:443"]}}, "leave out `:443`"),
    ("todo", {"files": {"quotaPerUser": "much"}}, "such as 500Ki, 100Mi or 2Gi"),
    ("todo", {"files": {"maxFileSize": "1"}}, "from 1Ki to 1Pi"),
    ("todo", {"files": {"maxFileSize": "2Pi"}}, "from 1Ki to 1Pi"),
    ("todo", {"web": {"keepReleases": 0}}, "keepReleases must be a number from 1 to 50"),
    ("todo", {"auth": {"registration": "invite"}}, 'supported values: "open", "closed"'),
    ("todo", {"auth": {"sessionTTL": "7d"}}, "write 168h for a week"),
    ("todo", {"auth": {"sessionTTL": ""}}, "sessionTTL must be a duration"),
    ("todo", {"auth": {"sessionTTL": "30s"}}, "from 1m to 8760h"),
    ("todo", {"auth": {"sessionTTL": "8761h"}}, "from 1m to 8760h"),
    ("todo", {"auth": {"password": {"minLength": 7}}}, "password.minLength must be a number from 8 to 128"),
    ("todo", {"collections": [{"name": "tasks"}, {"name": "tasks"}]}, 'Duplicate value: {"name":"tasks"}'),
    ("todo", {"collections": [{}]}, "collections[0].name: Required value"),
    ("todo", {"collections": [{"name": "Tasks"}]}, "write `tasks` or `blog-posts`"),
    ("todo", {"collections": [{"name": "users"}]}, "choose another name for the collection"),
    ("todo", {"collections": [{"name": "x" * 64}]}, "Too long"),
    ("todo", collection(indexes=[{"keys": []}]), "should have at least 1 items"),
    ("todo", collection(indexes=[{"keys": ["a", "a"]}]), 'Duplicate value: "a"'),
    ("todo", collection(indexes=[{"keys": ["a", "-a"]}]), "an index has a field only once"),
    ("todo", collection(indexes=[{"keys": ["a..b"]}]), "without empty parts and without `$`"),
    ("todo", collection(indexes=[{"keys": ["$where"]}]), "without empty parts and without `$`"),
    ("todo", collection(rules={"read": "everyone"}), 'supported values: "public", "user", "owner", "none"'),
    ("todo", collection(schema=[]), "must be of type object"),
    ("todo", {"tls": {"mode": "Off"}}, '"Inherit", "Resolver", "Secret", "Disabled"'),
    ("todo", {"tls": {"mode": "Secret"}}, "tls.mode Secret needs tls.secretName"),
    ("todo", {"tls": {"secretName": "todo-tls"}}, "counts only with tls.mode: Secret"),
    ("todo", {"tls": {"mode": "Secret", "secretName": "a/b"}}, "write the name of an object"),
    ("todo", {"tls": {"mode": "Inherit", "resolver": "acme"}}, "counts only with tls.mode: Resolver"),
    ("todo", {"imagePullSecrets": ["registry"]}, "must be of type object"),
    ("todo", {"imagePullSecrets": [{"name": ""}]}, "should be at least 1 chars long"),
    ("todo", {"scheduling": {"cache": {}}}, 'unknown field "spec.scheduling.cache"'),
    ("todo", {"scheduling": {"api": {"nodeSelector": {"a b": "c"}}}}, "the keys of nodeSelector are labels"),
    ("todo", {"scheduling": {"api": {"nodeSelector": {"a": "b c"}}}}, "the values of nodeSelector"),
    ("todo", toleration(value="x"), "a toleration without a key"),
    ("todo", toleration(key="a", operator="Exists", value="x"), "operator: Exists has no value"),
    ("todo", toleration(key="a", tolerationSeconds=5), "counts only with effect: NoExecute"),
]

FULL: dict[str, Any] = {
    "displayName": "Todo list",
    "admins": ["ada", "grace.hopper"],
    "api": {
        "requireKey": True,
        "createCollections": "none",
        "allowedOrigins": ["https://www.example.com", "http://localhost:5173", "http://[::1]:8080"],
        "logLevel": "debug",
    },
    "database": {"engine": "ferretdb", "storage": {"size": "2Gi", "storageClassName": "fast"}},
    "cache": {"storage": {"size": "1Gi"}},
    "files": {
        "storage": {"size": "5Gi", "accessMode": "ReadWriteMany"},
        "quotaPerUser": "2Gi",
        "maxFileSize": "500k",
    },
    "web": {"spa": False, "keepReleases": 50},
    "auth": {"registration": "closed", "sessionTTL": "1h30m", "password": {"minLength": 12}},
    "collections": [
        {
            "name": "tasks",
            "indexes": [{"keys": ["ownerId", "-due.date"], "unique": True}, {"keys": ["-a-b", "c.d"]}],
            "schema": {
                "type": "object",
                "required": ["title"],
                "properties": {"title": {"type": "string", "maxLength": 200}},
            },
            "rules": {"read": "public", "create": "user", "update": "owner", "delete": "none"},
        },
        {"name": "blog-posts"},
    ],
    "tls": {"mode": "Secret", "secretName": "todo-tls"},
    "imagePullSecrets": [{"name": "registry"}],
    "scheduling": {
        "api": {"nodeSelector": {"disk": "ssd", "example.com/pool": ""}},
        "mongo": {"tolerations": [{"key": "dedicated", "value": "data", "effect": "NoSchedule"}]},
        "redis": {"tolerations": [{"operator": "Exists"}]},
        "web": {"tolerations": [{"key": "a", "effect": "NoExecute", "tolerationSeconds": 60}]},
    },
}

REFUSED_LATER: list[tuple[dict[str, Any], str]] = [
    ({"database": {"engine": "mongodb"}}, "it must stay `ferretdb`"),
    ({"database": {"engine": None}}, "it must stay `ferretdb`"),
    ({"database": {"storage": {"size": "1Gi"}}}, "storage can grow but not shrink; write 2Gi or more"),
    ({"database": {"storage": {"storageClassName": "slow"}}}, "storageClassName cannot change"),
    ({"database": {"storage": {"storageClassName": None}}}, "storageClassName cannot change"),
    ({"cache": {"storage": {"size": "1023Mi"}}}, "storage can grow but not shrink; write 1Gi or more"),
    ({"files": {"storage": {"size": "1Gi"}}}, "storage can grow but not shrink; write 5Gi or more"),
    ({"files": {"storage": {"accessMode": "ReadWriteOnce"}}}, "it must stay ReadWriteMany"),
    ({"files": None}, "it must stay ReadWriteMany"),
]


@pytest.fixture
def kubectl(cluster: OperatedCluster) -> Kubectl:
    namespace = cluster.namespace("crd")
    return Kubectl(cluster.plane.kubectl, cluster.plane.kubeconfig, namespace)


def apply(kubectl: Kubectl, manifest: dict[str, Any]) -> None:
    """One object in one file, as a user has it."""
    kubectl.run("apply", "-f", "-", stdin=json.dumps(manifest))


def merged(one: dict[str, Any], change: dict[str, Any]) -> dict[str, Any]:
    result = dict(one)
    for key, value in change.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = merged(result.get(key, {}), value) if isinstance(value, dict) else value
    return result


def test_bad_input_is_refused_with_a_sentence(kubectl: Kubectl) -> None:
    told = {}
    for name, spec, _ in REFUSED_AT_FIRST:
        with pytest.raises(KubectlError) as refused:
            apply(kubectl, backpack(name, **spec))
        told[name, str(spec)] = refused.value.stderr
    silent = [
        (name, spec, told[name, str(spec)])
        for name, spec, sentence in REFUSED_AT_FIRST
        if sentence not in told[name, str(spec)]
    ]
    assert silent == []


def test_what_a_volume_was_made_with_cannot_be_changed(kubectl: Kubectl) -> None:
    kubectl.apply(backpack("todo", **FULL))
    told = []
    for change, sentence in REFUSED_LATER:
        with pytest.raises(KubectlError) as refused:
            kubectl.apply(backpack("todo", **merged(FULL, change)))
        if sentence not in refused.value.stderr:
            told.append((change, refused.value.stderr))
    assert told == []


def test_volumes_grow_and_hostnames_change(kubectl: Kubectl) -> None:
    kubectl.apply(backpack("todo", **FULL))
    grown = merged(FULL, {"database": {"storage": {"size": "2049Mi"}}, "hostname": "other"})
    kubectl.apply(backpack("todo", **grown))
    spec = kubectl.get("bp", "todo")["spec"]
    assert spec["database"]["storage"]["size"] == "2049Mi"
    assert spec["hostname"] == "other"


def test_an_engine_that_was_chosen_by_the_operator_cannot_be_changed(
    cluster: OperatedCluster, kubectl: Kubectl
) -> None:
    kubectl.apply(backpack("todo"))
    path = f"{BACKPACK.path(kubectl.namespace, 'todo')}/status"
    cluster.api.merge(path, {"status": {"engine": "ferretdb"}})
    with pytest.raises(KubectlError, match="it must stay `ferretdb`"):
        kubectl.apply(backpack("todo", database={"engine": "mongodb"}))
    kubectl.apply(backpack("todo", database={"engine": "ferretdb"}))


def test_a_name_with_its_own_hostname_may_be_reserved(kubectl: Kubectl) -> None:
    kubectl.apply(backpack("admin", hostname="shop"), backpack("todo-api", hostname="todo2"))
    assert {item["metadata"]["name"] for item in kubectl.list("bp")} == {"admin", "todo-api"}


def test_an_empty_backpack_gets_every_default(kubectl: Kubectl) -> None:
    manifest = backpack("todo")
    del manifest["spec"]
    kubectl.apply(manifest)
    body = kubectl.get("backpack", "todo")
    assert body["spec"] == {
        "suspend": False,
        "paused": False,
        "deletionPolicy": "Retain",
        "api": {"replicas": 1, "requireKey": False, "createCollections": "user", "logLevel": "info"},
        "database": {"storage": {"size": "1Gi"}},
        "cache": {"storage": {"size": "256Mi"}},
        "files": {
            "storage": {"size": "1Gi", "accessMode": "ReadWriteOnce"},
            "quotaPerUser": "100Mi",
            "maxFileSize": "50Mi",
        },
        "web": {"replicas": 1, "spa": True, "keepReleases": 5},
        "auth": {"registration": "open", "sessionTTL": "168h", "password": {"minLength": 10}},
        "tls": {"mode": "Inherit"},
    }
    # The operator reads an object without a spec, from an older schema, as the same.
    assert Backpack.parse(body) == Backpack.parse({"metadata": body["metadata"]})


@pytest.mark.parametrize("section", ["api", "database", "cache", "files", "web", "auth", "tls"])
def test_a_section_that_is_begun_gets_the_rest_of_its_defaults(kubectl: Kubectl, section: str) -> None:
    """Defaults are repeated in every parent, so that none is lost when one is written."""
    kubectl.apply(backpack("whole"), backpack("begun", **{section: {}}))
    assert kubectl.get("bp", "begun")["spec"] == kubectl.get("bp", "whole")["spec"]


def test_a_password_section_and_a_collection_get_their_defaults(kubectl: Kubectl) -> None:
    kubectl.apply(backpack("todo", auth={"password": {}}, **collection(indexes=[{"keys": ["a"]}])))
    spec = kubectl.get("bp", "todo")["spec"]
    assert spec["auth"]["password"] == {"minLength": 10}
    (tasks,) = spec["collections"]
    assert tasks["rules"] == {"read": "user", "create": "user", "update": "owner", "delete": "owner"}
    assert tasks["indexes"] == [{"keys": ["a"], "unique": False}]


def test_every_field_at_once_is_taken_as_written(kubectl: Kubectl) -> None:
    kubectl.apply(backpack("todo", **FULL))
    body = kubectl.get("bp", "todo")
    written, full = dict(body["spec"]), dict(FULL)
    (tasks, posts), (asked, _) = written.pop("collections"), full.pop("collections")
    assert merged(written, full) == written
    assert (tasks["rules"], tasks["schema"]) == (asked["rules"], asked["schema"])
    assert [index["keys"] for index in tasks["indexes"]] == [index["keys"] for index in asked["indexes"]]
    assert posts["rules"]["read"] == "user"
    assert Backpack.parse(body).collections[0].schema == FULL["collections"][0]["schema"]


def test_the_largest_backpack_that_the_schema_allows_can_be_validated(kubectl: Kubectl) -> None:
    """The cost of rules is bounded at run time too."""
    # As much as the API server's own store takes: 2 MiB in all.
    keys = [f"{letter}{'k' * 63}" for letter in "abcdefgh"]
    collections = [
        {"name": f"c{number:02}{'x' * 59}", "indexes": [{"keys": keys}] * 20} for number in range(100)
    ]
    origins = [f"https://{'o' * 290}{number:02}" for number in range(50)]
    taint = {"key": "k" * 63, "value": "v" * 63, "effect": "NoExecute", "tolerationSeconds": 1}
    placement = {
        "nodeSelector": {f"example.com/{number}": "v" * 63 for number in range(20)},
        "tolerations": [taint] * 20,
    }
    whole = backpack(
        "todo",
        admins=[f"{number:02}{'a' * 251}" for number in range(50)],
        api={"allowedOrigins": origins},
        collections=collections,
        scheduling=dict.fromkeys(("api", "mongo", "redis", "web"), placement),
    )
    # As a file it would not fit into the annotation that `kubectl apply` makes.
    kubectl.run("create", "-f", "-", stdin=json.dumps(whole))
    assert len(Backpack.parse(kubectl.get("bp", "todo")).collections) == 100


def test_yaml_makes_no_boolean_of_a_tls_mode(kubectl: Kubectl) -> None:
    """`Off` would be one: kubectl reads YAML 1.1 (docs/decisions/0011-tls-mode-disabled.md)."""
    manifest = yaml.safe_dump(backpack("todo")).replace("spec: {}", "spec:\n  tls:\n    mode: MODE")
    kubectl.run("apply", "-f", "-", stdin=manifest.replace("MODE", "Disabled"))
    with pytest.raises(KubectlError, match="must be of type string"):
        kubectl.run("apply", "-f", "-", stdin=manifest.replace("MODE", "Off"))


def test_names_that_the_api_keeps_for_itself_are_refused_here_too() -> None:
    rules = str(schema_of("spec", "collections")["items"]["properties"]["name"]["x-kubernetes-validations"])
    assert {name for name in RESERVED_NAMES if f"'{name}'" not in rules} == set()


def test_explain_reads_like_documentation(kubectl: Kubectl) -> None:
    for path, words in (
        ("backpack.spec", ["suspend", "collections", "Which nodes the pods of each component may run on"]),
        ("backpack.spec.tls", ["Where the certificate comes from", "Example: todo-tls"]),
        ("backpack.spec.collections.indexes", ["Example: [ownerId, -due.date]", "-required-"]),
        ("backpack.status", ["HostnameAccepted"]),
    ):
        text = " ".join(kubectl.run("explain", path).split())
        assert [word for word in words if word not in text] == [], text


def test_users_find_it_by_its_short_name_and_category(kubectl: Kubectl) -> None:
    kubectl.apply(backpack("todo"))
    columns = kubectl.run("get", "bp").splitlines()[0].split()
    assert columns == ["NAME", "READY", "REASON", "URL", "AGE"]
    wide = kubectl.run("get", "bp", "-o", "wide").splitlines()[0].split()
    assert wide == ["NAME", "READY", "REASON", "URL", "ENGINE", "VERSION", "UPTODATE", "AGE"]
    assert "backpack.backpack.dev/todo" in kubectl.run("get", "all", "-o", "name")


def test_every_field_has_a_description() -> None:
    bare = [path for path, node in fields(schema_of(), "") if not node.get("description")]
    assert bare == [".metadata"]


def schema_of(*path: str) -> dict[str, Any]:
    document = yaml.safe_load((ROOT / "crds" / "backpacks.yaml").read_text())
    node: dict[str, Any] = document["spec"]["versions"][0]["schema"]["openAPIV3Schema"]
    for name in path:
        node = node["properties"][name]
    return node


def fields(node: dict[str, Any], path: str) -> list[tuple[str, dict[str, Any]]]:
    """Every property of a schema, with its path."""
    result = []
    for name, value in node.get("properties", {}).items():
        result += [(f"{path}.{name}", value), *fields(value, f"{path}.{name}")]
    if "items" in node:
        result += fields(node["items"], f"{path}[]")
    return result
