"""`<backpack>-api`, the Deployment: the core API."""

import json
from typing import Any

from backpack_contract import environment as env
from backpack_contract.credentials import MONGO_PASSWORD, MONGO_USERNAME, PUBLISHABLE_KEY, REDIS_PASSWORD
from backpack_contract.ports import API_ADMIN, API_PUBLIC
from backpack_operator.model.backpack import Backpack
from backpack_operator.model.spec import READ_WRITE_ONCE
from backpack_operator.settings import Settings
from backpack_operator.specs import config_map, credentials_secret, volume_claims
from backpack_operator.specs.container_resources import API, container_resources
from backpack_operator.specs.deployments import (
    DRAIN,
    SURGE,
    deployment,
    http_probes,
    secret_variable,
)
from backpack_operator.specs.placement import on_one_node, spread_over_nodes
from backpack_operator.specs.pod_security import container_security

COMPONENT = "api"
CREDENTIALS_ANNOTATION = "backpack.dev/credentials"
_CONFIG_DIRECTORY = "/etc/backpack"
_FILES_DIRECTORY = "/data/files"


def api_deployment(backpack: Backpack, settings: Settings, credentials: str) -> dict[str, Any]:
    """`credentials`: a digest of what the API is given of the Secret, which it reads when
    it starts, so that a change restarts it. The configuration is sent to it instead."""
    pod: dict[str, Any] = {
        "terminationGracePeriodSeconds": 30,
        "containers": [_container(backpack, settings)],
        "volumes": [
            {
                "name": "files",
                "persistentVolumeClaim": {"claimName": backpack.child(volume_claims.FILES)},
            },
            {"name": "config", "configMap": {"name": backpack.child(config_map.PART)}},
            {"name": "tmp", "emptyDir": {"sizeLimit": "256Mi"}},
        ],
        **_together(backpack),
    }
    return deployment(
        backpack,
        COMPONENT,
        pod,
        replicas=0 if backpack.suspend else backpack.api.replicas,
        strategy=SURGE,
        annotations={CREDENTIALS_ANNOTATION: credentials},
    )


def _container(backpack: Backpack, settings: Settings) -> dict[str, Any]:
    secret = backpack.child(credentials_secret.PART)
    return {
        "name": COMPONENT,
        "image": settings.image_api,
        "imagePullPolicy": settings.image_pull_policy,
        "env": [
            {"name": env.CONFIG_FILE, "value": f"{_CONFIG_DIRECTORY}/{config_map.FILE}"},
            {"name": env.FILES_DIRECTORY, "value": _FILES_DIRECTORY},
            {"name": env.MONGO_HOST, "value": backpack.child("mongo")},
            secret_variable(env.MONGO_USERNAME, secret, MONGO_USERNAME),
            secret_variable(env.MONGO_PASSWORD, secret, MONGO_PASSWORD),
            {"name": env.REDIS_HOST, "value": backpack.child("redis")},
            secret_variable(env.REDIS_PASSWORD, secret, REDIS_PASSWORD),
            secret_variable(env.PUBLISHABLE_KEY, secret, PUBLISHABLE_KEY),
            {
                "name": env.TRUSTED_PROXIES,
                "value": json.dumps([str(network) for network in settings.traefik_addresses]),
            },
            *_log_level(backpack),
        ],
        "ports": [
            {"name": "public", "containerPort": API_PUBLIC, "protocol": "TCP"},
            {"name": "admin", "containerPort": API_ADMIN, "protocol": "TCP"},
        ],
        "resources": container_resources(API, backpack.api.resources),
        "securityContext": container_security(),
        "lifecycle": DRAIN,
        **http_probes("public", ready="/readyz", alive="/healthz", startup_seconds=120),
        "volumeMounts": [
            {"name": "files", "mountPath": _FILES_DIRECTORY},
            {"name": "config", "mountPath": _CONFIG_DIRECTORY, "readOnly": True},
            {"name": "tmp", "mountPath": "/tmp"},  # noqa: S108  the container's own
        ],
    }


def _log_level(backpack: Backpack) -> list[dict[str, str]]:
    """Nothing where it is the API's own default, so that no pod is restarted to be told so."""
    level = backpack.api.log_level
    return [] if level == "info" else [{"name": env.LOG_LEVEL, "value": level}]


def _together(backpack: Backpack) -> dict[str, Any]:
    """A ReadWriteOnce volume is on one node, and so must be all pods that mount it; else
    they spread."""
    if backpack.files.storage.access_mode == READ_WRITE_ONCE:
        return on_one_node(backpack, COMPONENT)
    return spread_over_nodes(backpack, COMPONENT)
