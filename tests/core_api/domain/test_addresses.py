"""`X-Forwarded-For` is believed only from who is trusted, and only his own entry."""

from ipaddress import ip_network

import pytest

from backpack_api.domain.addresses import client_address

TRUSTED = (ip_network("10.244.0.0/16"), ip_network("fd00::/8"))


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("203.0.113.9", [], "203.0.113.9"),
        ("203.0.113.9", ["198.51.100.1"], "203.0.113.9"),
        ("10.244.0.5", ["198.51.100.1"], "198.51.100.1"),
        ("::ffff:10.244.0.5", ["198.51.100.1"], "198.51.100.1"),
        ("fd00::5", ["2001:db8::1"], "2001:db8::1"),
        ("10.244.0.5", ["1.1.1.1, 2.2.2.2,198.51.100.1"], "198.51.100.1"),
        ("10.244.0.5", ["1.1.1.1", "198.51.100.1"], "198.51.100.1"),
        ("10.244.0.5", [], "10.244.0.5"),
        ("10.244.0.5", ["unknown"], None),
        ("10.244.0.5", [""], None),
        ("", ["198.51.100.1"], None),
    ],
)
def test_the_address_of_a_client(peer: str, forwarded: list[str], client: str | None) -> None:
    assert client_address(peer, forwarded, TRUSTED) == client


def test_without_trusted_networks_nobody_is_known() -> None:
    assert client_address("203.0.113.9", ["198.51.100.1"], ()) is None
