"""Origins: where a page comes from, as browsers write it (RFC 6454)."""

import re

_DEFAULT_PORTS = {"http": ":80", "https": ":443"}
_ORIGIN = re.compile(r"(https?)://([a-z0-9.-]+|\[[0-9a-f:.]+\])(:[0-9]{1,5})?")


def canonical_origin(text: str) -> str | None:
    """`scheme://host[:port]` as a browser sends it, or None where it is no origin. What
    people write beside it is forgiven: capitals, a slash at the end, the scheme's own port."""
    match = _ORIGIN.fullmatch(text.strip().lower().removesuffix("/"))
    if match is None:
        return None
    scheme, host, port = match.groups()
    return f"{scheme}://{host}" + (port if port and port != _DEFAULT_PORTS[scheme] else "")
