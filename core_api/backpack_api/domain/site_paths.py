"""Which file of a release answers a path, and how long a browser may keep it."""

import re
import unicodedata
from collections.abc import Container
from dataclasses import dataclass

INDEX = "index.html"
NOT_FOUND_PAGE = "404.html"

IMMUTABLE = "public, max-age=31536000, immutable"
REVALIDATED = "no-cache"


@dataclass(frozen=True, slots=True)
class Located:
    """A file of the release, and the status to answer it with."""

    path: str
    status: int = 200
    stands_in: bool = False
    """Whether it answers for something that isn't there."""


@dataclass(frozen=True, slots=True)
class Moved:
    """The path is a folder's; `path` is it with the slash at its end."""

    path: str


def locate(path: str, files: Container[str], *, spa: bool) -> Located | Moved | None:
    """What answers a path below `/site/`; None where there is nothing, and no page that
    says so. With `spa` a path that names no file is a place within the application."""
    path = unicodedata.normalize("NFC", path)
    exact = f"{path}{INDEX}" if path == "" or path.endswith("/") else path
    if exact in files:
        return Located(exact)
    if not path.endswith("/") and f"{path}/{INDEX}" in files:
        return Moved(f"{path}/")
    segments = path.rstrip("/").split("/")
    hidden = any(segment.startswith(".") for segment in segments)
    if spa and not hidden and "." not in segments[-1]:
        return Located(INDEX, stands_in=True)
    return Located(NOT_FOUND_PAGE, 404, stands_in=True) if NOT_FOUND_PAGE in files else None


_CODE = re.compile(r"\.(?:css|m?js)$")
_NEVER = re.compile(r"\.(?:html?|json|webmanifest|xml|txt)$", re.IGNORECASE)
_HASHED_FOLDER = re.compile(r"(?:^|/)(?:_app/immutable|_astro|_next/static)/")
_HEXADECIMAL = re.compile(r"(?:[.\-_]|^(?=\w{16}))(?=[0-9]*[a-f])(?=[a-f]*[0-9])[0-9a-f]{8,64}(?=\.)")
_MIXED = re.compile(r"[.\-](?=[^.]*[0-9])(?=[^.]*[a-z])(?=[^.]*[A-Z])[A-Za-z0-9_-]{8}(?=\.)")
_CAPITALS = re.compile(r"[.\-](?=[^.]*[0-9])(?=[^.]*[A-Z])[A-Z0-9]{8}(?=\.)")


def cache_control(path: str) -> str:
    """For a browser: a year for a file whose name holds a hash of its content, so that
    another content has another name; for all else a question each time, which costs
    an empty answer. In doubt the latter: a file that is wrongly kept for a year can't
    be called back."""
    name = path.rpartition("/")[2]
    if _NEVER.search(name):
        return REVALIDATED
    hashed = (
        _HASHED_FOLDER.search(path)
        or _HEXADECIMAL.search(name)
        or _MIXED.search(name)
        or (_CODE.search(name) and _CAPITALS.search(name))
    )
    return IMMUTABLE if hashed else REVALIDATED
