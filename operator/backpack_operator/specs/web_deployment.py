"""`<backpack>-web`, the Deployment: nginx, the caching front of the site."""

from typing import Any

from backpack_contract import environment as env
from backpack_contract.ports import WEB as PORT
from backpack_operator.model.backpack import Backpack
from backpack_operator.settings import Settings
from backpack_operator.specs.addresses import service_name
from backpack_operator.specs.container_resources import WEB, container_resources
from backpack_operator.specs.deployments import DRAIN, SURGE, deployment, http_probes
from backpack_operator.specs.placement import spread_over_nodes
from backpack_operator.specs.pod_security import container_security

COMPONENT = "web"
_HEALTH = "/__nginx/healthz"


def web_deployment(backpack: Backpack, settings: Settings) -> dict[str, Any]:
    container = {
        "name": COMPONENT,
        "image": settings.image_web,
        "imagePullPolicy": settings.image_pull_policy,
        "env": [{"name": env.API_HOST, "value": service_name(backpack, "api", settings)}],
        "ports": [{"name": "http", "containerPort": PORT, "protocol": "TCP"}],
        "resources": container_resources(WEB, backpack.web.resources),
        "securityContext": container_security(),
        "lifecycle": DRAIN,
        **http_probes("http", ready=_HEALTH, alive=_HEALTH, startup_seconds=60),
        "volumeMounts": [{"name": "tmp", "mountPath": "/tmp"}],  # noqa: S108  the container's own
    }
    pod = {
        "terminationGracePeriodSeconds": 30,
        "containers": [container],
        "volumes": [{"name": "tmp", "emptyDir": {"sizeLimit": "512Mi"}}],
        **spread_over_nodes(backpack, COMPONENT),
    }
    replicas = 0 if backpack.suspend else backpack.web.replicas
    return deployment(backpack, COMPONENT, pod, replicas=replicas, strategy=SURGE)
