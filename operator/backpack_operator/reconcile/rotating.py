"""Carries out the next step of a rotation: one write of the Secret."""

import logging

from backpack_operator.kube.client import KubeClient
from backpack_operator.logs import about
from backpack_operator.model.credentials import FreshPasswords
from backpack_operator.model.kinds import SECRET
from backpack_operator.reconcile.apply import write_secret
from backpack_operator.reconcile.rotate import next_change
from backpack_operator.reconcile.verdicts.found import Found
from backpack_operator.specs.credentials_secret import PART, credentials_secret

logger = logging.getLogger(__name__)


async def rotate(client: KubeClient, found: Found, fresh: FreshPasswords) -> bool:
    """Go one step on, where it is time; whether that was so. Only onto the Secret that was
    read: `Conflict` if it has changed."""
    change, backpack, observed = next_change(found, fresh), found.backpack, found.observed
    if change is None:
        return False
    body = credentials_secret(
        backpack,
        change.values,
        observed.recorded_volumes(backpack),
        observed.revision(backpack),
        change.rotations,
    )
    await write_secret(client, body, observed.child(backpack, SECRET, PART))
    extra = about(backpack.namespace, backpack.name)
    logger.info("the rotation of its credentials %s", change.says, extra=extra)
    return True
