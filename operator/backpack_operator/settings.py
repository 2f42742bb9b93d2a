"""The operator's settings: one typed object, read from the environment when the
program starts (the Helm values feed it), passed down from there."""

from ipaddress import IPv4Network, IPv6Network
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

PREFIX = "BACKPACK_OPERATOR_"


def _listed(value: object) -> object:
    """`a, b` as a tuple; the empty text is the empty tuple."""
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    return value


def _labelled(value: object) -> object:
    """`k=v,k2=v2` as a dict."""
    if not isinstance(value, str):
        return value
    pairs = [part.partition("=") for part in _listed(value)]  # type: ignore[attr-defined]
    if any(not (key and separator) for key, separator, _ in pairs):
        raise ValueError(f"`{value}` must be a list of labels such as `app=traefik,tier=edge`")
    return {key: text for key, _, text in pairs}


def _some(value: tuple[str, ...]) -> tuple[str, ...]:
    if not value:
        raise ValueError("must name at least one")
    return value


Names = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_listed)]
Ports = Annotated[tuple[int, ...], NoDecode, BeforeValidator(_listed)]
Labels = Annotated[dict[str, str], NoDecode, BeforeValidator(_labelled)]
Networks = Annotated[tuple[IPv4Network | IPv6Network, ...], NoDecode, BeforeValidator(_listed)]
Port = Annotated[int, Field(ge=1, le=65535)]
Image = Annotated[str, Field(min_length=1)]
Engine = Literal["mongodb", "ferretdb"]


