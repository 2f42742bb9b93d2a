"""The servers of one run, started when they are first asked for and ended together."""

import os
import resource
import shutil
import tempfile
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType

from backpack_devcluster import packages
from backpack_devcluster.report import PlainReport
from bench.api.options import Options
from bench.api.peers.backpack import Backpack
from bench.api.peers.parse import Parse
from bench.api.peers.peer import Peer
from bench.api.peers.pocketbase import PocketBase

TASKS = "tasks"
"""The collection that is read and changed."""
_NEEDS = {
    "backpack": packages.Need("redis-server", "redis-server"),
    "parse": packages.Need("/usr/lib/postgresql", "postgresql"),
}
_KINDS: dict[str, type[Backpack | PocketBase | Parse]] = {
    "backpack": Backpack,
    "pocketbase": PocketBase,
    "parse": Parse,
}


class Stage:
    """Every peer that was asked for, serving, with a signed-in user."""

    def __init__(self, options: Options) -> None:
        self.options = options
        needs = [need for name, need in _NEEDS.items() if name in options.peers]
        packages.ensure([packages.Need("wrk", "wrk"), *needs], PlainReport())
        self._directory = Path(tempfile.mkdtemp(prefix="bench-api-"))
        self._closing = ExitStack()
        self.peers: list[Peer] = []
        self.backpack: Backpack

    def __enter__(self) -> "Stage":
        # Sockets by the thousand, in the servers and in what connects to them.
        _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        # Nobody compiles a program anew at each start, so neither do these.
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        self._closing.callback(shutil.rmtree, self._directory)
        try:
            for name in self.options.peers:
                if name in _KINDS:
                    self._add(name)
        except BaseException:
            self._closing.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.close()

    def _add(self, name: str) -> None:
        peer = _KINDS[name](self._directory / name)
        self._closing.callback(peer.close)
        peer.start()
        peer.sign_up()
        peer.make_collection(TASKS)
        peer.fill(TASKS, self.options.documents)
        self.peers.append(peer)
        if isinstance(peer, Backpack):
            self.backpack = peer

    @property
    def with_driver(self) -> bool:
        """Whether the bare driver is measured too."""
        return "driver" in self.options.peers
