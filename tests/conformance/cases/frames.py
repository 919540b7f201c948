"""RFC 9113 §4, §6.1-§6.4, §6.6, §6.10: frames, their sizes, padding and order."""

from peer import *  # the protocol's names
from suite import answered, connection_error, conversation, ignored, stream_error

# --- §4.1, §4.2: frame header and frame size

ignored("4.1", "undefined flags on PING",
        lambda p: p.send_frame(PING, 0x16, 0, bytes(8)))
ignored("4.1", "the reserved bit on stream 0",
        lambda p: p.send_frame(PING, 0, 0x80000000, bytes(8)))
answered("4.1", "the reserved bit on a request's HEADERS",
         lambda p: p.send_frame(HEADERS, END_STREAM | END_HEADERS, 0x80000001,
                                p.encode(p.get_fields())))
ignored("4.1", "the reserved bit of WINDOW_UPDATE",
        lambda p: p.send_window_update(0, 0x80000001))

answered("4.2", "DATA of 16,384 octets",
         lambda p: (p.send_post(1), p.send_data(1, bytes(16384))))
answered("4.2", "HEADERS of 16,384 octets",
         lambda p: p.send_frame(HEADERS, END_STREAM | END_HEADERS | PADDED, 1, full_headers(p)))


def full_headers(peer):
    block = peer.encode(peer.get_fields())
    fill = []
    while len(block) < 16384 - 256:
        size = min(8000, 16384 - 200 - len(block))
        name = b"x-fill-%d" % len(fill)
        block += b"\0" + bytes([len(name)]) + name + literal_length(size) + b"v" * size
        fill.append(size)
    padding = 16384 - 1 - len(block)
    return bytes([padding]) + block + bytes(padding)


def literal_length(size):
    """RFC 7541 §5.1 with a prefix of seven bits."""
    if size < 127:
        return bytes([size])
    size -= 127
    octets = b"\x7f"
    while size >= 128:
        octets += bytes([size % 128 + 128])
        size //= 128
    return octets + bytes([size])


connection_error("4.2", "HEADERS larger than MAX_FRAME_SIZE", FRAME_SIZE_ERROR,
                 lambda p: p.send_headers(1, p.encode(p.get_fields()) + bytes(16384)))
connection_error("4.2", "HEADERS larger than MAX_FRAME_SIZE, its payload withheld",
                 FRAME_SIZE_ERROR,
                 lambda p: p.send(Peer.pack(HEADERS, END_HEADERS, 1, length=16385)))
connection_error("4.2", "CONTINUATION larger than MAX_FRAME_SIZE", FRAME_SIZE_ERROR,
                 lambda p: (p.send_headers(1, p.get_fields(), END_STREAM),
                            p.send_frame(CONTINUATION, END_HEADERS, 1, bytes(16385))))
connection_error("4.2", "SETTINGS larger than MAX_FRAME_SIZE", FRAME_SIZE_ERROR,
                 lambda p: p.send(Peer.pack(SETTINGS, 0, 0, length=16386)))
connection_error("4.2", "an unknown frame larger than MAX_FRAME_SIZE", FRAME_SIZE_ERROR,
                 lambda p: p.send(Peer.pack(0xF0, 0, 0, length=16385)))


@conversation("4.2", "DATA larger than MAX_FRAME_SIZE",
              "FRAME_SIZE_ERROR, for the stream or the connection")
def _(peer):
    peer.send_post(1)
    peer.send_data(1, bytes(16385))
    frame = peer.read()
    while frame is not None and frame.type not in (GOAWAY, RST_STREAM):
        frame = peer.read()
    if frame is None or frame.error != FRAME_SIZE_ERROR:
        raise Departure(f"{frame}")


# --- §6.1: DATA

answered("6.1", "one DATA frame", lambda p: (p.send_post(1), p.send_data(1, b"test")))
answered("6.1", "several DATA frames",
         lambda p: (p.send_post(1), p.send_data(1, b"te", 0), p.send_data(1, b"st")))


@conversation("6.1", "DATA with padding", "the padding is no part of the body")
def _(peer):
    peer.send_post(1)
    peer.send_data(1, b"\x05test" + bytes(5), END_STREAM | PADDED)
    body = peer.expect_message(1)[1]
    if body != b"test":
        raise Departure(f"the echo is {body!r}")


