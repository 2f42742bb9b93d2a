"""What this process holds of memory that nothing needs: little, and not for long.

A hundred of these processes may share a node, most of them idle.
"""

import ctypes
import gc

_ARENA_MAX = -8
"""`M_ARENA_MAX` of glibc's mallopt(3)."""
_YOUNG_OBJECTS = 10_000
"""Objects made since the last look at the young ones, before the collector looks again.
A request leaves nothing to it; at Python's own 700 it took a fourteenth of the time."""

# Of glibc only; elsewhere there is nothing to be done.
_mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
_malloc_trim = getattr(ctypes.CDLL(None), "malloc_trim", None)


def prepare() -> None:
    """To be called before there are threads. Each would get a heap of its own, which keeps
    the most that the thread ever needed: the 19 MiB of a password's hash."""
    if _mallopt is not None:
        _mallopt(_ARENA_MAX, 1)


def settle() -> None:
    """To be called once what stays for good has been made: the collector leaves it alone."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG_OBJECTS, *gc.get_threshold()[1:])


def give_back() -> None:
    """Give freed memory to the system. Takes a millisecond or so; any thread may."""
    if _malloc_trim is not None:
        _malloc_trim(0)
