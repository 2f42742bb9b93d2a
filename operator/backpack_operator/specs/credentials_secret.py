"""`<backpack>-credentials`: made once for each backpack, and it may outlive it."""

import base64
from collections.abc import Iterable, Mapping
from typing import Any

from backpack_operator.model.backpack import Backpack
from backpack_operator.model.revision import ANNOTATION as REVISION_ANNOTATION
from backpack_operator.model.revision import Revision
from backpack_operator.model.rotation import ANNOTATION as ROTATIONS_ANNOTATION
from backpack_operator.model.rotation import Rotations
from backpack_operator.specs.labels import retained

NO_ROTATIONS = Rotations()
PART = "credentials"

VOLUMES_ANNOTATION = "backpack.dev/volumes"
"""Which volumes have held data. It stands here because the Secret outlives both them
and the Backpack: what is named here and not there was lost."""


def credentials_secret(
    backpack: Backpack,
    values: Mapping[str, str],
    volumes: Iterable[str] = (),
    revision: Revision | None = None,
    rotations: Rotations = NO_ROTATIONS,
) -> dict[str, Any]:
    """`values`: the keys of `backpack_contract.credentials`, as text; `volumes`: the
    parts whose volumes have held data; `revision`: of the API's configuration;
    `rotations`: how far they are."""
    metadata = retained(backpack, PART)
    if revision is not None:
        metadata["annotations"][REVISION_ANNOTATION] = revision.to_text()
    if state := rotations.to_text():
        metadata["annotations"][ROTATIONS_ANNOTATION] = state
    if recorded := ",".join(sorted(volumes)):
        metadata["annotations"][VOLUMES_ANNOTATION] = recorded
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": metadata,
        "type": "Opaque",
        "data": {key: base64.b64encode(value.encode()).decode() for key, value in sorted(values.items())},
    }
