"""`<backpack>-mongo`, the Deployment: the database, whichever engine it is."""

from typing import Any

from backpack_contract.ports import MONGO as PORT
from backpack_operator.model.backpack import Backpack
from backpack_operator.settings import Settings
from backpack_operator.specs import credentials_secret, volume_claims
from backpack_operator.specs.container_resources import container_resources, memory_limit
from backpack_operator.specs.deployments import RECREATE, deployment
from backpack_operator.specs.engines import ENGINES, Launch
from backpack_operator.specs.pod_security import container_security

COMPONENT = "mongo"


def mongo_deployment(
    backpack: Backpack, settings: Settings, engine_name: str, replicas: int, *, second_user: bool = False
) -> dict[str, Any]:
    """`second_user`: whether the Secret has a second user for the API."""
    engine = ENGINES[engine_name]
    resources = container_resources(engine.resources, backpack.database.resources)
    launch = Launch(settings, backpack.child(credentials_secret.PART), memory_limit(resources), second_user)
    scratch = {directory: directory.strip("/").replace("/", "-") for directory in engine.scratch}
    container = {
        "name": COMPONENT,
        "imagePullPolicy": settings.image_pull_policy,
        "ports": [{"name": "mongo", "containerPort": PORT, "protocol": "TCP"}],
        "resources": resources,
        "securityContext": container_security(),
        "volumeMounts": [
            {"name": "data", "mountPath": engine.data},
            *({"name": name, "mountPath": directory} for directory, name in scratch.items()),
        ],
        **engine.container(launch),
    }
    claim = {"claimName": backpack.child(volume_claims.DATABASE)}
    pod = {
        "terminationGracePeriodSeconds": engine.grace_seconds,
        "containers": [container],
        "volumes": [
            {"name": "data", "persistentVolumeClaim": claim},
            *({"name": name, "emptyDir": {"sizeLimit": "256Mi"}} for name in scratch.values()),
        ],
    }
    return deployment(backpack, COMPONENT, pod, replicas=replicas, strategy=RECREATE, user=engine.user)
