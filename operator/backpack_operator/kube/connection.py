"""Where the API server is and who we are there: a pod's service account, or else the
kubeconfig. Once for our own client, once for kopf, which keeps its own session."""

import os
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import kopf
from kubernetes.aio.client.configuration import Configuration
from kubernetes.aio.config import load_incluster_config, load_kube_config
from kubernetes.aio.config.config_exception import ConfigException

from backpack_operator.errors import OperatorError

CONNECTIONS = 32
"""More than there are workers, each of which asks for a few things at once."""


def in_cluster() -> bool:
    return "KUBERNETES_SERVICE_HOST" in os.environ and "KUBECONFIG" not in os.environ


async def configuration(kubeconfig: str | None = None) -> Configuration:
    """How our client connects: by the kubeconfig at this path, or as the environment says.
    A pod's token is read again as it is rotated."""
    result = Configuration()
    try:
        if kubeconfig is None and in_cluster():
            load_incluster_config(client_configuration=result)  # type: ignore[no-untyped-call]
        else:
            await load_kube_config(  # type: ignore[no-untyped-call]
                config_file=kubeconfig, client_configuration=result
            )
    except ConfigException as error:
        raise OperatorError(
            f"there is no cluster to connect to ({error}): run in a pod with a service account, "
            "or set KUBECONFIG"
        ) from error
    result.connection_pool_maxsize = CONNECTIONS
    # Once: aiohttp would look for proxies, and for a .netrc, at every single request.
    result.client_session_kwargs = {"trust_env": False}
    result.proxy = result.proxy or _proxy(result.host)
    return result


def _proxy(url: str) -> str | None:
    """The proxy that the environment names for this URL."""
    parts = urlsplit(url)
    if proxy_bypass(parts.netloc):
        return None
    return getproxies().get(parts.scheme)


def log_in(settings: kopf.OperatorSettings) -> kopf.ConnectionInfo | None:
    """How kopf connects; it asks again when a token is refused."""
    if in_cluster():
        return kopf.login_with_service_account(settings=settings)
    return kopf.login_with_kubeconfig(settings=settings)
