"""What the collector of the process has to look at: not a whole fleet, again and again."""

import gc

_YOUNG_OBJECTS = 10_000
"""Objects made since the last look at the young ones, before the collector looks again.
A page of a listing alone is more than Python's own 700."""


def settle() -> None:
    """To be called once all there is has been listed: most of that stays, and the collector
    leaves it alone. What is no longer referred to is freed all the same."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG_OBJECTS, *gc.get_threshold()[1:])