class Settings(BaseSettings):
    """Read from `BACKPACK_OPERATOR_*`; what has no default must be set."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="forbid")

    domain: str = Field(min_length=1)
    """Backpacks are served at `HOSTNAME.<domain>` and `HOSTNAME-api.<domain>`."""
    https_entry_points: Annotated[Names, AfterValidator(_some)] = ("websecure",)
    """Traefik's entry points for HTTPS."""
    http_entry_points: Annotated[Names, AfterValidator(_some)] = ("web",)
    """Traefik's entry points for plain HTTP."""
    public_https_port: Port | None = None
    """The port at which browsers find the HTTPS entry points, where it is not 443."""
    public_http_port: Port | None = None
    """The port at which browsers find the HTTP entry points, where it is not 80."""
    tls_mode: Literal["EntryPoint", "Resolver", "Disabled"] = "EntryPoint"
    """What a Backpack means by `Inherit`: the certificate is the HTTPS entry point's own,
    or one that a certificate resolver gets, or everything is plain HTTP."""
    tls_resolver: str | None = None
    """The certificate resolver of Traefik for Backpacks that name none."""
    tls_redirect: bool = True
    """Whether requests over HTTP for a backpack on HTTPS are redirected by a route of
    ours; not needed where Traefik's entry point redirects everything."""

    image_api: Image
    image_web: Image
    image_redis: Image
    image_ferretdb: Image
    image_mongodb: Image = "mongo:8.0"
    image_pull_policy: Literal["Always", "IfNotPresent", "Never"] = "IfNotPresent"
    api_version: str | None = None
    """Shown as `status.version`; by default the tag of `image_api`."""
    default_engine: Engine = "mongodb"
    storage_class: str | None = None
    """For volumes whose Backpack names none; by default the cluster's own."""

    namespace: str = Field(min_length=1)
    """The operator's own namespace, where hostname claims are kept."""
    watch_namespaces: Names = ()
    """Empty: Backpacks of all namespaces."""
    cluster_domain: str = "cluster.local"
    api_admin_url: str | None = None
    """Where the admin listener of every API is, instead of behind its Service: for an
    operator that runs outside the cluster. Without a final slash."""
    traefik_namespace: str = "traefik"
    traefik_pod_labels: Labels = {"app.kubernetes.io/name": "traefik"}
    traefik_addresses: Networks = ()
    """The networks that its pods have their addresses of: whoever connects from there is
    believed when it says whom it speaks for. Empty: nobody, so that the APIs know no
    client's address, and slow guessers down by account only."""
    traefik_https_address: Annotated[str, Field(pattern=r"^\S+:[0-9]+$")] | None = "traefik.traefik.svc:443"
    """`host:port` at which the operator finds its HTTPS entry point, to see which
    certificates its resolvers have got. None: it doesn't look."""
    monitoring_namespace: str = "monitoring"
    monitoring_pod_labels: Labels = {"app.kubernetes.io/name": "prometheus"}
    dashboard_namespace: str | None = None
    """By default the operator's own. With `watch_namespaces`, it must be that or one of them."""
    dashboard_deployment: str = "backpack-dashboard"
    """Its name there, for commands that are told."""
    admins_seconds: float = Field(default=5, gt=0)
    """How often the accounts of the dashboard are listed."""
    dashboard_pod_labels: Labels = {
        "app.kubernetes.io/name": "backpack",
        "app.kubernetes.io/component": "dashboard",
    }
    operator_pod_labels: Labels = {
        "app.kubernetes.io/name": "backpack",
        "app.kubernetes.io/component": "operator",
    }
    dns_namespace: str = "kube-system"
    dns_pod_labels: Labels = {"k8s-app": "kube-dns"}
    dns_ports: Ports = (53,)
    """The ports on which the DNS pods listen, which may differ from their Service's."""

    upgrade_max_unavailable: Annotated[str, Field(pattern=r"^([1-9][0-9]{0,4}|[1-9][0-9]?%|100%)$")] = "5%"
    """How many Backpacks at a time take what changes in their pods with the settings, such
    as a new image: a number, or a part of all that take part, rounded down but at least one."""
    upgrade_timeout_seconds: float = Field(default=600, gt=0)
    """Within this its pods must be ready then; else no other Backpack's turn comes."""

    workers: int = Field(default=8, ge=1, le=64)
    """How many Backpacks are reconciled at the same time."""
    resync_seconds: float = Field(default=600, ge=1)
    look_again_seconds: float = Field(default=20, gt=0)
    """How soon a Backpack is looked at again that waits for something which nobody tells
    the operator of: a Secret restored, a stranger's object removed. Where pods don't get
    ready, after half of it, and then ever later, up to three times as late."""
    key_announce_seconds: float = Field(default=90, ge=0)
    """How long a new signing key is known to the APIs before it signs, at least: a replica
    that missed the news looks for it once a minute."""
    key_patience_seconds: float = Field(default=900, ge=0)
    """How long it waits for an API which has not said that it trusts it."""
    key_overlap_seconds: float = Field(default=600, ge=0)
    """How long the former key is trusted after the new one signs: longer than a token counts
    and than the dashboard goes on with the keys that it has read."""
    certificate_retry_seconds: float = Field(default=900, ge=1)
    """How soon Traefik is asked to try again to get certificates; then ever more seldom."""
    rotation_drain_seconds: float = Field(default=40, ge=0)
    """How long the former passwords count after the API's pods were replaced: longer than
    the last of the former ones takes to end."""
    publishable_key_overlap_seconds: float = Field(default=7 * 24 * 3600, ge=0)
    """How long a former publishable key is accepted."""
    http_port: int = Field(default=8080, ge=0, le=65535)
    """Of the operator's own health checks and metrics."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"

    @field_validator(
        "public_https_port",
        "public_http_port",
        "tls_resolver",
        "traefik_https_address",
        "api_admin_url",
        "api_version",
        "storage_class",
        "dashboard_namespace",
        mode="before",
    )
    @classmethod
    def _empty_is_unset(cls, value: object) -> object:
        """A Helm value that is left empty arrives as the empty text."""
        return None if value == "" else value

    @property
    def dashboards_namespace(self) -> str:
        """Where accounts count, and no Backpack is accepted."""
        return self.dashboard_namespace or self.namespace

    @property
    def version(self) -> str:
        """What `status.version` says once `image_api` is rolled out."""
        if self.api_version:
            return self.api_version
        return tag(self.image_api)


def tag(image: str) -> str:
    """The tag of an image's reference."""
    name = image.partition("@")[0].rpartition("/")[2]
    return name.partition(":")[2] or "latest"
