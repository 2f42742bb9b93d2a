"""WebSocket frames as a server sends them (RFC 6455, section 5.2): never masked, so the
bytes of one are the same for every receiver, and are made once."""

from websockets.frames import Frame, Opcode

from backpack_api.domain.json_text import to_json

PING = Frame(Opcode.PING, b"").serialize(mask=False)


def text_frame(payload: bytes) -> bytes:
    """A whole text message. The payload must be UTF-8."""
    size = len(payload)
    if size < 126:
        return b"\x81" + size.to_bytes(1) + payload
    if size < 65536:
        return b"\x81\x7e" + size.to_bytes(2) + payload
    return b"\x81\x7f" + size.to_bytes(8) + payload


def json_frame(value: object) -> bytes:
    """A text message that holds this JSON value."""
    return text_frame(to_json(value))
