"""The operator's exceptions, in one tree:

OperatorError
  ApiError            the API server answered with an error
    NotFound          404
    Conflict          409, a precondition or an existing object
    Refused           400, 403, 405, 413, 422: the same request will be refused again
  Unreachable         the API server gave no answer
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


class Refused(ApiError):
    """The API server won't take this request however often it is repeated."""


class Unreachable(OperatorError):
    """No answer: the connection failed or the time was up."""
