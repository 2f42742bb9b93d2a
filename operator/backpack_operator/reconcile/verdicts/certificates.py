"""Whether browsers get a certificate for the backpack's hosts that is theirs and valid now.
Until they do, Traefik answers with its default certificate, or with one they refuse."""

from datetime import datetime

from backpack_operator.model import conditions as names
from backpack_operator.model.certificates import Certificate, Flaw
from backpack_operator.model.conditions import Condition, Told, find
from backpack_operator.model.tls import effective_tls
from backpack_operator.reconcile.verdicts.found import Found
from backpack_operator.specs.addresses import backpack_hosts

CERTIFICATE_MISSING = "CertificateMissing"
CERTIFICATE_INVALID = "CertificateInvalid"
CERTIFICATE_EXPIRED = "CertificateExpired"
CERTIFICATE_PENDING = "CertificatePending"
CERTIFICATE_NOT_RENEWED = "CertificateNotRenewed"
RESOLVER_MISSING = "ResolverMissing"

CERTIFICATE_TROUBLES = frozenset({CERTIFICATE_MISSING, CERTIFICATE_INVALID, CERTIFICATE_EXPIRED})
"""What ends when somebody changes a Secret, or makes it, of which nobody tells the operator."""


def certificate_trouble(found: Found) -> Told | None:
    tls = effective_tls(found.backpack, found.settings)
    if tls.source == "Resolver" and tls.resolver is None:
        return (
            RESOLVER_MISSING,
            "spec.tls.mode is Resolver, but no certificate resolver is named: set spec.tls.resolver to one "
            "of Traefik's configuration, or have the operator's setting name one for all Backpacks.",
        )
    if tls.secret_name is not None:
        return _secret_trouble(found, tls.secret_name)
    return _shown_trouble(found, str(tls.resolver)) if found.looked_at else None


def unseen(found: Found) -> str:
    """A sentence where nobody knows which certificate is shown, else nothing."""
    if found.sight is None or found.sight.unseen is None:
        return ""
    return (
        f" Which certificate it shows is not known: {found.settings.traefik_https_address}, the operator's "
        f"setting for Traefik's HTTPS entry point, can't be reached ({found.sight.unseen})."
    )


def _shown_trouble(found: Found, resolver: str) -> Told | None:
    """What Traefik's certificate resolver has not done, by what Traefik shows."""
    sight, settings = found.sight, found.settings
    if sight is None and (known := _known(found)) is not None:
        return None if known.status == "True" else (known.reason, known.message)
    labels = ",".join(f"{key}={value}" for key, value in sorted(settings.traefik_pod_labels.items()))
    log = (
        f"kubectl logs --namespace {settings.traefik_namespace} --selector {labels} --tail=-1 | grep -i acme"
    )
    if sight is None or sight.uncovered:
        places = backpack_hosts(found.backpack, settings)
        hosts = sight.uncovered if sight is not None else (places.site, places.api)
        return (
            CERTIFICATE_PENDING,
            f"Traefik shows no certificate for {' and '.join(hosts)} yet: its resolver `{resolver}` has to "
            "get one, which takes seconds when all is well. If none comes: see that the resolver is in "
            "Traefik's static configuration, and that both names lead here from the internet; what the "
            f"certificate authority says is in Traefik's log: {log}. The operator has Traefik try again "
            f"after {settings.certificate_retry_seconds / 60:.0f} minutes, then ever more seldom; a restart "
            "of Traefik does so at once.",
        )
    if (ended := sight.ended(found.now)) is not None:
        return (
            CERTIFICATE_NOT_RENEWED,
            f"The certificate that Traefik shows has expired on {_moment(ended)}: its resolver `{resolver}` "
            f"could not renew it, and tries each day. Why is in Traefik's log: {log}",
        )
    return None


def _known(found: Found) -> Condition | None:
    """What the status says, which counts until something is seen: the operator may just
    have started. Not of a former generation, whose hosts may have been others."""
    former = find(found.backpack.status.conditions, names.ROUTE_READY)
    if former is None or former.observed_generation != found.backpack.generation:
        return None
    seen = former.status == "True" or former.reason in (CERTIFICATE_PENDING, CERTIFICATE_NOT_RENEWED)
    return former if seen else None


def _secret_trouble(found: Found, name: str) -> Told | None:
    certificate, namespace = found.observed.certificate, found.backpack.namespace
    places = backpack_hosts(found.backpack, found.settings)
    make = f"kubectl create secret tls {name} --namespace {namespace} --cert=FILE --key=FILE"
    if certificate is None:
        return (
            CERTIFICATE_MISSING,
            f"The Secret {name} that spec.tls names is not in this namespace, and browsers get Traefik's "
            f"default certificate. Make it: {make}",
        )
    mend = (
        f"Put one into it that is valid for {places.site} and {places.api}, with its key: {make} "
        "--dry-run=client -o yaml | kubectl apply -f -"
    )
    if isinstance(certificate, Flaw):
        return (
            CERTIFICATE_INVALID,
            f"The Secret {name} that spec.tls names {certificate.text}, and browsers get Traefik's default "
            f"certificate. {mend}",
        )
    if (unfit := _unfit(certificate, (places.site, places.api), found.now)) is None:
        return None
    reason, text = unfit
    return reason, f"The certificate in the Secret {name} {text}, and browsers refuse it. {mend}"


def _unfit(certificate: Certificate, hosts: tuple[str, ...], now: datetime) -> Told | None:
    """Why a certificate is not one for these hosts now: a reason and the end of a sentence."""
    if lacking := [host for host in hosts if not certificate.covers(host)]:
        named = ", ".join(certificate.hosts[:10]) or "no host"
        return CERTIFICATE_INVALID, f"is for {named}, and not for {' and '.join(lacking)}"
    if now < certificate.begins:
        return CERTIFICATE_INVALID, f"is valid only from {_moment(certificate.begins)}"
    if now >= certificate.ends:
        return CERTIFICATE_EXPIRED, f"has expired on {_moment(certificate.ends)}"
    return None


def _moment(time: datetime) -> str:
    return f"{time:%Y-%m-%d at %H:%M UTC}"
