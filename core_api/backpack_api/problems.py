"""Every error that the API answers with: one exception tree, one place.

    Problem                      status  type
    ├── MalformedRequest            400  /problems/malformed-request
    ├── KeyRequired                 401  /problems/key-required
    ├── NotSignedIn                 401  /problems/not-signed-in
    ├── NotAllowed                  403  /problems/not-allowed
    ├── NotFound                    404  /problems/not-found
    ├── MethodNotAllowed            405  /problems/method-not-allowed
    ├── RequestTimeout              408  /problems/request-timeout
    ├── Conflict                    409  /problems/conflict
    ├── PreconditionFailed          412  /problems/precondition-failed
    ├── TooLarge                    413  /problems/too-large
    ├── RangeNotSatisfiable         416  /problems/range-not-satisfiable
    ├── InvalidValue                422  /problems/invalid-value
    ├── TooManyRequests             429  /problems/too-many-requests
    ├── HeadTooLarge                431  /problems/head-too-large
    ├── InternalError               500  /problems/internal-error
    ├── Overloaded                  503  /problems/overloaded
    ├── StoreUnavailable            503  /problems/store-unavailable
    └── InsufficientStorage         507  /problems/insufficient-storage

The body is RFC 9457 `application/problem+json`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with a value."""

    path: str
    """Where: a JSON Pointer into the body, or the name of a query parameter."""
    message: str


class Problem(Exception):
    """An error with an answer. `detail` is a sentence for the caller, who may be
    anyone: it says what is wrong and what to do, and never holds a secret."""

    status: ClassVar[int]
    slug: ClassVar[str]
    title: ClassVar[str]

    def __init__(
        self,
        detail: str,
        *,
        errors: Iterable[Fault] = (),
        headers: Mapping[str, str] | None = None,
        retry_after: float | None = None,
        members: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.errors = tuple(errors)
        self.members: dict[str, Any] = dict(members or {})
        """Further members of the answer's body (RFC 9457, section 3.2)."""
        self.headers: dict[str, str] = dict(headers or {})
        if retry_after is not None:
            self.headers["Retry-After"] = str(max(1, int(-(-retry_after // 1))))

    def document(self) -> dict[str, Any]:
        """The JSON object of the answer's body."""
        body: dict[str, Any] = {
            "type": f"/problems/{self.slug}",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
        }
        if self.errors:
            body["errors"] = [{"path": fault.path, "message": fault.message} for fault in self.errors]
        body.update(self.members)
        return body


class MalformedRequest(Problem):
    """The body is not valid JSON, or the request not HTTP. `NaN`, lone surrogates and numbers beyond
    a double are not JSON."""

    status, slug, title = 400, "malformed-request", "The request can't be read"


class KeyRequired(Problem):
    """This backpack takes calls with its publishable key only, in the header `X-Backpack-Key` or as
    `?key=`. The key is in `/__backpack/init.json` of the site."""

    status, slug, title = 401, "key-required", "No publishable key"

    def __init__(self) -> None:
        super().__init__(
            "This backpack takes calls with its publishable key only: send it in the header "
            "`X-Backpack-Key`, or as `?key=`.",
            headers={"WWW-Authenticate": "Backpack-Key"},
        )


class NotSignedIn(Problem):
    """There is no session, or it has ended: log in. At a login: the e-mail address or the
    password is wrong."""

    status, slug, title = 401, "not-signed-in", "No session"

    def __init__(self, detail: str = "Sign in first: this call needs a session.") -> None:
        super().__init__(detail, headers={"WWW-Authenticate": "Bearer"})


class NotAllowed(Problem):
    """A rule of the collection, an origin that is not among `allowedOrigins`, a wrong password
    within a session, a disabled account, or a registration that is closed."""

    status, slug, title = 403, "not-allowed", "Not allowed"


class NotFound(Problem):
    """There is no such thing, or one that the caller may not know of."""

    status, slug, title = 404, "not-found", "Not found"


class MethodNotAllowed(Problem):
    """The path is served, but not with this method: the header `Allow` has those that are."""

    status, slug, title = 405, "method-not-allowed", "Method not allowed"


class RequestTimeout(Problem):
    """The headers of the request took more than ten seconds, or its body came with less than two
    KiB in ten seconds."""

    status, slug, title = 408, "request-timeout", "The request took too long"


class Conflict(Problem):
    """It exists already, or something else stands in the way; the detail says what."""

    status, slug, title = 409, "conflict", "Conflict"


class PreconditionFailed(Problem):
    """`If-Match` names another version than the one that is stored: somebody was quicker. Read
    again, and decide anew."""

    status, slug, title = 412, "precondition-failed", "A precondition failed"


class TooLarge(Problem):
    """A body, a document, a file or an array is larger than the limit that the detail names."""

    status, slug, title = 413, "too-large", "Too large"


class RangeNotSatisfiable(Problem):
    """The range begins after the end of the file; `Content-Range` has its size."""

    status, slug, title = 416, "range-not-satisfiable", "No such range"

    def __init__(self, size: int) -> None:
        super().__init__(
            f"There are {size} bytes, and the range begins after them.",
            headers={"Content-Range": f"bytes */{size}"},
        )


class InvalidValue(Problem):
    """The request can be read, and a value in it breaks a rule: `errors` says which and where,
    by a JSON pointer into the body or the name of a parameter."""

    status, slug, title = 422, "invalid-value", "A value breaks a rule"

    @classmethod
    def at(cls, path: str, message: str) -> "InvalidValue":
        """One fault, whose message is also the detail."""
        where = f"{path}: " if path else ""
        return cls(f"{where}{message}", errors=[Fault(path, message)])


class TooManyRequests(Problem):
    """Too much too soon, such as failed logins. `Retry-After` says when to come again."""

    status, slug, title = 429, "too-many-requests", "Too many requests"


class HeadTooLarge(Problem):
    """The headers of the request are more than 64 KiB."""

    status, slug, title = 431, "head-too-large", "The headers are too large"


UNEXPECTED = "Something went wrong here. The request id finds it in the log."


class InternalError(Problem):
    """A defect of the API. The header `X-Request-Id` finds it in the log."""

    status, slug, title = 500, "internal-error", "Internal error"


class Overloaded(Problem):
    """The server has too much to do; try again after `Retry-After` seconds."""

    status, slug, title = 503, "overloaded", "Busy"

    def __init__(self, detail: str = "The server has too much to do. Try again shortly.") -> None:
        super().__init__(detail, retry_after=1)


class StoreUnavailable(Problem):
    """The database or the cache doesn't answer. It is tried again with each request."""

    status, slug, title = 503, "store-unavailable", "A store is away"

    def __init__(self, store: str) -> None:
        super().__init__(f"The {store} doesn't answer. Try again in a few seconds.", retry_after=2)


class InsufficientStorage(Problem):
    """The quota of the user, or the volume, has no room left."""

    status, slug, title = 507, "insufficient-storage", "No room left"


def all_problems() -> tuple[type[Problem], ...]:
    """Every kind of problem, by status."""
    return tuple(sorted(Problem.__subclasses__(), key=lambda kind: (kind.status, kind.slug)))
