"""The media type of a file by its name, the same on every machine."""

import mimetypes

BINARY = "application/octet-stream"

# What the standard library doesn't know, or calls by an older name.
_TYPES = {
    ".avif": "image/avif",
    ".bmp": "image/bmp",
    ".cjs": "text/javascript",
    ".eot": "application/vnd.ms-fontobject",
    ".flac": "audio/flac",
    ".geojson": "application/geo+json",
    ".glb": "model/gltf-binary",
    ".gltf": "model/gltf+json",
    ".ico": "image/x-icon",
    ".ics": "text/calendar",
    ".js": "text/javascript",
    ".json": "application/json",
    ".jsonld": "application/ld+json",
    ".jxl": "image/jxl",
    ".m4a": "audio/mp4",
    ".m4v": "video/mp4",
    ".map": "application/json",
    ".md": "text/markdown",
    ".mjs": "text/javascript",
    ".ogg": "audio/ogg",
    ".ogv": "video/ogg",
    ".opus": "audio/ogg",
    ".otf": "font/otf",
    ".rss": "application/rss+xml",
    ".atom": "application/atom+xml",
    ".ttf": "font/ttf",
    ".vtt": "text/vtt",
    ".wasm": "application/wasm",
    ".wav": "audio/wav",
    ".webm": "video/webm",
    ".webmanifest": "application/manifest+json",
    ".webp": "image/webp",
    ".woff": "font/woff",
    ".woff2": "font/woff2",
    ".xml": "application/xml",
    ".yaml": "application/yaml",
    ".yml": "application/yaml",
}
# Its own tables only: those of the machine would make two replicas differ.
_STANDARD = mimetypes.MimeTypes(filenames=())
_TEXT_APPLICATIONS = frozenset(
    {
        "application/json",
        "application/xml",
        "application/wasm",
        "application/xhtml+xml",
        "application/yaml",
        "application/vnd.ms-fontobject",
        "image/bmp",
        "image/svg+xml",
        "image/x-icon",
        "font/otf",
        "font/ttf",
    }
)


def media_type(path: str) -> str:
    """Such as `text/css`, without parameters; `application/octet-stream` for what is unknown."""
    name = path.rpartition("/")[2]
    suffix = f".{name.rpartition('.')[2].lower()}" if "." in name else ""
    return _TYPES.get(suffix) or _STANDARD.types_map[True].get(suffix) or BINARY


def is_text(media: str) -> bool:
    """Whether it is text whose encoding the header should tell."""
    return media.startswith("text/")


def is_compressible(media: str) -> bool:
    """Whether compressing it is worth trying."""
    return (
        is_text(media)
        or media in _TEXT_APPLICATIONS
        or (media.startswith(("application/", "model/")) and media.endswith(("+json", "+xml")))
    )


def accepts_gzip(accept_encoding: str | None) -> bool:
    """Whether an `Accept-Encoding` header takes gzip (RFC 9110, section 12.5.3)."""
    qualities: dict[str, str] = {}
    for item in (accept_encoding or "").lower().split(","):
        coding, _, parameters = item.partition(";")
        qualities[coding.strip()] = parameters.replace(" ", "").removeprefix("q=") or "1"
    quality = qualities.get("gzip", qualities.get("*", "0"))
    return quality.strip("0.") != ""
