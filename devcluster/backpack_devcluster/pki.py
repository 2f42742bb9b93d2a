"""The cluster's certificates: its own authority, one identity for each program.

Elliptic-curve keys (P-256), because a set of RSA keys takes as long as
everything else at a start together.
"""

import datetime
import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

_VALID = datetime.timedelta(days=3650)
_SKEW = datetime.timedelta(hours=1)


@dataclass(frozen=True)
class Request:
    """One certificate to be issued, into `<name>.crt` and `<name>.key`."""

    name: str
    user: str
    groups: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    """Names and addresses for a server; none for a client."""
    authority: str = "ca"


def client_requests(node: str) -> list[Request]:
    """Who speaks to the API server, by the names that Kubernetes' own roles expect."""
    return [
        Request("admin", "backpack-admin", ("system:masters",)),
        Request("controller-manager", "system:kube-controller-manager"),
        Request("scheduler", "system:kube-scheduler"),
        Request("kube-proxy", "system:kube-proxy"),
        Request("kubelet", f"system:node:{node}", ("system:nodes",)),
        Request("provisioner", "backpack-provisioner"),
        Request("apiserver-kubelet-client", "apiserver-kubelet-client"),
        Request("front-proxy-client", "front-proxy-client", authority="front-proxy-ca"),
    ]


def issue(directory: Path, requests: Sequence[Request]) -> None:
    """Make what is missing in `directory`: authorities, certificates, the service accounts' key.

    A certificate that exists is kept, unless it lacks one of the hosts that are asked for.
    """
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    for authority in ("ca", "front-proxy-ca"):
        if not _certificate_path(directory, authority).exists():
            key = ec.generate_private_key(ec.SECP256R1())
            _write(directory, authority, key, _authority(f"backpack-{authority}", key))
    if not (directory / "service-accounts.key").exists():
        key = ec.generate_private_key(ec.SECP256R1())
        (directory / "service-accounts.pub").write_bytes(
            key.public_key().public_bytes(
                serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
            )
        )
        _write_key(directory / "service-accounts.key", key)
    for request in requests:
        if not _suits(directory, request):
            key = ec.generate_private_key(ec.SECP256R1())
            _write(directory, request.name, key, _issued(directory, request, key))


def _certificate_path(directory: Path, name: str) -> Path:
    return directory / f"{name}.crt"


def _suits(directory: Path, request: Request) -> bool:
    path = _certificate_path(directory, request.name)
    if not path.exists():
        return False
    certificate = x509.load_pem_x509_certificate(path.read_bytes())
    if not request.hosts:
        return certificate.subject == _subject(request)
    present = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return set(_names(request.hosts)) <= set(present)


def _names(hosts: Sequence[str]) -> list[x509.GeneralName]:
    names: list[x509.GeneralName] = []
    for host in hosts:
        try:
            names.append(x509.IPAddress(ipaddress.ip_address(host)))
        except ValueError:
            names.append(x509.DNSName(host))
    return names


def _subject(request: Request) -> x509.Name:
    return x509.Name(
        [
            *(x509.NameAttribute(NameOID.ORGANIZATION_NAME, group) for group in request.groups),
            x509.NameAttribute(NameOID.COMMON_NAME, request.user),
        ]
    )


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey
) -> x509.CertificateBuilder:
    now = datetime.datetime.now(datetime.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _SKEW)
        .not_valid_after(now + _VALID)
    )


def _authority(name: str, key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    usage = x509.KeyUsage(
        digital_signature=True,
        key_cert_sign=True,
        crl_sign=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
    return (
        _builder(subject, subject, key)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )


def _issued(directory: Path, request: Request, key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    authority = x509.load_pem_x509_certificate(_certificate_path(directory, request.authority).read_bytes())
    authority_key = serialization.load_pem_private_key(
        (directory / f"{request.authority}.key").read_bytes(), password=None
    )
    assert isinstance(authority_key, ec.EllipticCurvePrivateKey)  # noqa: S101  it was written here
    usages = [ExtendedKeyUsageOID.CLIENT_AUTH]
    builder = _builder(_subject(request), authority.subject, key).add_extension(
        x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key()), critical=False
    )
    if request.hosts:
        usages.append(ExtendedKeyUsageOID.SERVER_AUTH)
        builder = builder.add_extension(x509.SubjectAlternativeName(_names(request.hosts)), critical=False)
    return builder.add_extension(x509.ExtendedKeyUsage(usages), critical=False).sign(
        authority_key, hashes.SHA256()
    )


def _write(
    directory: Path, name: str, key: ec.EllipticCurvePrivateKey, certificate: x509.Certificate
) -> None:
    # The certificate last and in one step: where it exists, its key does.
    _write_key(directory / f"{name}.key", key)
    draft = directory / f".{name}.crt"
    draft.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    draft.rename(_certificate_path(directory, name))


def _write_key(path: Path, key: ec.EllipticCurvePrivateKey) -> None:
    path.touch(mode=0o600)
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
