"""The codes that this API closes WebSockets with: those of RFC 6455, and its own from 4000 on."""

UNSUPPORTED_DATA = 1003
"""A binary message: this API speaks JSON text."""
INVALID_DATA = 1007
"""A text message that isn't UTF-8."""
POLICY_VIOLATION = 1008
"""More messages than are taken, although it was said so."""
SERVICE_RESTART = 1012
"""This replica ends: connect again, and meet another one."""
TRY_AGAIN_LATER = 1013
"""The client reads more slowly than it is sent to."""
SESSION_ENDED = 4001
NOT_ALLOWED = 4003
