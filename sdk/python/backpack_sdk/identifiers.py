"""Keys that make a call safe to send again."""

import secrets
import threading
import uuid

_lock = threading.Lock()
_last = 0


def new_key(now: float) -> str:
    """A UUID of version 7 (RFC 9562) for this moment, in seconds since 1970.

    What is created with it as its key gets its time, and stands in lists where it was made; so no two are of
    one millisecond.
    """
    global _last  # noqa: PLW0603  the process's own order
    with _lock:
        moment = _last = max(int(now * 1000), _last + 1)
    value = (moment << 80) | secrets.randbits(80)
    value = value & ~(0xF << 76) | (7 << 76)
    value = value & ~(0x3 << 62) | (2 << 62)
    return str(uuid.UUID(int=value))
