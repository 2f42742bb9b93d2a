"""Where a backpack is found: from outside by browsers, from inside by the operator."""

from backpack_contract.ports import API_ADMIN
from backpack_operator.model.backpack import Backpack
from backpack_operator.model.hosts import Hosts, hosts
from backpack_operator.model.tls import effective_tls
from backpack_operator.settings import Settings


def backpack_hosts(backpack: Backpack, settings: Settings) -> Hosts:
    """Where browsers find the backpack, once its hostname is accepted."""
    tls = effective_tls(backpack, settings)
    port = settings.public_https_port if tls.on else settings.public_http_port
    return hosts(backpack.hostname, settings.domain, tls.scheme, port)


def service_name(backpack: Backpack, component: str, settings: Settings) -> str:
    """The fully qualified name of a component's Service."""
    return f"{backpack.child(component)}.{backpack.namespace}.svc.{settings.cluster_domain}"


def admin_url(backpack: Backpack, settings: Settings) -> str:
    """The admin listener of the backpack's API, without a final slash."""
    if settings.api_admin_url is not None:
        return settings.api_admin_url
    return f"http://{service_name(backpack, 'api', settings)}:{API_ADMIN}"
