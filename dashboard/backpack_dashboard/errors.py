"""The dashboard's exceptions, in one tree. Each is an answer: it has a status, a title, and
a sentence for the person that says what to do.

DashboardError
  SignInNeeded       401  nobody is signed in, or the session has ended
  Forbidden          403  the person may not do this
  NotFound           404  there is no such thing, or the person may not know of it
  Conflict           409  it is there already, or was changed meanwhile
  TooLarge           413  more bytes than there may be
  Invalid            422  what was written in a form; `fields` has a sentence for each
    Taken            409  it is right, but somebody has it
  TooManyTries       429  after failures; `retry_after` in seconds
  TooManyStreams     429  of one account at the same time
  Unavailable        503  something that the dashboard needs doesn't answer
    ClusterUnavailable    the API server
    CacheUnavailable      Redis
    BackpackUnavailable   a backpack's API
  BackpackRefused    the status of the backpack's own problem document
"""

from collections.abc import Mapping
from typing import Any


class DashboardError(Exception):
    """Anything that a person is told of."""

    status = 500
    title = "Something went wrong"

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


class SignInNeeded(DashboardError):
    status = 401
    title = "Sign in first"

    def __init__(self, detail: str = "Your session has ended. Sign in again.") -> None:
        super().__init__(detail)


class Forbidden(DashboardError):
    status = 403
    title = "Not allowed"


class NotFound(DashboardError):
    status = 404
    title = "Not found"

    def __init__(
        self, detail: str = "There is nothing here, or it isn't yours. Go back to your backpacks."
    ) -> None:
        super().__init__(detail)


class Conflict(DashboardError):
    status = 409
    title = "Changed meanwhile"


class TooLarge(DashboardError):
    status = 413
    title = "Too large"


class Invalid(DashboardError):
    """`fields`: the sentence for each field of the form that is wrong."""

    status = 422
    title = "Please correct this"

    def __init__(self, detail: str, fields: Mapping[str, str] | None = None) -> None:
        super().__init__(detail)
        self.fields = dict(fields or {})


class Taken(Invalid):
    status = 409
    title = "Taken already"


class TooManyTries(DashboardError):
    status = 429
    title = "Too many tries"

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"Too many failed attempts. Try again in {retry_after} s.")
        self.retry_after = retry_after


class TooManyStreams(DashboardError):
    status = 429
    title = "Too much at once"


class Unavailable(DashboardError):
    status = 503
    title = "Not available at the moment"


class ClusterUnavailable(Unavailable):
    def __init__(self, detail: str = "The cluster doesn't answer. Try again in a moment.") -> None:
        super().__init__(detail)


class CacheUnavailable(Unavailable):
    def __init__(self) -> None:
        super().__init__("The dashboard can't read its sessions at the moment. Try again shortly.")


class BackpackUnavailable(Unavailable):
    title = "This backpack doesn't answer"


class BackpackRefused(DashboardError):
    """The backpack's API answered with a problem; `problem` is the whole document."""

    title = "The backpack refused"

    def __init__(self, problem: Mapping[str, Any]) -> None:
        super().__init__(str(problem.get("detail") or problem.get("title") or "The backpack refused."))
        self.problem = dict(problem)
        self.status = int(problem.get("status", 502))
        self.title = str(problem.get("title") or self.title)
