"""The operator's exceptions, in one tree:

OperatorError
  ApiError            the API server answered with an error
    NotFound          404
    Conflict          409, a precondition or an existing object
      Unseen          there is an object that memory doesn't have
    Refused           400, 403, 405, 413, 422: the same request will be refused again
  Unreachable         the API server gave no answer
  KeysUnreadable      the signing keys are there, but can't be read
  NotDelivered        a backpack's API did not take its configuration
  NotSeen             Traefik's HTTPS entry point could not be looked at
"""


class OperatorError(Exception):
    """Anything that keeps a reconcile from finishing."""


class ApiError(OperatorError):
    """The API server answered with an error; `message` is its own sentence."""

    def __init__(self, status: int, reason: str, message: str) -> None:
        super().__init__(f"{status} {reason}: {message}")
        self.status = status
        self.reason = reason
        self.message = message


class NotFound(ApiError):
    """There is no such object, or no such kind."""


class Conflict(ApiError):
    """The object exists already, or is not the one that was meant."""


class Unseen(Conflict):
    """An object that was to be made exists, although memory doesn't have it."""


class Refused(ApiError):
    """The API server won't take this request however often it is repeated."""


class Unreachable(OperatorError):
    """No answer: the connection failed or the time was up."""


class KeysUnreadable(OperatorError):
    """The Secret with the signing keys holds something else; says what to do."""


class NotDelivered(OperatorError):
    """A backpack's API did not take its configuration. `status`: its HTTP status, None
    where it gave no answer; `detail`: its own sentence, or the connection's failure;
    `in_force`: the revision of a newer one that it works by, 0 where it names none."""

    def __init__(self, status: int | None, detail: str, in_force: int = 0) -> None:
        super().__init__(detail if status is None else f"{status}: {detail}")
        self.status = status
        self.detail = detail
        self.in_force = in_force


class NotSeen(OperatorError):
    """Traefik's HTTPS entry point did not answer; the text is the connection's failure."""
