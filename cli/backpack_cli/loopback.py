"""Names that end in `.localhost` are this machine's (RFC 6761, 6.3), as a development cluster's dashboard is.

Browsers and curl know that by themselves; many a system's resolver doesn't.
"""

import httpx

PATTERN = "all://*.localhost"
"""Such names, among an httpx client's `mounts`."""


class Loopback(httpx.HTTPTransport):
    """Connects to this machine; `Host` and the name in a TLS handshake stay what the URL says."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        here = httpx.Request(
            request.method,
            request.url.copy_with(host="127.0.0.1"),
            headers=request.headers,
            stream=request.stream,
            extensions={**request.extensions, "sni_hostname": request.url.host},
        )
        return super().handle_request(here)
