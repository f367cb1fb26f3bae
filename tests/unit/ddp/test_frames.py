# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Our side of the websocket protocol against a library's: what each writes, the other reads."""

from __future__ import annotations

import pytest
from ansible_collections.rocketops.rocketchat.plugins.module_utils.ddp import frames
from ansible_collections.rocketops.rocketchat.plugins.module_utils.ddp.frames import Frame, Malformed, Refused
from hypothesis import given
from hypothesis import strategies as st
from websockets.exceptions import PayloadTooBig, ProtocolError
from websockets.frames import Frame as TheirFrame
from websockets.frames import Opcode
from websockets.server import ServerProtocol
from websockets.streams import StreamReader
from websockets.utils import accept_key

KEY = "dGhlIHNhbXBsZSBub25jZQ=="  # of RFC 6455, section 1.3
ACCEPTED = "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
SWITCHING = "HTTP/1.1 101 Switching Protocols"
# around every size at which a length is written otherwise
payloads = st.one_of(
    st.binary(max_size=130), st.sampled_from([125, 126, 127, 65535, 65536]).map(lambda size: b"x" * size)
)


def head(*lines: str) -> bytes:
    return "\r\n".join(lines).encode()


def test_a_server_of_the_library_takes_our_upgrade() -> None:
    server = ServerProtocol()
    server.receive_data(frames.upgrade_request("chat.example.com:8443", "/websocket?x=1", KEY))
    [request] = server.events_received()
    assert (request.path, request.headers["Host"]) == ("/websocket?x=1", "chat.example.com:8443")
    answer = server.accept(request)
    server.send_response(answer)
    written = b"".join(server.data_to_send()).partition(b"\r\n\r\n")[0]
    frames.check_upgrade(written, KEY)


def test_keys_differ_and_are_of_the_length_that_is_asked_for() -> None:
    keys = {frames.new_key() for _ in range(10)}
    assert len(keys) == 10
    assert all(accept_key(key) for key in keys) and {len(key) for key in keys} == {24}


def test_header_names_and_tokens_in_any_case() -> None:
    fields = ("UPGRADE: WebSocket", "connection: keep-alive, Upgrade", ACCEPTED.replace("Accept", "accept"))
    frames.check_upgrade(head(SWITCHING, *fields), KEY)


@pytest.mark.parametrize("status", [200, 301, 400, 426, 502])
def test_another_status(status: int) -> None:
    for protocol in ("HTTP/1.1", "HTTP/1.0"):
        with pytest.raises(Refused) as refused:
            frames.check_upgrade(head(f"{protocol} {status} Whatever", "Server: nginx"), KEY)
        assert refused.value.status == status


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        (("SSH-2.0-OpenSSH_9.2",), "not HTTP"),
        (("HTTP/1.1 1010 Odd",), "not HTTP"),
        (("",), "not HTTP"),
        ((SWITCHING, "Upgrade: h2c", "Connection: Upgrade", ACCEPTED), "another protocol"),
        ((SWITCHING, "Upgrade: websocket", "Connection: close", ACCEPTED), "another protocol"),
        ((SWITCHING, "Upgrade: websocket", "Connection: Upgrade"), "does not answer the key"),
        ((SWITCHING, "Upgrade: websocket", "Connection: Upgrade", f"{ACCEPTED}x"), "does not answer the key"),
        (
            (SWITCHING, "Upgrade: websocket", "Connection: Upgrade", ACCEPTED, "Sec-WebSocket-Extensions: x"),
            "extensions",
        ),
    ],
)
def test_an_answer_that_is_no_upgrade(lines: tuple[str, ...], reason: str) -> None:
    with pytest.raises(Malformed, match=reason):
        frames.check_upgrade(head(*lines), KEY)


@given(st.sampled_from([frames.TEXT, frames.BINARY]), payloads)
def test_the_library_reads_what_we_write(opcode: int, payload: bytes) -> None:
    reader = StreamReader()
    reader.feed_data(frames.encode(opcode, payload))
    reading = TheirFrame.parse(reader.read_exact, mask=True)
    with pytest.raises(StopIteration) as read:
        next(reading)
    assert (read.value.value.opcode, read.value.value.data, read.value.value.fin) == (opcode, payload, True)


@given(st.sampled_from([Opcode.CONT, Opcode.TEXT, Opcode.BINARY]), payloads, st.booleans(), st.binary(max_size=9))
def test_we_read_what_the_library_writes(opcode: Opcode, payload: bytes, final: bool, after: bytes) -> None:
    buffer = bytearray(TheirFrame(opcode, payload, fin=final).serialize(mask=False) + after)
    assert frames.take_frame(buffer) == Frame(int(opcode), payload, final)
    assert bytes(buffer) == after


@given(payloads, st.data())
def test_a_frame_that_is_not_whole_stays_where_it_is(payload: bytes, data: st.DataObject) -> None:
    whole = TheirFrame(Opcode.TEXT, payload).serialize(mask=False)
    part = bytearray(whole[: data.draw(st.integers(0, len(whole) - 1))])
    before = bytes(part)
    assert frames.take_frame(part) is None
    assert bytes(part) == before


@pytest.mark.parametrize(
    "written",
    [
        b"\xc1\x00",  # a bit of an extension
        b"\x83\x00",  # an opcode that does not exist
        b"\x81\x80\x00\x00\x00\x00",  # masked
        b"\x09\x00",  # a ping in pieces
        b"\x89\x7e\x00\x80",  # a ping too large
        b"\x81\x7f" + (frames.MESSAGE_MAX + 1).to_bytes(8, "big"),
    ],
)
def test_what_the_protocol_forbids(written: bytes) -> None:
    with pytest.raises(Malformed):
        frames.take_frame(bytearray(written))
    reader = StreamReader()
    reader.feed_data(written + bytes(128))
    with pytest.raises((ProtocolError, PayloadTooBig)):  # the library agrees
        next(TheirFrame.parse(reader.read_exact, mask=False, max_size=frames.MESSAGE_MAX))


@pytest.mark.parametrize(("data", "code"), [(b"", None), (b"\x03\xe8", 1000), (b"\x0f\xa0by", 4000)])
def test_the_code_of_a_close_frame(data: bytes, code: int | None) -> None:
    assert frames.close_code(Frame(frames.CLOSE, data)) == code
