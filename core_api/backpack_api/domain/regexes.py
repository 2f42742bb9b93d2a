"""Regular expressions of clients: RE2's, which match in time linear in the text.

RE2 is loaded with the first one, as most backpacks never see any.
"""

import functools
import re
from collections.abc import Callable
from typing import Any

MAX_LENGTH = 128
MEMORY = 1024 * 1024
"""In bytes, of one compiled expression; what needs more is refused."""

_ATOM = (
    r"(?:[A-Za-z0-9 _@/:,;=#%&<>!~\"'-]|[^\x00-\x7f]|\\[dDwWsb./@+*?()\[\]{}|^$\\-]|\."
    r"|\(\?:|\(|\)|\||\[\^?[A-Za-z0-9 _.@/:,-]+\])"
)
_QUANTIFIER = r"(?:[*+?]|\{\d+(?:,\d*)?\})?\??"
_PORTABLE = re.compile(rf"(?:\(\?i\))?\^?(?:{_ATOM}{_QUANTIFIER})*\$?")
_PREFIX = re.compile(r"\^((?:[A-Za-z0-9 _@/:,;=#%&<>!~\"'-]|[^\x00-\x7f])*)")


class BadExpression(ValueError):
    """Not an expression that can be served; says why."""


def compile_expression(pattern: str) -> Callable[[str], bool]:
    """A function that tells whether the expression matches somewhere in a text.
    Raises `BadExpression`."""
    if len(pattern) > MAX_LENGTH:
        raise BadExpression(f"has more than {MAX_LENGTH} characters")
    return _compiled(pattern)


def is_portable(pattern: str) -> bool:
    """Whether PCRE, which MongoDB has, finds a match of this expression wherever RE2 does.
    It may find one elsewhere: its `$` is before a last line feed, too."""
    return _PORTABLE.fullmatch(pattern) is not None


def literal_prefix(pattern: str) -> str:
    """What every text that matches begins with; empty where it isn't plain to see."""
    found = _PREFIX.match(pattern)
    if found is None or "|" in pattern:
        return ""
    optional = pattern[found.end() : found.end() + 1] in ("*", "?", "{")
    return found[1][:-1] if optional else found[1]


@functools.lru_cache(maxsize=256)
def _compiled(pattern: str) -> Callable[[str], bool]:
    re2: Any = _re2()
    options = re2.Options()
    options.max_mem = MEMORY
    options.log_errors = False
    options.never_capture = True
    try:
        expression = re2.compile(pattern, options)
    except re2.error as error:
        reason = error.args[0] if error.args else "it is not valid"
        reason = reason.decode(errors="replace") if isinstance(reason, bytes) else str(reason)
        raise BadExpression(f"is not an expression of RE2: {reason}") from None
    return lambda text: expression.search(text) is not None


def _re2() -> Any:
    import re2  # noqa: PLC0415

    return re2
