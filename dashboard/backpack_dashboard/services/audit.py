"""What administrators do with accounts and backpacks, as lines of the dashboard's log. What they
do inside a backpack is in that one's own audit log."""

import logging

from backpack_dashboard.domain.admins import Admin
from backpack_dashboard.domain.backpacks import Backpack
from backpack_dashboard.logs import FIELDS

log = logging.getLogger(__name__)


def done(actor: Admin | None, action: str, target: Admin | Backpack | str = "", **more: object) -> None:
    """One line, once it is done. No actor: nobody who is known. Neither secrets nor e-mail
    addresses may be in `more`."""
    match target:
        case Admin():
            target = target.name
        case Backpack():
            target = f"{target.namespace}/{target.name}"
    fields = {"actor": actor.name if actor else "", "action": action, "target": target, **more}
    log.info("audit", extra={FIELDS: fields})
