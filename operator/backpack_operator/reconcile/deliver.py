"""Whether the API of a Backpack has to be brought its configuration: pure."""

from backpack_operator.model.backpack import Backpack
from backpack_operator.model.delivery import Delivery
from backpack_operator.reconcile.decide import Plan
from backpack_operator.reconcile.observed import Observed
from backpack_operator.settings import Settings
from backpack_operator.specs.addresses import admin_url


def due(backpack: Backpack, plan: Plan, observed: Observed, settings: Settings) -> Delivery | None:
    """The configuration to bring, or None: there is none, the API has it already, or no
    pod of it is ready. It counts as brought only once the API has said so: what a pod
    reads when it starts may be older."""
    document = plan.document
    if document is None or backpack.suspend:
        return None
    rollout = observed.rollout(backpack, "api")
    if backpack.status.configuration == document.digest or rollout is None or rollout.available == 0:
        return None
    return Delivery(admin_url(backpack, settings), backpack.uid, document.text, document.digest)
