"""The kind cluster, as far as it can be checked without Docker."""

from string import Template

import yaml

from backpack_dev.kind_provider import HTTP_PORT, HTTPS_PORT, NAME, KindProvider
from backpack_dev.source import DEVCLUSTER
from backpack_devcluster import paths
from support.helm import Helm, environment

CONFIG = yaml.safe_load((DEVCLUSTER / "kind.yaml").read_text())


def test_the_configuration_names_the_cluster_and_one_node() -> None:
    assert (CONFIG["kind"], CONFIG["apiVersion"]) == ("Cluster", "kind.x-k8s.io/v1alpha4")
    assert CONFIG["name"] == NAME
    assert [node["role"] for node in CONFIG["nodes"]] == ["control-plane"]


def test_the_ingress_is_reached_through_the_node_on_loopback_only() -> None:
    text = (paths.ADDONS / "traefik.yaml").read_text()
    filled = Template(text).substitute(
        TRAEFIK_IMAGE="t", HTTP_PORT=str(HTTP_PORT), HTTPS_PORT=str(HTTPS_PORT), HTTP_HOST_IP="127.0.0.1"
    )
    (deployment,) = [d for d in yaml.safe_load_all(filled) if d["kind"] == "Deployment"]
    (container,) = deployment["spec"]["template"]["spec"]["containers"]
    mappings = CONFIG["nodes"][0]["extraPortMappings"]

    assert [port["hostPort"] for port in container["ports"]] == [one["containerPort"] for one in mappings]
    assert [one["hostPort"] for one in mappings] == [HTTP_PORT, HTTPS_PORT]
    assert {one["listenAddress"] for one in mappings} == {"127.0.0.1"}


def test_the_chart_takes_kind_s_values(helm: Helm) -> None:
    given = environment(helm.render({}, f"--values={KindProvider.values}"))

    assert given["BACKPACK_OPERATOR_DEFAULT_ENGINE"] == "mongodb"
    assert given["BACKPACK_OPERATOR_IMAGE_MONGODB"].startswith("mongo:8.0")
    assert given["BACKPACK_OPERATOR_IMAGE_REDIS"].startswith("redis:7")
