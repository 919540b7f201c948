"""RFC 9113 §3.4, §5.1.2, §5.4, §6.5, §6.7, §6.8: what concerns the whole connection."""

from peer import *  # the protocol's names
from suite import answered, connection_error, conversation, ignored

# --- §3.4: the connection preface


@conversation("3.4", "a valid preface", "the server's first frame is SETTINGS, without ACK",
              handshake=False)
def _(peer):
    peer.send(PREFACE)
    peer.send_settings()
    first = peer.read()
    if first is None or first.type != SETTINGS or first.flags & ACK:
        raise Departure(f"the first frame is {first}")
    peer.expect_settings_ack()


@conversation("3.4", "the preface one octet at a time", "SETTINGS are exchanged", handshake=False)
def _(peer):
    for octet in PREFACE + Peer.pack(SETTINGS, 0, 0):
        peer.send(bytes([octet]))
    peer.expect_settings_ack()


@conversation("3.4", "a preface that is none", "GOAWAY PROTOCOL_ERROR or closed", handshake=False)
def _(peer):
    peer.send(b"INVALID CONNECTION PREFACE\r\n\r\n")
    while (frame := peer.read()) is not None:
        if frame.type == GOAWAY and frame.error != PROTOCOL_ERROR:
            raise Departure(str(frame))


@conversation("3.4", "a preface whose last octet is wrong", "GOAWAY PROTOCOL_ERROR or closed",
              handshake=False)
def _(peer):
    peer.send(PREFACE[:-1] + b"X" + Peer.pack(SETTINGS, 0, 0))
    while (frame := peer.read()) is not None:
        if frame.type == GOAWAY and frame.error != PROTOCOL_ERROR:
            raise Departure(str(frame))


def first_frame(frame):
    return lambda peer: peer.send(PREFACE + frame)


connection_error("3.4", "PING before SETTINGS", PROTOCOL_ERROR,
                 first_frame(Peer.pack(PING, 0, 0, bytes(8))), handshake=False)
connection_error("3.4", "WINDOW_UPDATE before SETTINGS", PROTOCOL_ERROR,
                 first_frame(Peer.pack(WINDOW_UPDATE, 0, 0, b"\0\0\0\1")), handshake=False)
connection_error("3.4", "SETTINGS ACK as the first frame", PROTOCOL_ERROR,
                 first_frame(Peer.pack(SETTINGS, ACK, 0)), handshake=False)
connection_error("3.4", "an unknown frame before SETTINGS", PROTOCOL_ERROR,
                 first_frame(Peer.pack(0xF0, 0, 0, b"grease")), handshake=False)


@conversation("3.4", "a request right behind the preface, before the server's SETTINGS",
              "it is answered", handshake=False)
def _(peer):
    block = peer.encode(peer.get_fields())
    peer.send(PREFACE + Peer.pack(SETTINGS, 0, 0) +
              Peer.pack(HEADERS, END_STREAM | END_HEADERS, 1, block))
    peer.expect_message(1)


# --- §5.4.1: connection errors


@conversation("5.4.1", "a connection error", "the connection ends after GOAWAY")
def _(peer):
    peer.send_frame(PING, 0, 0, bytes(6))
    peer.expect_connection_error(FRAME_SIZE_ERROR)


@conversation("5.4.1", "a connection error, then a flood that nobody reads",
              "GOAWAY still arrives: no TCP reset swallows it")
def _(peer):
    flood = Peer.pack(PING, 0, 0, bytes(6)) + Peer.pack(PING, 0, 0, bytes(8)) * 20000
    peer.send(flood)
    peer.expect_connection_error(FRAME_SIZE_ERROR)


@conversation("5.4.1", "a request, then a connection error", "GOAWAY names the last stream")
def _(peer):
    peer.send_post(1)
    peer.send_post(3)
    peer.send_frame(PING, 0, 1, bytes(8))
    peer.expect_connection_error(PROTOCOL_ERROR)
    last = [frame for frame in peer.heard if frame.type == GOAWAY][-1].last_stream
    if last != 3:
        raise Departure(f"last_stream is {last}, not 3")


