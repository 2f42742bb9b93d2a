"""Traefik's HTTPS entry point as a browser meets it: which certificate it shows for a host.
Nobody else tells the operator whether a certificate resolver has got one."""

import asyncio
import ssl
from functools import cache

from cryptography import x509

from backpack_operator.errors import NotSeen
from backpack_operator.model.certificates import Certificate

_SECONDS = 5.0


async def shown(address: str, host: str) -> Certificate | None:
    """The certificate that is shown to whoever asks `address` (`host:port`) for `host`;
    None where the connection is refused for want of one. Raises `NotSeen`."""
    name, _, port = address.rpartition(":")
    try:
        async with asyncio.timeout(_SECONDS):
            _, writer = await asyncio.open_connection(
                name.strip("[]"), int(port), ssl=_context(), server_hostname=host
            )
    except ssl.SSLError:
        return None
    except TimeoutError as error:
        raise NotSeen("no answer in time") from error
    except OSError as error:
        raise NotSeen(error.strerror or "the connection failed") from error
    encoded = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
    # Nothing was said, and nobody waits for a farewell.
    writer.transport.abort()
    try:
        return Certificate.of(x509.load_der_x509_certificate(encoded))
    except ValueError:
        return None


@cache
def _context() -> ssl.SSLContext:
    """Takes any certificate: it is only looked at, and nothing is sent or believed."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context
