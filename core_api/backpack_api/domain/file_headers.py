"""The headers that a file's content is served with.

The content is anyone's: it must never run as a page of the API's host. So every answer
is sandboxed, and what a browser could run is a download.
"""

from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from urllib.parse import quote

from backpack_api.domain.files import StoredFile

_CSP = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
"""No script, no request, no origin. Styles are what browsers show a picture or a video with."""
_INLINE_TYPES = frozenset({"application/json", "application/pdf", "text/csv", "text/markdown", "text/plain"})
_INLINE_KINDS = frozenset({"audio", "image", "video"})
_ACTIVE_SUFFIXES = ("+xml", "/xml")
"""Pictures too can hold scripts: `image/svg+xml`."""
_FALLBACK_KEEPS = frozenset(
    " !#$&'()+,-.0123456789;=@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]^_`abcdefghijklmnopqrstuvwxyz{}~"
)
_ATTR_CHARS = "!#$&+-.^_`|~"
"""What RFC 8187 lets stand besides letters and digits."""


def content_headers(file: StoredFile, now: datetime) -> dict[str, str]:
    """Of every answer with the content, a 304 included."""
    headers = {
        "Accept-Ranges": "bytes",
        "Cache-Control": "public, no-cache" if file.public else "private, no-cache",
        "Content-Disposition": disposition(file.filename, file.content_type),
        "Content-Security-Policy": _CSP,
        "Content-Type": file.content_type,
        "ETag": file.etag,
    }
    if file.written_at <= now:
        headers["Last-Modified"] = http_date(file.written_at)
    return headers


def disposition(name: str, content_type: str) -> str:
    """The value of `Content-Disposition` (RFC 6266)."""
    fallback = "".join(character if character in _FALLBACK_KEEPS else "_" for character in name)
    how = "inline" if _is_inert(content_type) else "attachment"
    return f"{how}; filename=\"{fallback}\"; filename*=UTF-8''{quote(name, safe=_ATTR_CHARS)}"


def _is_inert(content_type: str) -> bool:
    essence = content_type.partition(";")[0].strip()
    if essence in _INLINE_TYPES:
        return True
    return essence.partition("/")[0] in _INLINE_KINDS and not essence.endswith(_ACTIVE_SUFFIXES)


def http_date(moment: datetime) -> str:
    """`Sun, 06 Nov 1994 08:49:37 GMT`."""
    return format_datetime(moment.astimezone(UTC), usegmt=True)


def parse_http_date(text: str) -> datetime | None:
    """The moment of an HTTP date, None where it is none."""
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, IndexError, TypeError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