# --- §6.5: SETTINGS

connection_error("6.5", "SETTINGS ACK with a payload", FRAME_SIZE_ERROR,
                 lambda p: p.send_frame(SETTINGS, ACK, 0, bytes(6)))
connection_error("6.5", "SETTINGS ACK with one octet", FRAME_SIZE_ERROR,
                 lambda p: p.send_frame(SETTINGS, ACK, 0, b"\0"))
connection_error("6.5", "SETTINGS on a stream", PROTOCOL_ERROR,
                 lambda p: p.send_frame(SETTINGS, 0, 1, b"\0\3\0\0\0\x64"))
connection_error("6.5", "SETTINGS on an open stream", PROTOCOL_ERROR,
                 lambda p: (p.send_post(1), p.send_frame(SETTINGS, 0, 1)))
connection_error("6.5", "SETTINGS of three octets", FRAME_SIZE_ERROR,
                 lambda p: p.send_frame(SETTINGS, 0, 0, b"\0\3\0"))
connection_error("6.5", "SETTINGS of seven octets", FRAME_SIZE_ERROR,
                 lambda p: p.send_frame(SETTINGS, 0, 0, bytes(7)))
connection_error("6.5", "SETTINGS of a wrong size is refused from its header", FRAME_SIZE_ERROR,
                 lambda p: p.send(Peer.pack(SETTINGS, 0, 0, length=7)))

for value in (2, 2**32 - 1):
    connection_error("6.5.2", f"ENABLE_PUSH = {value}", PROTOCOL_ERROR,
                     lambda p, v=value: p.send_settings((ENABLE_PUSH, v)))
connection_error("6.5.2", "INITIAL_WINDOW_SIZE above 2^31-1", FLOW_CONTROL_ERROR,
                 lambda p: p.send_settings((INITIAL_WINDOW_SIZE, 2**31)))
connection_error("6.5.2", "MAX_FRAME_SIZE below 16,384", PROTOCOL_ERROR,
                 lambda p: p.send_settings((MAX_FRAME_SIZE, 16383)))
connection_error("6.5.2", "MAX_FRAME_SIZE above 16,777,215", PROTOCOL_ERROR,
                 lambda p: p.send_settings((MAX_FRAME_SIZE, 2**24)))
connection_error("6.5.2", "an invalid value with a valid one behind it", PROTOCOL_ERROR,
                 lambda p: p.send_settings((ENABLE_PUSH, 2), (ENABLE_PUSH, 0)))


@conversation("6.5.2", "an unknown setting", "ignored and acknowledged")
def _(peer):
    peer.send_settings((0xFF, 1), (0x1A2A, 2**32 - 1))
    peer.expect_settings_ack()


@conversation("6.5.2", "the largest and smallest legal values", "acknowledged")
def _(peer):
    peer.send_settings((HEADER_TABLE_SIZE, 0), (ENABLE_PUSH, 0), (MAX_CONCURRENT_STREAMS, 0),
                       (INITIAL_WINDOW_SIZE, MAX_WINDOW), (MAX_FRAME_SIZE, 2**24 - 1),
                       (MAX_HEADER_LIST_SIZE, 2**32 - 1))
    peer.expect_settings_ack()
    peer.send_get(1)
    peer.expect_message(1)


@conversation("6.5.3", "SETTINGS", "one ACK")
def _(peer):
    peer.send_settings((INITIAL_WINDOW_SIZE, 100))
    peer.expect_settings_ack()
    peer.expect_silence(0)


@conversation("6.5.3", "three SETTINGS frames", "three ACKs, in order with a PING's")
def _(peer):
    peer.heard.clear()
    peer.send(Peer.pack(SETTINGS, 0, 0) * 3)
    peer.expect_ping_answer()
    acks = [f for f in peer.heard if f.type == SETTINGS and f.flags & ACK]
    if len(acks) != 3:
        raise Departure(f"{len(acks)} ACKs before the PING's answer")


