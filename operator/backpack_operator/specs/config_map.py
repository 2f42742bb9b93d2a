"""`<backpack>-config`: what the API must know about its backpack. It reads the file when
it starts; what changes later is also sent to it (see `reconcile.deliveries`)."""

from collections.abc import Sequence
from typing import Any

from backpack_contract.configuration import AdminKey, BackpackConfiguration
from backpack_operator.model.backpack import Backpack
from backpack_operator.model.tls import effective_tls
from backpack_operator.settings import Settings
from backpack_operator.specs.addresses import backpack_hosts
from backpack_operator.specs.labels import owned

PART = "config"
FILE = "config.json"


def configuration(
    backpack: Backpack,
    settings: Settings,
    admin_keys: Sequence[AdminKey],
    publishable_keys: Sequence[str] = (),
) -> BackpackConfiguration:
    """`admin_keys`: the public keys that tokens of the admin listener may be signed with;
    `publishable_keys`: during a rotation, those that calls may have."""
    places = backpack_hosts(backpack, settings)
    return BackpackConfiguration(
        name=backpack.name,
        namespace=backpack.namespace,
        uid=backpack.uid,
        generation=backpack.generation,
        site_origin=places.site_origin,
        api_origin=places.api_origin,
        secure_cookies=effective_tls(backpack, settings).on,
        allowed_origins=backpack.api.allowed_origins,
        require_key=backpack.api.require_key,
        publishable_keys=tuple(publishable_keys),
        create_collections=backpack.api.create_collections,
        registration=backpack.auth.registration,
        session_ttl_seconds=backpack.auth.session_ttl_seconds,
        password_min_length=backpack.auth.password_min_length,
        quota_per_user=backpack.files.quota_per_user,
        max_file_size=backpack.files.max_file_size,
        spa=backpack.web.spa,
        keep_releases=backpack.web.keep_releases,
        admin_keys=tuple(admin_keys),
        collections=backpack.collections,
    )


def config_map(backpack: Backpack, text: str) -> dict[str, Any]:
    """`text`: the configuration as JSON."""
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": owned(backpack, PART),
        "data": {FILE: text},
    }
