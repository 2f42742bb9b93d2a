"""What this process needs to know, as one typed object made at start."""

from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from backpack_contract import environment, ports
from backpack_contract.configuration import BackpackConfiguration, ConfigurationError
from backpack_contract.database import DATABASE


class SettingsError(Exception):
    """The environment or the configuration file is not usable; says which part."""


class Settings(BaseSettings):
    """The environment of the process. The names that the operator sets are those
    of `backpack_contract.environment`; the others have defaults that suit a pod."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", populate_by_name=True)

    config_file: Path = Field(validation_alias=environment.CONFIG_FILE)
    files_directory: Path = Field(validation_alias=environment.FILES_DIRECTORY)
    mongo_host: str = Field(validation_alias=environment.MONGO_HOST, min_length=1)
    """`host` or `host:port`."""
    mongo_username: str = Field(validation_alias=environment.MONGO_USERNAME)
    mongo_password: SecretStr = Field(validation_alias=environment.MONGO_PASSWORD)
    redis_host: str = Field(validation_alias=environment.REDIS_HOST, min_length=1)
    """`host` or `host:port`."""
    redis_password: SecretStr = Field(validation_alias=environment.REDIS_PASSWORD)
    publishable_key: SecretStr | None = Field(
        default=None, validation_alias=environment.PUBLISHABLE_KEY, min_length=1
    )
    """What `requireKey` asks for. It is no secret, but a log is no place for it."""
    trusted_proxies: tuple[IPv4Network | IPv6Network, ...] = Field(
        default=(), validation_alias=environment.TRUSTED_PROXIES
    )
    """A JSON array of networks whose `X-Forwarded-For` is believed. Without one no
    client's address is known, and logins are throttled by account only."""

    mongo_database: str = Field(default=DATABASE, validation_alias="BACKPACK_MONGO_DATABASE")
    redis_database: int = Field(default=0, ge=0, validation_alias="BACKPACK_REDIS_DATABASE")
    bind: str = Field(default="", validation_alias="BACKPACK_BIND")
    """The address both listeners bind to; empty: all, IPv4 and IPv6."""
    public_port: int = Field(
        default=ports.API_PUBLIC, ge=0, le=65535, validation_alias="BACKPACK_PUBLIC_PORT"
    )
    admin_port: int = Field(default=ports.API_ADMIN, ge=0, le=65535, validation_alias="BACKPACK_ADMIN_PORT")
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", validation_alias=environment.LOG_LEVEL
    )
    password_memory_kib: int = Field(default=19456, ge=64, validation_alias="BACKPACK_PASSWORD_MEMORY_KIB")
    """argon2id memory of one hash. The default, with two rounds, is OWASP's first
    recommendation; less is only for tests."""
    password_rounds: int = Field(default=2, ge=1, validation_alias="BACKPACK_PASSWORD_ROUNDS")
    janitor_seconds: float = Field(default=300.0, gt=0, validation_alias="BACKPACK_JANITOR_SECONDS")
    """About how often what crashes left on the volume is looked for."""
    upload_idle_seconds: float = Field(default=60.0, gt=0, validation_alias="BACKPACK_UPLOAD_IDLE_SECONDS")
    """How long an upload may bring nothing before it is given up."""
    unfinished_upload_seconds: float = Field(
        default=3600.0, gt=0, validation_alias="BACKPACK_UNFINISHED_UPLOAD_SECONDS"
    )
    """How long an upload that gets no more bytes may lie on the volume."""
    file_grace_seconds: float = Field(default=600.0, gt=0, validation_alias="BACKPACK_FILE_GRACE_SECONDS")
    """How long a file's content may lie on the volume without metadata: longer than it
    takes from the one to the other."""
    stream_bytes: int = Field(default=32 * 1024 * 1024, ge=1, validation_alias="BACKPACK_STREAM_BYTES")
    """Memory that the stream of events may take in the cache: how far back `since` reaches."""
    drain_seconds: float = Field(default=3.0, ge=0, validation_alias="BACKPACK_DRAIN_SECONDS")
    """From SIGTERM to closing the listeners: as long as it takes until every proxy
    has seen that this replica isn't ready."""
    grace_seconds: int = Field(default=20, ge=1, validation_alias="BACKPACK_GRACE_SECONDS")
    """How long requests that are under way may take after the listeners closed."""


def load_settings() -> Settings:
    """Read the environment. Raises `SettingsError` with the variables at fault."""
    try:
        return Settings()
    except ValidationError as error:
        faults = "; ".join(
            f"{'.'.join(str(part) for part in fault['loc'])}: {fault['msg']}" for fault in error.errors()
        )
        raise SettingsError(f"the environment is not usable: {faults}") from error


def load_configuration(path: Path) -> BackpackConfiguration:
    """Read the backpack's configuration file. Raises `SettingsError`."""
    try:
        return BackpackConfiguration.from_json(path.read_text(encoding="utf-8"))
    except (OSError, ConfigurationError) as error:
        raise SettingsError(f"{path}: {error}") from error
