"""Let's Encrypt's own test server, Pebble, in the cluster: where Traefik's resolver `acme`
looks for its certificate authority (`devcluster/addons/traefik.yaml`)."""

import base64
import json
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import httpx
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import NameOID

from backpack_dev.provider import choose
from backpack_devcluster.report import PlainReport
from backpack_images.build import build_all
from support.certificates import Pair, key_pem, tls_secret
from support.kubectl import Kubectl, Object
from support.port_forward import port_forward
from support.waiting import eventually

NAME = "pebble"
"""Of its namespace and of everything in it."""
HOST = f"{NAME}.{NAME}.svc"
_ACME, _MANAGEMENT = 14000, 15000
_USER = 10001


@dataclass(frozen=True)
class Pebble:
    """`kubectl` is of its namespace."""

    kubectl: Kubectl

    def root(self) -> str:
        """The root that a client has to trust, PEM; each start has another."""
        (pod,) = self.kubectl.list("pods", f"app={NAME}")
        context = ssl.create_default_context(cadata=_cluster_authority(self.kubectl))
        # The cluster's authority is its own root, and says nothing of what its keys are for.
        context.verify_flags &= ~ssl.VERIFY_X509_STRICT
        pod_name = pod["metadata"]["name"]
        with (
            port_forward(self.kubectl, pod_name, _MANAGEMENT) as address,
            httpx.Client(verify=context, trust_env=False, timeout=15) as client,
        ):
            answer = client.get(f"https://{address}/roots/0", extensions={"sni_hostname": HOST})
        assert answer.status_code == 200, answer.text
        return answer.text

    def cut_off(self) -> None:
        """Nobody reaches it any more, and Traefik, which keeps its connections, is started
        anew without one. Pebble isn't stopped: it would forget Traefik's account."""
        self._select("nobody")
        eventually(lambda: not self._endpoints(), within=30)
        _restart_traefik(self.kubectl.within("traefik"))

    def reconnect(self) -> None:
        self._select(NAME)
        eventually(self._endpoints, within=30)

    def _select(self, app: str) -> None:
        change = json.dumps({"spec": {"selector": {"app": app}}})
        self.kubectl.run("patch", "service", NAME, f"--patch={change}")

    def _endpoints(self) -> list[Object]:
        slices = self.kubectl.list("endpointslices", f"kubernetes.io/service-name={NAME}")
        return [endpoint for one in slices for endpoint in one["endpoints"] or ()]


@contextmanager
def running_pebble(kubectl: Kubectl, hosts: Sequence[str]) -> Iterator[Pebble]:
    """Pebble, which finds `hosts` at Traefik. Traefik is started anew before: it remembers
    its account with a former Pebble, which has forgotten everybody."""
    image = build_all([NAME], PlainReport())[NAME]
    choose().load({NAME: image}, PlainReport())
    _remove(kubectl)
    kubectl.run("create", "namespace", NAME)
    within = kubectl.within(NAME)
    pebble = Pebble(within)
    try:
        certificate = _certified(within)
        traefik = kubectl.within("traefik").get("service", "traefik")["spec"]["clusterIP"]
        within.apply(*_objects(image.reference, certificate, traefik, hosts))
        within.run("rollout", "status", f"deployment/{NAME}", "--timeout=60s", timeout=70)
        _restart_traefik(kubectl.within("traefik"))
        yield pebble
    finally:
        _remove(kubectl)


def _remove(kubectl: Kubectl) -> None:
    kubectl.run("delete", "namespace", NAME, "--ignore-not-found", "--wait=true", timeout=90)


def _restart_traefik(kubectl: Kubectl) -> None:
    kubectl.run("delete", "pods", "--all", "--wait=true", timeout=60)
    kubectl.run("rollout", "status", "deployment/traefik", "--timeout=60s", timeout=70)


def _cluster_authority(kubectl: Kubectl) -> str:
    authority: str = kubectl.get("configmap", "kube-root-ca.crt")["data"]["ca.crt"]
    return authority


def _certified(kubectl: Kubectl) -> Pair:
    """A key with a certificate of the cluster's authority for the server: by the signer
    for kubelets, since every cluster has it."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = [(NameOID.ORGANIZATION_NAME, "system:nodes"), (NameOID.COMMON_NAME, f"system:node:{NAME}")]
    request = (
        x509.CertificateSigningRequestBuilder()
        .subject_name(x509.Name([x509.NameAttribute(kind, text) for kind, text in subject]))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        .sign(key, SHA256())
    )
    name = f"{NAME}-server"
    encoded = base64.b64encode(request.public_bytes(serialization.Encoding.PEM)).decode()
    spec = {
        "request": encoded,
        "signerName": "kubernetes.io/kubelet-serving",
        "usages": ["digital signature", "server auth"],
    }
    kubectl.run("delete", "csr", name, "--ignore-not-found")
    kubectl.apply(
        {
            "apiVersion": "certificates.k8s.io/v1",
            "kind": "CertificateSigningRequest",
            "metadata": {"name": name},
            "spec": spec,
        }
    )
    try:
        kubectl.run("certificate", "approve", name)
        issued = eventually(
            lambda: kubectl.get("csr", name).get("status", {}).get("certificate"),
            within=30,
            what="the cluster's authority issues a certificate",
        )
    finally:
        kubectl.run("delete", "csr", name)
    return Pair(base64.b64decode(issued).decode(), key_pem(key))


def _objects(image: str, certificate: Pair, traefik: str, hosts: Sequence[str]) -> list[Object]:
    labels = {"app": NAME}
    metadata = {"name": NAME}
    configuration = {
        "listenAddress": f":{_ACME}",
        "managementListenAddress": f":{_MANAGEMENT}",
        "certificate": "/tls/tls.crt",
        "privateKey": "/tls/tls.key",
        "httpPort": 80,
        "tlsPort": 443,
    }
    container = {
        "name": NAME,
        "image": image,
        "imagePullPolicy": "IfNotPresent",
        "args": ["-config=/configuration/pebble.json"],
        # It waits up to 15 seconds before each validation, unless it is told not to.
        "env": [{"name": "PEBBLE_VA_NOSLEEP", "value": "1"}],
        "readinessProbe": {"tcpSocket": {"port": _ACME}, "periodSeconds": 1},
        "resources": {"requests": {"cpu": "10m", "memory": "16Mi"}, "limits": {"memory": "64Mi"}},
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        },
        "volumeMounts": [
            {"name": "tls", "mountPath": "/tls", "readOnly": True},
            {"name": "configuration", "mountPath": "/configuration", "readOnly": True},
        ],
    }
    pod = {
        "automountServiceAccountToken": False,
        "terminationGracePeriodSeconds": 1,
        "hostAliases": [{"ip": traefik, "hostnames": list(hosts)}],
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": _USER,
            "runAsGroup": _USER,
            "fsGroup": _USER,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "containers": [container],
        "volumes": [
            {"name": "tls", "secret": {"secretName": NAME}},
            {"name": "configuration", "configMap": {"name": NAME}},
        ],
    }
    return [
        tls_secret(NAME, certificate),
        {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": metadata,
            "data": {"pebble.json": json.dumps({"pebble": configuration})},
        },
        {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": metadata,
            "spec": {"selector": labels, "ports": [{"name": "acme", "port": _ACME}]},
        },
        {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": metadata,
            "spec": {
                "replicas": 1,
                "strategy": {"type": "Recreate"},
                "selector": {"matchLabels": labels},
                "template": {"metadata": {"labels": labels}, "spec": pod},
            },
        },
    ]
