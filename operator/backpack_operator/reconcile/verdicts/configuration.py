"""Whether the running API works by the configuration of the Backpack, and what is no
longer declared in it."""

from backpack_operator.model import conditions as names
from backpack_operator.model import delivery
from backpack_operator.model.conditions import Told, Verdict, find
from backpack_operator.model.declared import Declared, released
from backpack_operator.reconcile.verdicts.found import SUSPENDED, WAITING, Found

NO_LONGER_DECLARED = "NoLongerDeclared"


def configured(found: Found) -> Verdict:
    backpack, wanted = found.backpack, found.plan.document
    if wanted is None:
        hold = found.plan.hold.type if found.plan.hold is not None else names.DEGRADED
        return Verdict(
            names.CONFIGURED, False, WAITING, f"The API's configuration is left alone: see {hold}."
        )
    if taken_digest(found) == wanted.digest:
        message = f"The API works by generation {backpack.generation} of this Backpack."
        return Verdict(names.CONFIGURED, True, "Taken", message)
    if backpack.suspend:
        message = "spec.suspend is true: the API takes its configuration when it is started again."
        return Verdict(names.CONFIGURED, False, SUSPENDED, message)
    if (told := undelivered(found)) is not None:
        return Verdict(names.CONFIGURED, False, *told)
    if found.report is not None:
        message = f"Generation {backpack.generation} of this Backpack is being sent to the API."
        return Verdict(names.CONFIGURED, False, "Sending", message)
    message = "The API takes its configuration once a pod of it is ready: see ApiReady."
    return Verdict(names.CONFIGURED, False, WAITING, message)


def taken_digest(found: Found) -> str | None:
    """The digest of the configuration that the API has taken last."""
    if found.report is not None and found.report.taken:
        return found.report.digest
    return found.backpack.status.configuration


def undelivered(found: Found) -> Told | None:
    """Why the API does not take its configuration."""
    report, backpack = found.report, found.backpack
    if report is None or report.reason is None:
        return None
    sentences = {
        delivery.UNREACHABLE: (
            f"The operator cannot reach the API's admin listener ({report.detail}), so that the API works by "
            "its former configuration. Check that the operator's pod may connect to it: DNS, and the "
            "NetworkPolicies of both namespaces. It is tried again by itself."
        ),
        delivery.UNAVAILABLE: (
            f"The API could not take its configuration ({report.detail}), and works by its former one. "
            "It is tried again by itself."
        ),
        delivery.KEY_NOT_TRUSTED: (
            "The running API does not trust the operator's signing key, which is newer than its pods, and "
            "works by its former configuration. Restart it: kubectl rollout restart "
            f"--namespace {backpack.namespace} deployment/{backpack.child('api')}"
        ),
        delivery.NEWER_IN_FORCE: (
            f"The API works by a configuration that is newer than this Backpack ({report.detail}). It may "
            "have been restored from a backup: change any field of it until its generation is the higher one."
        ),
        delivery.REFUSED: (
            f"The API refuses the configuration ({report.detail}), and works by its former one. Correct the "
            "field of this Backpack that the API names."
        ),
    }
    return report.reason, sentences[report.reason]


def collections_released(found: Found) -> Verdict | None:
    """What the last change of spec.collections took out: told until the next one."""
    before, now = found.backpack.status.collections, declared(found)
    if before == now:
        former = find(found.backpack.status.conditions, names.COLLECTIONS_RELEASED)
        if former is None:
            return None
        return Verdict(former.type, True, former.reason, former.message)
    sentences = released(before, now)
    if not sentences:
        return None
    return Verdict(names.COLLECTIONS_RELEASED, True, NO_LONGER_DECLARED, " ".join(sentences))


def declared(found: Found) -> tuple[Declared, ...]:
    """The collections as they are declared now, or as they were while nothing is changed."""
    if found.plan.document is None:
        return found.backpack.status.collections
    return tuple(Declared.of(collection) for collection in found.backpack.collections)
