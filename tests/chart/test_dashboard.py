"""The chart's part of the dashboard: settings, rights, who reaches it."""

import base64

import pytest

from backpack_contract.credentials import redis_acl
from backpack_dashboard.settings import PREFIX, Settings
from backpack_images.lint_chart import CHART
from backpack_operator.settings import Settings as OperatorSettings
from support.helm import Helm, Object, find


def container(objects: list[Object]) -> Object:
    spec = find(objects, "Deployment", "backpack-dashboard")["spec"]["template"]["spec"]
    (found,) = spec["containers"]
    return found  # type: ignore[no-any-return]


def settings_of(objects: list[Object], monkeypatch: pytest.MonkeyPatch) -> Settings:
    known = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields}
    for entry in container(objects)["env"]:
        assert entry["name"] in known
        monkeypatch.setenv(entry["name"], entry.get("value", "filled-in-by-the-cluster"))
    return Settings()


def test_it_understands_every_variable_it_is_given(helm: Helm, monkeypatch: pytest.MonkeyPatch) -> None:
    objects = helm.render({}, f"--values={CHART / 'ci' / 'full-values.yaml'}")
    settings = settings_of(objects, monkeypatch)

    assert settings.public_url == "https://admin.example.com:8443"
    assert settings.create_in == ("shop", "apps")
    assert settings.watch_namespaces == ("apps", "shop")
    assert settings.registration == "open"
    assert [str(one) for one in settings.trusted_proxies] == ["10.0.0.0/8", "fd00:10::/56"]


def test_by_default_it_has_its_own_defaults(helm: Helm, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = settings_of(helm.render(), monkeypatch)

    given = {"public_url", "domain", "namespace", "redis_host", "redis_password"}
    for name, field in Settings.model_fields.items():
        if name not in given:
            assert getattr(settings, name) == field.default, name


def test_its_secret_is_kept_and_redis_is_given_a_digest_only(helm: Helm) -> None:
    objects = helm.render()
    secret = find(objects, "Secret", "backpack-dashboard-redis")["data"]
    password = base64.b64decode(secret["redis-password"]).decode()

    assert len(password) == 40
    assert base64.b64decode(secret["redis-users.acl"]).decode() == redis_acl(password)
    pod = find(objects, "Deployment", "backpack-dashboard-redis")["spec"]["template"]["spec"]
    assert pod["volumes"][0]["secret"]["items"] == [{"key": "redis-users.acl", "path": "redis-users.acl"}]
    assert "env" not in pod["containers"][0]


def test_where_backpacks_are_it_reads_pods_and_their_logs_and_no_secret(helm: Helm) -> None:
    rules = find(helm.render(), "ClusterRole", "backpack-dashboard")["rules"]

    granted = {resource: set(rule["verbs"]) for rule in rules for resource in rule["resources"]}
    assert granted == {
        "backpacks": {"get", "list", "watch", "create", "patch", "update", "delete"},
        "events": {"get", "list", "watch"},
        "pods": {"list"},
        "pods/log": {"get"},
    }


def test_only_traefik_reaches_it_and_only_it_reaches_its_redis(helm: Helm) -> None:
    objects = helm.render()
    (own,) = find(objects, "NetworkPolicy", "backpack-dashboard")["spec"]["ingress"]
    (redis,) = find(objects, "NetworkPolicy", "backpack-dashboard-redis")["spec"]["ingress"]

    assert own["from"][0]["podSelector"]["matchLabels"] == {"app.kubernetes.io/name": "traefik"}
    labels = find(objects, "Deployment", "backpack-dashboard")["spec"]["template"]["metadata"]["labels"]
    (peer,) = redis["from"]
    assert peer["podSelector"]["matchLabels"].items() <= labels.items()
    assert "namespaceSelector" not in peer


def test_the_operators_policies_let_it_reach_backpacks(helm: Helm) -> None:
    labels = find(helm.render(), "Deployment", "backpack-dashboard")["spec"]["template"]["metadata"]["labels"]
    expected = OperatorSettings.model_fields["dashboard_pod_labels"].default
    assert expected.items() <= labels.items()


@pytest.mark.parametrize(
    ("mode", "entry_points", "redirects"),
    [("EntryPoint", ["websecure"], True), ("Resolver", ["websecure"], True), ("Disabled", ["web"], False)],
)
def test_its_route_follows_the_tls_mode(
    helm: Helm, mode: str, entry_points: list[str], redirects: bool
) -> None:
    objects = helm.render({"operator.tls.mode": mode})
    route = find(objects, "IngressRoute", "backpack-dashboard")["spec"]

    assert route["entryPoints"] == entry_points
    assert route["routes"][0]["match"] == "Host(`admin.example.com`)"
    assert ("tls" in route) == (mode == "Resolver")
    assert any(o["kind"] == "Middleware" for o in objects) == redirects


def test_it_can_be_left_out(helm: Helm) -> None:
    for rendered in helm.render({"dashboard.enabled": False}):
        assert "dashboard" not in rendered["metadata"]["name"]
