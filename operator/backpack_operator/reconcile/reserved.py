"""A Backpack in the dashboard's own namespace: whoever could make pods there could have them
read the accounts' Secrets and the signing key, so that none is accepted."""

from dataclasses import replace

from backpack_operator.model import conditions as names
from backpack_operator.model.backpack import Backpack
from backpack_operator.model.conditions import Verdict, timed
from backpack_operator.model.status import Status

NAMESPACE_RESERVED = "NamespaceReserved"


def reserved(backpack: Backpack, now: str) -> Status:
    """The status that says so; what was made before, if anything, is left alone."""
    message = (
        f"The namespace {backpack.namespace} is the dashboard's, and no Backpack is accepted in it: nothing "
        "is made. Delete this one, and create it in another namespace."
    )
    verdict = Verdict(names.READY, False, NAMESPACE_RESERVED, message)
    (told,) = timed([verdict], backpack.status.conditions, backpack.generation, now)
    others = [one for one in backpack.status.conditions if one.type != names.READY]
    return replace(backpack.status, observed_generation=backpack.generation, conditions=(told, *others))
