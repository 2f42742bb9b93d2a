"""What one verification of a password costs by itself, so that sign-ins are compared
for what they add to it."""

import time

from backpack_api.services.passwords import PasswordService
from bench.api import load
from bench.api.peers.backpack import Backpack
from bench.api.peers.parse import Parse
from bench.api.peers.peer import PASSWORD, Peer
from bench.api.peers.pocketbase import PocketBase
from bench.api.stage import Stage
from bench.report import Table, ratio

TIMES = 20
SECONDS = 4.0


def table(stage: Stage) -> Table:
    """One client that signs in again and again, beside the hash alone."""
    rows = []
    added = 0.0
    for number, peer in enumerate(stage.peers):
        alone = hash_seconds(peer) * 1000
        seconds = max(2, stage.options.seconds / 2)
        found = load.run(peer.host, peer.headers, [peer.login()], seconds=seconds, connections=1)
        if number == 0:
            added = found.least - alone
        same = ratio(alone + added, found.least)
        rows.append(
            [
                peer.name,
                peer.hashing,
                f"{alone:.1f}",
                f"{found.least:.1f}",
                "–" if number == 0 else f"**{same}**",
            ]
        )
    return Table(
        "hash",
        "Signing in, one client after another: the least milliseconds of many",
        ["", "hash", "hash alone", "sign in", "ours at its hash cost"],
        rows,
        "PocketBase's and Parse's hash at their fixed cost, ours at its default; each measured by the very "
        "code that the server uses. Bold: their hash with what our sign-in adds to a hash, divided by their "
        "sign-in.",
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
