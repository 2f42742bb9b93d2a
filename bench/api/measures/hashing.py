"""What one verification of a password costs by itself, so that sign-ins are compared
for what they add to it."""

import time

from backpack_api.services.passwords import PasswordService
from bench.api import load
from bench.api.peers.backpack import Backpack
from bench.api.peers.parse import Parse
from bench.api.peers.peer import PASSWORD, Peer
from bench.api.peers.pocketbase import PocketBase
from bench.api.report import Table, ratio
from bench.api.stage import Stage

TIMES = 20
SECONDS = 4.0


def table(stage: Stage) -> Table:
    """One client that signs in again and again, beside the hash alone."""
    rows = []
    added: dict[str, float] = {}
    for peer in stage.peers:
        alone = hash_seconds(peer) * 1000
        found = load.run(
            peer.host, peer.headers, [peer.login()], seconds=max(2, stage.options.seconds / 2), connections=1
        )
        # Where it adds less than the noise of either.
        added[peer.name] = max(0.1, found.least - alone)
        rows.append(
            [
                peer.name,
                peer.hashing,
                f"{alone:.1f}",
                f"{found.least:.1f}",
                f"{added[peer.name]:+.1f}",
                f"**{ratio(added[stage.peers[0].name], added[peer.name])}**",
            ]
        )
    return Table(
        "hash",
        "Signing in, one client after another: the least milliseconds of many",
        ["", "hash", "hash alone", "sign in", "added", "ours of theirs"],
        rows,
        "PocketBase's and Parse's hash at their fixed cost, ours at its default; each measured by the very "
        "code that the server uses. What signing in adds to it compares the servers at the same hash cost.",
    )


def hash_seconds(peer: Peer) -> float:
    """The least time that the server's own code takes to verify a password: what the machine
    does besides makes some take longer, and none shorter."""
    if isinstance(peer, PocketBase | Parse):
        return peer.hash_seconds()
    assert isinstance(peer, Backpack)
    context = PasswordService(memory_kib=19456, rounds=2)._context
    kept = context.hash(PASSWORD)
    took = []
    for _ in range(TIMES):
        began = time.perf_counter()
        assert context.verify(PASSWORD, kept)
        took.append(time.perf_counter() - began)
    return min(took)
