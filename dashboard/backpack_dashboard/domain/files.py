"""Which files of a backpack the dashboard shows in its own pages. A content is anyone's: what
could run, or is none of these, is only a download."""

from typing import Literal

PREVIEW_BYTES = 64 * 1024
"""So much of a text is shown."""
_PICTURES = frozenset({"image/avif", "image/bmp", "image/gif", "image/jpeg", "image/png", "image/webp"})
_TEXTS = frozenset({"application/json", "application/xml", "application/yaml", "image/svg+xml"})


def preview(content_type: str) -> Literal["picture", "text"] | None:
    """How a file of this type is shown; text is escaped, so any may be."""
    essence = content_type.partition(";")[0].strip().lower()
    if essence in _PICTURES:
        return "picture"
    return "text" if essence in _TEXTS or essence.startswith("text/") else None
