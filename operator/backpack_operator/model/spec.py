"""The parts of a Backpack's spec, typed, one for each object of the schema.

The API server has validated and defaulted what arrives here; the defaults are
repeated because an object may have been stored under an older schema. A test
compares them with the schema's.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, cast

from backpack_contract.configuration import DeclaredCollection, DeclaredIndex, DeclaredRules
from backpack_operator.model.durations import whole_seconds
from backpack_operator.model.quantities import whole_bytes

Section = Mapping[str, Any]

READ_WRITE_ONCE = "ReadWriteOnce"

CertificateSource = Literal["Inherit", "Resolver", "Secret", "Disabled"]


@dataclass(frozen=True, slots=True)
class Resources:
    """What the user wrote over the defaults: resource name -> quantity."""

    requests: Mapping[str, str]
    limits: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Storage:
    """One volume as asked for; `size` is a quantity as written."""

    size: str
    access_mode: str = READ_WRITE_ONCE
    storage_class: str | None = None


@dataclass(frozen=True, slots=True)
class Api:
    replicas: int
    resources: Resources
    require_key: bool
    create_collections: Literal["user", "none"]
    allowed_origins: tuple[str, ...]
    log_level: str


@dataclass(frozen=True, slots=True)
class Database:
    engine: str | None
    """None: the operator's default, when the Backpack is first seen."""
    storage: Storage
    resources: Resources


@dataclass(frozen=True, slots=True)
class Cache:
    storage: Storage
    resources: Resources


@dataclass(frozen=True, slots=True)
class Files:
    """Sizes in bytes."""

    storage: Storage
    quota_per_user: int
    max_file_size: int


@dataclass(frozen=True, slots=True)
class Web:
    replicas: int
    resources: Resources
    spa: bool
    keep_releases: int


@dataclass(frozen=True, slots=True)
class Auth:
    registration: Literal["open", "closed"]
    session_ttl_seconds: int
    password_min_length: int


@dataclass(frozen=True, slots=True)
class Tls:
    """As asked for; what it comes to is in `model.tls`."""

    mode: CertificateSource
    secret_name: str | None
    resolver: str | None


@dataclass(frozen=True, slots=True)
class Placement:
    """Where the pods of a component may run, in the pod's own words."""

    node_selector: Mapping[str, str]
    tolerations: tuple[Section, ...]


def section(value: Section, name: str) -> Section:
    return value.get(name) or {}


def api(spec: Section) -> Api:
    written = section(spec, "api")
    return Api(
        replicas=written.get("replicas", 1),
        resources=_resources(written),
        require_key=written.get("requireKey", False),
        create_collections=written.get("createCollections", "user"),
        allowed_origins=tuple(written.get("allowedOrigins") or ()),
        log_level=written.get("logLevel", "info"),
    )


def database(spec: Section) -> Database:
    written = section(spec, "database")
    return Database(written.get("engine"), _storage(written, "1Gi"), _resources(written))


def cache(spec: Section) -> Cache:
    written = section(spec, "cache")
    return Cache(_storage(written, "256Mi"), _resources(written))


def files(spec: Section) -> Files:
    written = section(spec, "files")
    return Files(
        storage=_storage(written, "1Gi"),
        quota_per_user=whole_bytes(written.get("quotaPerUser", "100Mi")),
        max_file_size=whole_bytes(written.get("maxFileSize", "50Mi")),
    )


def web(spec: Section) -> Web:
    written = section(spec, "web")
    return Web(
        replicas=written.get("replicas", 1),
        resources=_resources(written),
        spa=written.get("spa", True),
        keep_releases=written.get("keepReleases", 5),
    )


def auth(spec: Section) -> Auth:
    written = section(spec, "auth")
    return Auth(
        registration=written.get("registration", "open"),
        session_ttl_seconds=whole_seconds(written.get("sessionTTL", "168h")),
        password_min_length=section(written, "password").get("minLength", 10),
    )


def tls(spec: Section) -> Tls:
    written = section(spec, "tls")
    mode = cast(CertificateSource, written.get("mode", "Inherit"))
    return Tls(mode, written.get("secretName"), written.get("resolver"))


def collections(spec: Section) -> tuple[DeclaredCollection, ...]:
    """In the order in which they are written."""
    return tuple(
        DeclaredCollection(
            name=written["name"],
            indexes=tuple(
                DeclaredIndex(keys=tuple(index["keys"]), unique=index.get("unique", False))
                for index in written.get("indexes") or ()
            ),
            schema=written.get("schema"),
            rules=DeclaredRules(**section(written, "rules")),
        )
        for written in spec.get("collections") or ()
    )


def image_pull_secrets(spec: Section) -> tuple[str, ...]:
    return tuple(written["name"] for written in spec.get("imagePullSecrets") or ())


def scheduling(spec: Section) -> Mapping[str, Placement]:
    """Component -> where its pods may run, of those that say so."""
    return {
        component: Placement(section(written, "nodeSelector"), tuple(written.get("tolerations") or ()))
        for component, written in section(spec, "scheduling").items()
    }


def _resources(component: Section) -> Resources:
    written = section(component, "resources")
    return Resources(
        requests={name: str(text) for name, text in section(written, "requests").items()},
        limits={name: str(text) for name, text in section(written, "limits").items()},
    )


def _storage(component: Section, size: str) -> Storage:
    written = section(component, "storage")
    return Storage(
        size=written.get("size", size),
        access_mode=written.get("accessMode", READ_WRITE_ONCE),
        storage_class=written.get("storageClassName"),
    )
