"""The files volume: a directory, and threads for what blocks on it.

A disk can take seconds for one call. None is made on the event loop.
"""

import asyncio
import errno
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from backpack_api.problems import InsufficientStorage, StoreUnavailable

THREADS = 16
"""Calls at once: they wait for the disk more than they work."""

_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})

R = TypeVar("R")


class Volume:
    """A directory that outlives the process, and is shared by all replicas."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="volume")

    async def run(self, work: Callable[[], R]) -> R:
        """The outcome of what blocks. Raises `InsufficientStorage` where the disk is full,
        and `StoreUnavailable` for any other error of it."""
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        except OSError as error:
            if error.errno in _NO_ROOM:
                raise InsufficientStorage(
                    "The backpack's disk is full. Delete files, or ask its administrator for more room."
                ) from error
            raise StoreUnavailable("files volume") from error

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)