answered("6.1", "DATA that is only padding",
         lambda p: (p.send_post(1), p.send_data(1, b"\xff" + bytes(255), END_STREAM | PADDED)))
answered("6.1", "empty DATA with END_STREAM", lambda p: (p.send_post(1), p.send_data(1, b"")))
connection_error("6.1", "DATA on stream 0", PROTOCOL_ERROR, lambda p: p.send_data(0, b"test"))
connection_error("6.1", "padding longer than the DATA payload", PROTOCOL_ERROR,
                 lambda p: (p.send_post(1), p.send_data(1, b"\x06test", END_STREAM | PADDED)))
connection_error("6.1", "padding as long as the DATA payload", PROTOCOL_ERROR,
                 lambda p: (p.send_post(1), p.send_data(1, b"\x05test", END_STREAM | PADDED)))


@conversation("6.1", "padded DATA without a Pad Length",
              "FRAME_SIZE_ERROR, for the stream or the connection")
def _(peer):
    peer.send_post(1)
    peer.send_data(1, b"", END_STREAM | PADDED)
    frame = peer.read()
    while frame is not None and frame.type not in (GOAWAY, RST_STREAM):
        frame = peer.read()
    if frame is None or frame.error != FRAME_SIZE_ERROR:
        raise Departure(f"{frame}")


# --- §6.2: HEADERS

answered("6.2", "HEADERS", lambda p: p.send_get(1))
answered("6.2", "HEADERS with padding",
         lambda p: p.send_headers(1, b"\x05" + p.encode(p.get_fields()) + bytes(5),
                                  END_STREAM | END_HEADERS | PADDED))
answered("6.2", "HEADERS with priority",
         lambda p: p.send_headers(1, Peer.pack_priority() + p.encode(p.get_fields()),
                                  END_STREAM | END_HEADERS | PRIORITY_FLAG))
answered("6.2", "HEADERS with priority and padding",
         lambda p: p.send_headers(
             1, b"\3" + Peer.pack_priority(0, True, 255) + p.encode(p.get_fields()) + bytes(3),
             END_STREAM | END_HEADERS | PRIORITY_FLAG | PADDED))
connection_error("6.2", "HEADERS on stream 0", PROTOCOL_ERROR,
                 lambda p: p.send_headers(0, p.get_fields()))
connection_error("6.2", "padding longer than the HEADERS payload", PROTOCOL_ERROR,
                 lambda p: p.send_headers(1, b"\xff" + p.encode(p.get_fields()),
                                          END_STREAM | END_HEADERS | PADDED))
connection_error("6.2", "HEADERS too short for its priority", FRAME_SIZE_ERROR,
                 lambda p: p.send_headers(1, bytes(4), END_STREAM | END_HEADERS | PRIORITY_FLAG))
connection_error("6.2", "HEADERS too short for its Pad Length", FRAME_SIZE_ERROR,
                 lambda p: p.send_headers(1, b"", END_STREAM | END_HEADERS | PADDED))

# --- §6.3: PRIORITY

for weight in (0, 255):
    answered("6.3", f"PRIORITY with weight {weight + 1}",
             lambda p, w=weight: (p.send_priority(1, weight=w), p.send_get(1)))
answered("6.3", "PRIORITY with a dependency",
         lambda p: (p.send_priority(1, depends_on=3), p.send_get(1)))
answered("6.3", "PRIORITY with an exclusive dependency",
         lambda p: (p.send_priority(1, depends_on=3, exclusive=True), p.send_get(1)))
answered("6.3", "PRIORITY on idle stream 3, then a request on stream 1",
         lambda p: (p.send_priority(3), p.send_get(1)))
connection_error("6.3", "PRIORITY on stream 0", PROTOCOL_ERROR, lambda p: p.send_priority(0))
for size in (4, 6):
    stream_error("6.3", f"PRIORITY of {size} octets", FRAME_SIZE_ERROR,
                 lambda p, n=size: (p.send_post(1), p.send_frame(PRIORITY, 0, 1, bytes(n))))
stream_error("5.3.1 of RFC 7540", "HEADERS of a stream that depends on itself", PROTOCOL_ERROR,
             lambda p: p.send_headers(1, Peer.pack_priority(1) + p.encode(p.get_fields()),
                                      END_STREAM | END_HEADERS | PRIORITY_FLAG))
stream_error("5.3.1 of RFC 7540", "PRIORITY of an open stream that depends on itself",
             PROTOCOL_ERROR, lambda p: (p.send_post(1), p.send_priority(1, depends_on=1)))

