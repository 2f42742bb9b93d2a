"""Certificates as a Secret holds them or a server shows them: which hosts one is for, and
when. Whether browsers trust who issued it can't be known here."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
)

CERTIFICATE, KEY = "tls.crt", "tls.key"
"""The keys of a Secret of the type kubernetes.io/tls."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """`hosts` may have wildcards; the times are in UTC."""

    hosts: tuple[str, ...]
    begins: datetime
    ends: datetime

    @classmethod
    def of(cls, certificate: x509.Certificate) -> "Certificate":
        """Raises `ValueError` where its extensions can't be read."""
        begins, ends = certificate.not_valid_before_utc, certificate.not_valid_after_utc
        try:
            names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
        except x509.ExtensionNotFound:
            # Browsers no longer look at the subject.
            return cls((), begins, ends)
        return cls(tuple(names.value.get_values_for_type(x509.DNSName)), begins, ends)

    def covers(self, host: str) -> bool:
        """A wildcard stands for exactly one label, the first."""
        wildcard = f"*.{host.partition('.')[2]}"
        return any(name.lower() in (host, wildcard) for name in self.hosts)


@dataclass(frozen=True, slots=True)
class Flaw:
    """Why what a Secret holds is no certificate with its key: the end of a sentence that
    begins with the Secret."""

    text: str


def of_secret(data: Mapping[str, bytes]) -> Certificate | Flaw:
    """What the decoded `data` of a Secret amounts to. Nothing of the key is kept."""
    if lacking := [name for name in (CERTIFICATE, KEY) if not data.get(name)]:
        return Flaw(f"lacks {' and '.join(lacking)}")
    try:
        certificate = x509.load_pem_x509_certificate(data[CERTIFICATE])
        result = Certificate.of(certificate)
        public = certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    except (ValueError, UnsupportedAlgorithm):
        return Flaw(f"has no certificate in PEM form in {CERTIFICATE}")
    try:
        # Whether the key is a sound one takes a while to find out, and isn't asked here.
        private = load_pem_private_key(data[KEY], None, unsafe_skip_rsa_key_validation=True)
    except TypeError:
        return Flaw(f"has an encrypted key in {KEY}, which Traefik can't read")
    except (ValueError, UnsupportedAlgorithm):
        return Flaw(f"has no private key in PEM form in {KEY}")
    if private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo) != public:
        return Flaw(f"has in {KEY} the key of another certificate than the one in {CERTIFICATE}")
    return result


@dataclass(frozen=True, slots=True)
class Sight:
    """What an HTTPS entry point shows for each of `hosts`, in their order: None where it
    has none. `unseen`: why it could not be looked at; `shown` is then empty."""

    hosts: tuple[str, ...]
    shown: tuple[Certificate | None, ...] = ()
    unseen: str | None = None

    @property
    def uncovered(self) -> tuple[str, ...]:
        """The hosts for which none of theirs is shown."""
        return tuple(host for host, one in self._pairs() if one is None or not one.covers(host))

    def ended(self, now: datetime) -> datetime | None:
        """When the first of the certificates expired, if one has."""
        ends = [one.ends for _, one in self._pairs() if one is not None and one.ends <= now]
        return min(ends, default=None)

    def good(self, now: datetime) -> bool:
        """Whether each host has a certificate of its own, and a valid one."""
        return self.unseen is None and not self.uncovered and self.ended(now) is None

    def _pairs(self) -> Iterator[tuple[str, Certificate | None]]:
        return zip(self.hosts, self.shown, strict=False)
