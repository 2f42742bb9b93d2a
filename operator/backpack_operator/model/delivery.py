"""A configuration on its way to a running API, and what became of it."""

from dataclasses import dataclass, field

from backpack_contract.configuration import BackpackConfiguration
from backpack_operator.errors import NotDelivered
from backpack_operator.model.digests import digest
from backpack_operator.model.revision import Revision, numbered

UNREACHABLE = "ApiUnreachable"
UNAVAILABLE = "ApiUnavailable"
KEY_NOT_TRUSTED = "KeyNotTrusted"
NEWER_IN_FORCE = "NewerInForce"
REFUSED = "ConfigurationRefused"

STORES_NOT_READY = "StoresNotReady"
API_TOO_OLD = "ApiTooOld"

CONFIGURATION = "/admin/config"

_REASONS = {
    400: REFUSED,
    401: KEY_NOT_TRUSTED,
    403: KEY_NOT_TRUSTED,
    409: NEWER_IN_FORCE,
    413: REFUSED,
    422: REFUSED,
}
_REASONS_OF_ROTATIONS = {
    401: KEY_NOT_TRUSTED,
    403: KEY_NOT_TRUSTED,
    404: API_TOO_OLD,
    405: API_TOO_OLD,
    409: STORES_NOT_READY,
}

PATIENCE = 4
"""Failures in a row before they are told of: an API that has just become ready is not
reachable at every moment."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """`url`: of the API's admin listener; `audience`: the UID of the Backpack; `text`: the
    body as JSON, which is shown nowhere, and its digest; `path`: where it is put."""

    url: str
    audience: str
    text: str = field(repr=False)
    digest: str
    path: str = CONFIGURATION


@dataclass(frozen=True, slots=True)
class Document:
    """A configuration, as JSON and with the digest of that: made once for each reconcile,
    since many schemas take their time."""

    configuration: BackpackConfiguration
    revision: Revision
    text: str
    digest: str

    @classmethod
    def of(
        cls, configuration: BackpackConfiguration, last: Revision | None = None, in_force: int = 0
    ) -> "Document":
        """With its revision: see `numbered`."""
        with_number, revision = numbered(configuration, last, in_force)
        text = with_number.to_json()
        return cls(with_number, revision, text, digest(text))


@dataclass(frozen=True, slots=True)
class Report:
    """What became of the delivery with this digest: it was taken, or a reason and the
    API's own words say why not; neither, while it is under way."""

    digest: str
    taken: bool = False
    reason: str | None = None
    detail: str = ""
    in_force: int = 0
    """The revision of a newer configuration that the API has named, or 0."""


def failure(delivery: Delivery, error: NotDelivered, times: int) -> Report:
    """`times`: how often it has failed in a row. The same failure is an equal report."""
    if error.in_force:
        # To be sent once more, with a higher revision.
        return Report(delivery.digest, in_force=error.in_force)
    if error.status is None:
        reason, detail = UNREACHABLE, f"{delivery.url}: {error.detail}"
    else:
        reasons = _REASONS if delivery.path == CONFIGURATION else _REASONS_OF_ROTATIONS
        reason, detail = reasons.get(error.status, UNAVAILABLE), f"{error.status}, {error.detail}"
    if reason in (UNREACHABLE, UNAVAILABLE) and times < PATIENCE:
        return Report(delivery.digest)
    return Report(delivery.digest, reason=reason, detail=detail.rstrip("."), in_force=error.in_force)
