"""HTTP/1.1 as uvicorn reads it, but that what can't be read at all is answered with
a problem too."""

import logging
import secrets

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from backpack_api.domain.json_text import to_json
from backpack_api.logs import FIELDS
from backpack_api.problems import MalformedRequest

log = logging.getLogger("backpack_api.requests")


class HttpProtocol(HttpToolsProtocol):
    """One connection. There is no request yet, so no middleware that could answer."""

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002  its words are not ours
        """Answer 400 and close the connection: where the next request begins is unknown."""
        request_id = secrets.token_hex(12)
        log.info("unreadable request", extra={FIELDS: {"requestId": request_id, "status": 400}})
        body = to_json(MalformedRequest("This is not an HTTP request that can be read.").document())
        head = (
            "HTTP/1.1 400 Bad Request\r\n"
            "content-type: application/problem+json\r\n"
            f"content-length: {len(body)}\r\n"
            "cache-control: no-store\r\n"
            "x-content-type-options: nosniff\r\n"
            f"x-request-id: {request_id}\r\n"
            "connection: close\r\n\r\n"
        )
        self.transport.write(head.encode() + body)
        self.transport.close()
