"""Certificates as a Secret holds them or a server shows them: which hosts one is for, and
when. Whether browsers trust who issued it can't be known here."""

from collections.abc import Mapping
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