@conversation("6.5.3", "one setting twice in a frame", "the last value counts",
              settings=[(INITIAL_WINDOW_SIZE, 100), (INITIAL_WINDOW_SIZE, 1)])
def _(peer):
    peer.send_get(1)
    peer.expect_response(1)
    peer.expect_data(1, 1)


# --- §6.7: PING


@conversation("6.7", "PING", "PING ACK with the same eight octets")
def _(peer):
    peer.expect_ping_answer(b"h2c ping")


@conversation("6.7", "PING ACK that answers nothing", "not answered")
def _(peer):
    peer.send_frame(PING, ACK, 0, b"invalid!")
    peer.expect_ping_answer(b"validone")
    if any(f.type == PING and f.payload == b"invalid!" for f in peer.heard):
        raise Departure("a PING ACK was answered")


connection_error("6.7", "PING on a stream", PROTOCOL_ERROR,
                 lambda p: p.send_frame(PING, 0, 1, bytes(8)))
for size in (0, 6, 7, 9):
    connection_error("6.7", f"PING of {size} octets", FRAME_SIZE_ERROR,
                     lambda p, n=size: p.send_frame(PING, 0, 0, bytes(n)))
connection_error("6.7", "PING of a wrong size is refused from its header", FRAME_SIZE_ERROR,
                 lambda p: p.send(Peer.pack(PING, 0, 0, length=16384)))

# --- §6.8: GOAWAY

connection_error("6.8", "GOAWAY on a stream", PROTOCOL_ERROR,
                 lambda p: p.send_frame(GOAWAY, 0, 1, bytes(8)))
connection_error("6.8", "GOAWAY of seven octets", FRAME_SIZE_ERROR,
                 lambda p: p.send_frame(GOAWAY, 0, 0, bytes(7)))


@conversation("6.8", "GOAWAY while a request is open", "PING and the request are answered")
def _(peer):
    peer.send_post(1)
    peer.expect_response(1)
    peer.send_frame(GOAWAY, 0, 0, bytes(8) + b"debug data")
    peer.expect_ping_answer()
    peer.send_data(1, b"test")
    body = peer.expect_body(1)
    if body != b"test":
        raise Departure(f"the answer is {body!r}")


@conversation("6.8", "GOAWAY on an idle connection", "closed, without an error of its own")
def _(peer):
    peer.send_frame(GOAWAY, 0, 0, bytes(8))
    peer.send_frame(PING, 0, 0, bytes(8))
    while (frame := peer.read()) is not None:
        if frame.type == GOAWAY and frame.error != NO_ERROR:
            raise Departure(str(frame))
        if frame.type == PING:
            return


@conversation("7", "GOAWAY with an unknown error code", "no error: PING is answered")
def _(peer):
    peer.send_post(1)
    peer.send_frame(GOAWAY, 0, 0, bytes(4) + b"\0\0\0\xff")
    peer.expect_ping_answer()


@conversation("7", "RST_STREAM with an unknown error code", "no error: PING is answered")
def _(peer):
    peer.send_post(1)
    peer.send_rst_stream(1, 0xFF)
    peer.expect_ping_answer()


# --- §5.5: extensions

ignored("5.5", "a frame of an unknown type", lambda p: p.send_frame(0x16, 0, 0, bytes(8)))
ignored("5.5", "a frame of an unknown type on an idle stream",
        lambda p: p.send_frame(0xF0, 0xFF, 1, b"grease"))
answered("5.5", "an unknown frame inside a request, between DATA",
         lambda p: (p.send_post(1), p.send_data(1, b"a", 0), p.send_frame(0xF0, 1, 1, b"x"),
                    p.send_data(1, b"b")))
connection_error("5.5", "a frame of an unknown type inside a field block", PROTOCOL_ERROR,
                 lambda p: (p.send_headers(1, p.get_fields(), END_STREAM),
                            p.send_frame(0x16, 0, 0, bytes(8))))
