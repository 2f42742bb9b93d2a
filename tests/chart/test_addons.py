"""The manifests of the dev cluster's DNS, ingress and storage."""

from string import Template
from typing import Any

import pytest
import yaml

from backpack_contract.resources import RUN_AS
from backpack_devcluster import paths

VALUES = {
    "COREDNS_IMAGE": "coredns:test",
    "TRAEFIK_IMAGE": "traefik:test",
    "CLUSTER_DNS_IP": "10.96.0.10",
    "CLUSTER_DOMAIN": "cluster.test",
    "HTTP_PORT": "8080",
    "HTTPS_PORT": "8443",
    "HTTP_HOST_IP": "127.0.0.1",
}


def documents(name: str) -> list[dict[str, Any]]:
    text = Template((paths.ADDONS / name).read_text()).substitute(VALUES)
    return list(yaml.safe_load_all(text))


def of_kind(name: str, kind: str) -> dict[str, Any]:
    (found,) = [document for document in documents(name) if document["kind"] == kind]
    return found


@pytest.mark.parametrize("name", ["coredns.yaml", "traefik.yaml"])
def test_the_pods_pass_pod_security_restricted(name: str) -> None:
    pod = of_kind(name, "Deployment")["spec"]["template"]["spec"]
    (container,) = pod["containers"]

    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["runAsUser"] == RUN_AS
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert container["securityContext"]["allowPrivilegeEscalation"] is False
    assert container["securityContext"]["readOnlyRootFilesystem"] is True
    assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
    assert container["imagePullPolicy"] == "IfNotPresent"
    assert container["resources"]["limits"]["memory"]


def test_traefik_has_all_its_ten_kinds_and_may_read_them() -> None:
    plurals = {definition["spec"]["names"]["plural"] for definition in documents("traefik-crds.yaml")}
    granted = [
        set(rule["resources"])
        for rule in of_kind("traefik.yaml", "ClusterRole")["rules"]
        if rule["apiGroups"] == ["traefik.io"]
    ]

    assert len(plurals) == 10
    assert granted == [plurals]


def test_traefik_crosses_no_namespace_and_trusts_no_client() -> None:
    (container,) = of_kind("traefik.yaml", "Deployment")["spec"]["template"]["spec"]["containers"]
    arguments = dict(argument.lstrip("-").split("=", 1) for argument in container["args"])

    assert arguments["providers.kubernetescrd.allowcrossnamespace"] == "false"
    assert arguments["providers.kubernetescrd.allowexternalnameservices"] == "false"
    assert arguments["providers.kubernetescrd.safenaming"] == "true"
    assert arguments["api"] == "false"
    assert not [name for name in arguments if "forwardedheaders" in name or "insecure" in name]
    assert arguments["accesslog.format"] == "json"


def test_the_ingress_is_bound_to_the_address_it_is_given() -> None:
    (container,) = of_kind("traefik.yaml", "Deployment")["spec"]["template"]["spec"]["containers"]
    arguments = dict(argument.lstrip("-").split("=", 1) for argument in container["args"])
    ports = {port["name"]: port for port in container["ports"]}

    assert {name: port["hostPort"] for name, port in ports.items()} == {"web": 8080, "websecure": 8443}
    for name, port in ports.items():
        assert port["hostIP"] == "127.0.0.1"
        assert arguments[f"entrypoints.{name}.address"] == f":{port['containerPort']}"


def test_the_dns_is_where_pods_and_policies_look_for_it() -> None:
    service = of_kind("coredns.yaml", "Service")
    template = of_kind("coredns.yaml", "Deployment")["spec"]["template"]
    configuration = of_kind("coredns.yaml", "ConfigMap")["data"]["Corefile"]

    assert service["spec"]["clusterIP"] == VALUES["CLUSTER_DNS_IP"]
    assert template["metadata"]["labels"]["k8s-app"] == "kube-dns"
    assert {port["targetPort"] for port in service["spec"]["ports"]} == {5353}
    assert ".:5353 {" in configuration
    assert f"kubernetes {VALUES['CLUSTER_DOMAIN']} " in configuration


def test_volumes_are_of_the_local_class_unless_another_is_named() -> None:
    storage = of_kind("storage-class.yaml", "StorageClass")

    assert storage["metadata"]["annotations"] == {"storageclass.kubernetes.io/is-default-class": "true"}
    assert storage["volumeBindingMode"] == "WaitForFirstConsumer"
    assert storage["allowVolumeExpansion"] is True
