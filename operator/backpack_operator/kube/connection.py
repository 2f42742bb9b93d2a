"""Where the API server is and who we are there: a pod's service account, or else the
kubeconfig. Once for our own client, once for kopf, which keeps its own session."""

import os

import kopf
from kubernetes.aio.client.configuration import Configuration
from kubernetes.aio.config import load_incluster_config, load_kube_config
from kubernetes.aio.config.config_exception import ConfigException

from backpack_operator.errors import OperatorError

CONNECTIONS = 32
"""More than there are workers, each of which asks for a few things at once."""


def in_cluster() -> bool:
    return "KUBERNETES_SERVICE_HOST" in os.environ and "KUBECONFIG" not in os.environ


async def configuration() -> Configuration:
    """How our client connects. A pod's token is read again as it is rotated."""
    result = Configuration()
    try:
        if in_cluster():
            load_incluster_config(client_configuration=result)  # type: ignore[no-untyped-call]
        else:
            await load_kube_config(client_configuration=result)  # type: ignore[no-untyped-call]
    except ConfigException as error:
        raise OperatorError(
            f"there is no cluster to connect to ({error}): run in a pod with a service account, "
            "or set KUBECONFIG"
        ) from error
    result.connection_pool_maxsize = CONNECTIONS
    return result


def log_in(settings: kopf.OperatorSettings) -> kopf.ConnectionInfo | None:
    """How kopf connects; it asks again when a token is refused."""
    if in_cluster():
        return kopf.login_with_service_account(settings=settings)
    return kopf.login_with_kubeconfig(settings=settings)