# --- §6.4: RST_STREAM

ignored("6.4", "RST_STREAM on an open stream",
        lambda p: (p.send_post(1), p.send_rst_stream(1, CANCEL)))
connection_error("6.4", "RST_STREAM on stream 0", PROTOCOL_ERROR, lambda p: p.send_rst_stream(0))
connection_error("6.4", "RST_STREAM on an idle stream", PROTOCOL_ERROR,
                 lambda p: p.send_rst_stream(1))
for size in (3, 5):
    connection_error("6.4", f"RST_STREAM of {size} octets", FRAME_SIZE_ERROR,
                     lambda p, n=size: (p.send_post(1), p.send_frame(RST_STREAM, 0, 1, bytes(n))))

# --- §6.6, §8.4: PUSH_PROMISE

connection_error("8.4", "PUSH_PROMISE from a client", PROTOCOL_ERROR,
                 lambda p: (p.send_post(1),
                            p.send_frame(PUSH_PROMISE, END_HEADERS, 1,
                                         b"\0\0\0\2" + p.encode(p.get_fields()))))

# --- §4.3, §6.10: field blocks are contiguous


def open_block(peer, size=5):
    """HEADERS that leaves its block open; returns the rest of the block."""
    block = peer.encode(peer.get_fields())
    peer.send_headers(1, block[:size], END_STREAM)
    return block[size:]


answered("6.10", "a block in HEADERS and CONTINUATION",
         lambda p: p.send_frame(CONTINUATION, END_HEADERS, 1, open_block(p)))


@conversation("6.10", "a block cut into HEADERS and three CONTINUATION frames", "it is answered")
def _(peer):
    rest = open_block(peer, 1)
    third = len(rest) // 3
    for part, flags in ((rest[:third], 0), (rest[third:2 * third], 0),
                        (rest[2 * third:], END_HEADERS)):
        peer.send_frame(CONTINUATION, flags, 1, part)
    peer.expect_message(1)


answered("6.10", "an empty HEADERS frame, the whole block in CONTINUATION",
         lambda p: (p.send_headers(1, b"", END_STREAM),
                    p.send_frame(CONTINUATION, END_HEADERS, 1, p.encode(p.get_fields()))))

inside_a_block = {
    "PRIORITY": lambda p: p.send_priority(1),
    "DATA": lambda p: p.send_data(1, b"test"),
    "HEADERS of the same stream": lambda p: p.send_get(1),
    "HEADERS of another stream": lambda p: p.send_get(3),
    "RST_STREAM": lambda p: p.send_rst_stream(1),
    "SETTINGS": lambda p: p.send_settings(),
    "PING": lambda p: p.send_frame(PING, 0, 0, bytes(8)),
    "WINDOW_UPDATE": lambda p: p.send_window_update(0, 1),
    "CONTINUATION of another stream": lambda p: p.send_frame(CONTINUATION, 4, 3, b"\x82"),
    "CONTINUATION on stream 0": lambda p: p.send_frame(CONTINUATION, 4, 0, b"\x82"),
}
for name, act in inside_a_block.items():
    connection_error("4.3", f"{name} inside a field block", PROTOCOL_ERROR,
                     lambda p, act=act: (open_block(p), act(p)))
connection_error("6.10", "PING between two CONTINUATION frames", PROTOCOL_ERROR,
                 lambda p: (p.send_frame(CONTINUATION, 0, 1, open_block(p)),
                            p.send_frame(PING, 0, 0, bytes(8))))
connection_error("6.10", "CONTINUATION after HEADERS with END_HEADERS", PROTOCOL_ERROR,
                 lambda p: (p.send_headers(1, p.post_fields(), END_HEADERS),
                            p.send_frame(CONTINUATION, END_HEADERS, 1, b"\x82")))
connection_error("6.10", "CONTINUATION after CONTINUATION with END_HEADERS", PROTOCOL_ERROR,
                 lambda p: (p.send_frame(CONTINUATION, END_HEADERS, 1, open_block(p)),
                            p.send_frame(CONTINUATION, END_HEADERS, 1, b"\x82")))
connection_error("6.10", "CONTINUATION after DATA", PROTOCOL_ERROR,
                 lambda p: (p.send_post(1), p.send_data(1, b"test", 0),
                            p.send_frame(CONTINUATION, END_HEADERS, 1, b"\x82")))
