"""`<backpack>-web`, the Deployment: nginx, the caching front of the site."""

from typing import Any

from backpack_contract import environment as env
from backpack_contract.ports import WEB as PORT
from backpack_operator.model.backpack import Backpack
from backpack_operator.settings import Settings
from backpack_operator.specs.container_resources import WEB, container_resources
from backpack_operator.specs.deployments import DRAIN, SURGE, deployment, http_probes, spread_over_nodes
from backpack_operator.specs.pod_security import container_security

COMPONENT = "web"
_HEALTH = "/__nginx/healthz"


def web_deployment(backpack: Backpack, settings: Settings) -> dict[str, Any]:
    api = f"{backpack.child('api')}.{backpack.namespace}.svc.{settings.cluster_domain}"
    container = {
        "name": COMPONENT,
        "image": settings.image_web,
        "imagePullPolicy": settings.image_pull_policy,
        "env": [{"name": env.API_HOST, "value": api}],
        "ports": [{"name": "http", "containerPort": PORT, "protocol": "TCP"}],
        "resources": container_resources(WEB, backpack.web_resources),
        "securityContext": container_security(),
        "lifecycle": DRAIN,
        **http_probes("http", ready=_HEALTH, alive=_HEALTH, startup_seconds=60),
        "volumeMounts": [{"name": "tmp", "mountPath": "/tmp"}],  # noqa: S108  the container's own
    }
    pod = {
        "terminationGracePeriodSeconds": 30,
        "containers": [container],
        "volumes": [{"name": "tmp", "emptyDir": {"sizeLimit": "512Mi"}}],
        "topologySpreadConstraints": spread_over_nodes(backpack, COMPONENT),
    }
    return deployment(backpack, COMPONENT, pod, replicas=backpack.web_replicas, strategy=SURGE)
