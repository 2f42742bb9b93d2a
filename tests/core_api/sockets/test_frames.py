"""Frames that are made here are what a WebSocket library reads."""

from hypothesis import example, given
from hypothesis import strategies as st
from websockets.frames import Frame, Opcode
from websockets.streams import StreamReader

from backpack_api.sockets.frames import PING, text_frame


def parsed(data: bytes) -> Frame:
    reader = StreamReader()
    reader.feed_data(data)
    parsing = Frame.parse(reader.read_exact, mask=False)
    try:
        next(parsing)
    except StopIteration as found:
        frame: Frame = found.value
        return frame
    raise AssertionError("the frame isn't whole")


@given(st.text(max_size=300))
@example("x" * 125)
@example("x" * 126)
@example("x" * 65535)
@example("x" * 65536)
def test_a_text_comes_back(text: str) -> None:
    frame = parsed(text_frame(text.encode()))
    assert (frame.opcode, frame.fin, bytes(frame.data).decode()) == (Opcode.TEXT, True, text)


def test_a_ping_is_one() -> None:
    assert parsed(PING).opcode is Opcode.PING
