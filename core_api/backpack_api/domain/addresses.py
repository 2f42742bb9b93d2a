"""Whose address a request comes from."""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

Network = IPv4Network | IPv6Network


def client_address(peer: str, forwarded: Sequence[str], trusted: Sequence[Network]) -> str | None:
    """The client's address; `forwarded` are the request's `X-Forwarded-For` headers.

    They are believed only from a trusted peer, and of them only the last entry: it
    is the one that the peer wrote, those before it are whatever the client sent.
    None without any trusted network: the peer is then most likely a proxy, which
    stands for everybody. None also where an address is none."""
    if not trusted:
        return None
    try:
        address = _parsed(peer)
        if not any(address in network for network in trusted) or not forwarded:
            return str(address)
        return str(_parsed(forwarded[-1].rpartition(",")[2].strip()))
    except ValueError:
        return None


def _parsed(text: str) -> IPv4Address | IPv6Address:
    """An IPv4 peer of a socket for both versions arrives as `::ffff:192.0.2.1`."""
    address = ip_address(text)
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address
