"""The cluster's certificates."""

import ipaddress
import stat
from pathlib import Path

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from backpack_devcluster import pki

SERVER = pki.Request("server", "server", hosts=("127.0.0.1", "kubernetes.default"))
CLIENT = pki.Request("client", "ada", ("readers", "writers"))


def certificate(directory: Path, name: str) -> x509.Certificate:
    return x509.load_pem_x509_certificate((directory / f"{name}.crt").read_bytes())


def contents(directory: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in directory.iterdir()}


def test_a_client_is_its_common_name_and_its_groups_are_organizations(tmp_path: Path) -> None:
    pki.issue(tmp_path, [CLIENT])
    subject = certificate(tmp_path, "client").subject
    assert [it.value for it in subject.get_attributes_for_oid(NameOID.COMMON_NAME)] == ["ada"]
    groups = {it.value for it in subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)}
    assert groups == {"readers", "writers"}


def test_a_server_is_known_by_its_addresses_and_names(tmp_path: Path) -> None:
    pki.issue(tmp_path, [SERVER])
    extensions = certificate(tmp_path, "server").extensions
    names = extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.IPAddress) == [ipaddress.ip_address("127.0.0.1")]
    assert names.get_values_for_type(x509.DNSName) == ["kubernetes.default"]


def test_a_client_can_not_pose_as_a_server(tmp_path: Path) -> None:
    pki.issue(tmp_path, [CLIENT])
    usage = certificate(tmp_path, "client").extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    assert ExtendedKeyUsageOID.SERVER_AUTH not in usage.value


def test_what_was_issued_is_signed_by_the_authority_that_was_named(tmp_path: Path) -> None:
    pki.issue(tmp_path, [CLIENT, pki.Request("proxy", "proxy", authority="front-proxy-ca")])
    certificate(tmp_path, "client").verify_directly_issued_by(certificate(tmp_path, "ca"))
    certificate(tmp_path, "proxy").verify_directly_issued_by(certificate(tmp_path, "front-proxy-ca"))


def test_issuing_again_changes_nothing(tmp_path: Path) -> None:
    pki.issue(tmp_path, [SERVER, CLIENT])
    before = contents(tmp_path)
    pki.issue(tmp_path, [SERVER, CLIENT])
    assert contents(tmp_path) == before


def test_a_server_that_needs_another_address_gets_another_certificate(tmp_path: Path) -> None:
    pki.issue(tmp_path, [SERVER])
    before = contents(tmp_path)
    pki.issue(tmp_path, [pki.Request("server", "server", hosts=(*SERVER.hosts, "10.244.0.1"))])
    after = contents(tmp_path)
    assert {name for name in after if after[name] != before[name]} == {"server.crt", "server.key"}


def test_only_the_owner_reads_a_key(tmp_path: Path) -> None:
    pki.issue(tmp_path, [SERVER, CLIENT])
    modes = {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.glob("*.key")}
    assert modes == {0o600}
