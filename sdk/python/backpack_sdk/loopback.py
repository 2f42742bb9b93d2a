"""Names that end in `.localhost` are this machine's (RFC 6761, 6.3).

Browsers and curl know that by themselves; many a system's resolver doesn't.
"""

import httpx

ADDRESS = "127.0.0.1"
PATTERN = "all://*.localhost"
"""Such names, among an httpx client's `mounts`."""


def is_loopback_name(host: str) -> bool:
    """Whether no resolver need be asked for this name."""
    return host.endswith(".localhost")


class Loopback(httpx.AsyncHTTPTransport):
    """Connects to this machine; `Host` and the name in a TLS handshake stay what the URL says."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        here = httpx.Request(
            request.method,
            request.url.copy_with(host=ADDRESS),
            headers=request.headers,
            stream=request.stream,
            extensions={**request.extensions, "sni_hostname": request.url.host},
        )
        return await super().handle_async_request(here)
