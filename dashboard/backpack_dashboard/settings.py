"""The dashboard's settings: one typed object, read from the environment when the program
starts (the Helm values feed it), passed down from there."""

from ipaddress import IPv4Network, IPv6Network
from typing import Annotated, Literal
from urllib.parse import urlsplit

from kubernetes.utils.quantity import parse_quantity
from pydantic import BeforeValidator, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

PREFIX = "BACKPACK_DASHBOARD_"


class SettingsError(Exception):
    """The environment is not usable; names the variables."""


def _listed(value: object) -> object:
    """`a, b` as a tuple; the empty text is the empty tuple."""
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    return value


Names = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_listed)]
Networks = Annotated[tuple[IPv4Network | IPv6Network, ...], NoDecode, BeforeValidator(_listed)]


class Settings(BaseSettings):
    """Read from `BACKPACK_DASHBOARD_*`; what has no default must be set."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="ignore")

    public_url: str = Field(min_length=1)
    """Where browsers find the dashboard, `https://admin.example.com`: also the one origin
    that may send it anything."""
    domain: str = Field(min_length=1)
    """Backpacks are served at `HOSTNAME.<domain>`."""
    namespace: str = Field(min_length=1)
    """Its own namespace: where BackpackAdmins count, and where the signing keys are."""
    create_in: Annotated[Names, Field(min_length=1)] = ("apps",)
    """The namespaces in which backpacks may be created; the first is where a developer's are."""
    watch_namespaces: Names = ()
    """Empty: Backpacks of all namespaces are shown."""
    cluster_domain: str = "cluster.local"
    backpack_admin_url: str | None = None
    """Where every backpack's admin listener is, in place of its Service: for a dashboard
    that runs outside the cluster. `{name}` and `{namespace}` in it are replaced."""

    redis_host: str = Field(min_length=1)
    """`host` or `host:port`."""
    redis_password: SecretStr
    redis_database: int = Field(default=0, ge=0)

    registration: Literal["open", "closed"] = "closed"
    """`open`: whoever finds the sign-in page may make himself a developer's account."""
    backpacks_per_developer: int = Field(default=10, ge=0)
    """How many backpacks a developer may be an administrator of and still create another."""
    storage_per_developer: str = ""
    """What the volumes of a developer's backpacks may ask for before he creates another, as a
    quantity such as `20Gi`; empty: as much as they like."""
    session_hours: int = Field(default=12, ge=1)
    """How long an unused session lasts."""
    invitation_hours: int = Field(default=72, ge=1)
    setup_hours: int = Field(default=24, ge=1)
    password_min_length: int = Field(default=10, ge=8, le=128)
    password_memory_kib: int = Field(default=19456, ge=64)
    """argon2id memory of one hash. The default, with two rounds, is OWASP's first
    recommendation; less is only for tests."""
    password_rounds: int = Field(default=2, ge=1)

    trusted_proxies: Networks = ()
    """Whose `X-Forwarded-For` is believed. Without one no client's address is known, and
    sign-ins are throttled by account only."""
    bind: str = "0.0.0.0"  # noqa: S104  a pod's own network
    port: int = Field(default=8080, ge=0, le=65535)
    log_level: Literal["debug", "info", "warning", "error"] = "info"

    @field_validator("public_url")
    @classmethod
    def _is_an_origin(cls, value: str) -> str:
        parts = urlsplit(value.rstrip("/"))
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.path or parts.query:
            raise ValueError("must be an origin such as https://admin.example.com")
        return f"{parts.scheme}://{parts.netloc.lower()}"

    @field_validator("storage_per_developer")
    @classmethod
    def _is_a_quantity(cls, value: str) -> str:
        try:
            usable = not value or parse_quantity(value) >= 0  # type: ignore[no-untyped-call]
        except (ValueError, ArithmeticError):
            usable = False
        if not usable:
            raise ValueError("must be a quantity such as 20Gi, or empty")
        return value

    @property
    def secure(self) -> bool:
        """Whether browsers reach it over HTTPS. Only then is the session cookie `Secure`:
        over plain HTTP most browsers would drop such a one, `localhost` or not."""
        return self.public_url.startswith("https://")


def load_settings() -> Settings:
    """Read the environment. Raises `SettingsError` with the variables at fault."""
    try:
        return Settings()
    except ValidationError as error:
        faults = "; ".join(
            f"{PREFIX}{'_'.join(str(part) for part in fault['loc']).upper()}: {fault['msg']}"
            for fault in error.errors()
        )
        raise SettingsError(f"the environment is not usable: {faults}") from error
