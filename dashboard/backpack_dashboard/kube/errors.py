"""What the API server answered in place of a result.

ApiError           it answered with an error
  NotThere         404
  AlreadyThere     409, a precondition or an existing object
  Refused          400, 403, 405, 413, 422: the same request will be refused again
  Expired          410: a watch must begin anew
NoAnswer           the connection failed or the time was up
  Silent           a stream that was open, and of which nothing more came
"""

import json
from typing import Any


class KubeError(Exception):
    """Anything but a result."""


class ApiError(KubeError):
    """`message` is the API server's own sentence; `causes` its list of `{field, message}`."""

    def __init__(self, status: int, reason: str, message: str, causes: tuple[Any, ...] = ()) -> None:
        super().__init__(f"{status} {reason}: {message}")
        self.status = status
        self.reason = reason
        self.message = message
        self.causes = causes


class NotThere(ApiError):
    """There is no such object, or no such kind."""


class AlreadyThere(ApiError):
    """The object exists already, or is not the one that was meant."""


class Refused(ApiError):
    """The API server won't take this request however often it is repeated."""


class Expired(ApiError):
    """What a watch should go on from is no longer known."""


class NoAnswer(KubeError):
    """The API server could not be reached, or was too slow."""


class Silent(NoAnswer):
    """Nothing came of a stream for as long as one waits."""


_BY_STATUS: dict[int, type[ApiError]] = {
    400: Refused,
    403: Refused,
    404: NotThere,
    405: Refused,
    409: AlreadyThere,
    410: Expired,
    413: Refused,
    422: Refused,
}


def from_answer(status: int, reason: str, text: bytes) -> ApiError:
    """The exception that an answer stands for."""
    try:
        answer = json.loads(text)
        reason, message = answer.get("reason") or reason, answer.get("message") or ""
        causes = tuple((answer.get("details") or {}).get("causes") or ())
    except (ValueError, AttributeError):
        message, causes = text[:500].decode(errors="replace"), ()
    return _BY_STATUS.get(status, ApiError)(status, reason, message, causes)
