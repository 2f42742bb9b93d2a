"""What a Secret holds, read as Traefik reads it."""

from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, NoEncryption, PrivateFormat

from backpack_operator.model.certificates import Certificate, Flaw, of_secret
from support.certificates import DAY, Authority, PrivateKey

HOSTS = ("todo.example.com", "*.apps.example.com")


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority.make()


def secret(certificate: str, key: str) -> dict[str, bytes]:
    return {"tls.crt": certificate.encode(), "tls.key": key.encode()}


@pytest.mark.parametrize(
    "key",
    [
        ec.generate_private_key(ec.SECP384R1()),
        rsa.generate_private_key(65537, 2048),
        ed25519.Ed25519PrivateKey.generate(),
    ],
    ids=lambda key: type(key).__name__,
)
@pytest.mark.parametrize("form", [PrivateFormat.PKCS8, PrivateFormat.TraditionalOpenSSL])
def test_a_chain_with_its_key_is_a_certificate(
    authority: Authority, key: PrivateKey, form: PrivateFormat
) -> None:
    if isinstance(key, ed25519.Ed25519PrivateKey):
        form = PrivateFormat.PKCS8
    pair = authority.issue(*HOSTS, key=key)
    # As `openssl x509 -text` and `openssl ecparam -genkey` write it.
    before = "Certificate:\n    Data: words\n"
    parameters = "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n"
    text = key.private_bytes(serialization.Encoding.PEM, form, NoEncryption()).decode()
    found = of_secret(secret(before + pair.certificate + authority.pem, parameters + text))
    assert isinstance(found, Certificate)
    assert found.hosts == HOSTS
    now = datetime.now(UTC)
    assert found.begins < now < found.ends < now + 2 * DAY


def test_what_is_missing_is_named(authority: Authority) -> None:
    pair = authority.issue(*HOSTS)
    assert of_secret({}) == Flaw("lacks tls.crt and tls.key")
    assert of_secret({"tls.crt": pair.certificate.encode(), "tls.key": b""}) == Flaw("lacks tls.key")


def test_what_is_not_pem_is_named(authority: Authority) -> None:
    pair = authority.issue(*HOSTS)
    assert "no certificate" in flaw("a certificate", pair.key)
    assert "no certificate" in flaw(pair.key, pair.key)
    assert "no certificate" in flaw(pair.certificate[:100] + "????" + pair.certificate[104:], pair.key)
    assert "no private key" in flaw(pair.certificate, "a key")
    assert "no private key" in flaw(pair.certificate, pair.certificate)


def test_a_key_that_traefik_cannot_use_is_named(authority: Authority) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    pair = authority.issue(*HOSTS, key=key)
    encrypted = key.private_bytes(
        serialization.Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"secret")
    )
    assert "encrypted key" in flaw(pair.certificate, encrypted.decode())
    assert "key of another certificate" in flaw(pair.certificate, authority.issue(*HOSTS).key)


def flaw(certificate: str, key: str) -> str:
    found = of_secret(secret(certificate, key))
    assert isinstance(found, Flaw)
    return found.text


def test_a_wildcard_stands_for_one_label() -> None:
    now = datetime.now(UTC)
    found = Certificate(HOSTS, now, now + timedelta(days=1))
    assert found.covers("todo.example.com")
    assert found.covers("todo.apps.example.com")
    assert not found.covers("apps.example.com")
    assert not found.covers("a.todo.apps.example.com")
    assert not found.covers("other.example.com")


def test_a_certificate_without_names_is_for_no_host(authority: Authority) -> None:
    pair = authority.issue()
    found = of_secret(secret(pair.certificate, pair.key))
    assert isinstance(found, Certificate)
    assert found.hosts == ()
