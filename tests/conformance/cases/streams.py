"""RFC 9113 §5.1: stream states, identifiers, concurrency."""

from peer import *  # the protocol's names
from suite import answered, connection_error, conversation, ignored, stream_error

# --- §5.1: idle

connection_error("5.1", "idle: DATA", PROTOCOL_ERROR, lambda p: p.send_data(1, b"test"))
connection_error("5.1", "idle: RST_STREAM", PROTOCOL_ERROR, lambda p: p.send_rst_stream(1))
connection_error("5.1", "idle: WINDOW_UPDATE", PROTOCOL_ERROR,
                 lambda p: p.send_window_update(1, 100))
connection_error("5.1", "idle: CONTINUATION", PROTOCOL_ERROR,
                 lambda p: p.send_frame(CONTINUATION, END_HEADERS, 1, p.encode(p.get_fields())))
ignored("5.1", "idle: PRIORITY", lambda p: p.send_priority(1))
connection_error("5.1", "idle, of the server's kind: DATA", PROTOCOL_ERROR,
                 lambda p: p.send_data(2, b"test"))

# --- §5.1: half-closed (remote). A window of 0 keeps the response, and so the stream, open.

held = {"settings": [(INITIAL_WINDOW_SIZE, 0)]}

stream_error("5.1", "half-closed (remote): DATA", STREAM_CLOSED,
             lambda p: (p.send_get(1), p.send_data(1, b"test")), **held)
stream_error("5.1", "half-closed (remote): HEADERS", STREAM_CLOSED,
             lambda p: (p.send_get(1), p.send_get(1)), **held)
stream_error("5.1", "half-closed (remote): HEADERS that would be a malformed request",
             STREAM_CLOSED,
             lambda p: (p.send_get(1), p.send_headers(1, [("Bad", "1")])), **held)
connection_error("5.1", "half-closed (remote): CONTINUATION", PROTOCOL_ERROR,
                 lambda p: (p.send_get(1),
                            p.send_frame(CONTINUATION, END_HEADERS, 1, b"\x82")), **held)
ignored("5.1", "half-closed (remote): RST_STREAM",
        lambda p: (p.send_get(1), p.send_rst_stream(1)), **held)


@conversation("5.1", "half-closed (remote): WINDOW_UPDATE", "DATA within the new window", **held)
def _(peer):
    peer.send_get(1)
    peer.send_window_update(1, 1)
    peer.expect_data(1, 1)


@conversation("5.1", "half-closed (remote): PRIORITY", "accepted; DATA goes on", **held)
def _(peer):
    peer.send_get(1)
    peer.send_priority(1, weight=255)
    peer.send_window_update(1, 1)
    peer.expect_data(1, 1)


# --- §5.1: closed, by END_STREAM both ways


def ended(peer):
    peer.send_get(1)
    peer.expect_message(1)


connection_error("5.1", "closed by END_STREAM: DATA", STREAM_CLOSED,
                 lambda p: (ended(p), p.send_data(1, b"test")))
connection_error("5.1", "closed by END_STREAM: HEADERS", STREAM_CLOSED,
                 lambda p: (ended(p), p.send_get(1)))
connection_error("5.1", "closed by END_STREAM: CONTINUATION", PROTOCOL_ERROR,
                 lambda p: (ended(p), p.send_frame(CONTINUATION, END_HEADERS, 1, b"\x82")))
ignored("5.1", "closed by END_STREAM: PRIORITY", lambda p: (ended(p), p.send_priority(1)))
ignored("5.1", "closed by END_STREAM: WINDOW_UPDATE",
        lambda p: (ended(p), p.send_window_update(1, 1)))


@conversation("5.1", "closed by END_STREAM: RST_STREAM", "ignored; PING is answered")
def _(peer):
    ended(peer)
    peer.send_rst_stream(1)
    peer.expect_ping_answer()


# --- §5.1: closed, by the peer's RST_STREAM


def reset(peer):
    peer.send_post(1)
    peer.send_rst_stream(1)


stream_error("5.1", "closed by RST_STREAM of the client: DATA", STREAM_CLOSED,
             lambda p: (reset(p), p.send_data(1, b"test")))
stream_error("5.1", "closed by RST_STREAM of the client: HEADERS", STREAM_CLOSED,
             lambda p: (reset(p), p.send_get(1)))
connection_error("5.1", "closed by RST_STREAM of the client: CONTINUATION", PROTOCOL_ERROR,
                 lambda p: (reset(p), p.send_frame(CONTINUATION, END_HEADERS, 1, b"\x82")))
ignored("5.1", "closed by RST_STREAM of the client: PRIORITY",
        lambda p: (reset(p), p.send_priority(1)))
ignored("5.1", "closed by RST_STREAM of the client: WINDOW_UPDATE",
        lambda p: (reset(p), p.send_window_update(1, 1)))
ignored("5.1", "closed by RST_STREAM of the client: RST_STREAM",
        lambda p: (reset(p), p.send_rst_stream(1)))


# --- §5.1: closed, by the server's RST_STREAM: the client may not have seen it yet


def refused(peer):
    """Stream 1 is reset by the server, for a malformed request."""
    peer.send_post(1, [("x-bad", "a\0b")])
    peer.expect_stream_error(1, PROTOCOL_ERROR)


late_frames = {
    "DATA": lambda p: p.send_data(1, b"test", 0),
    "DATA with END_STREAM": lambda p: p.send_data(1, b"test"),
    "trailers": lambda p: p.send_headers(1, [("x-late", "1")]),
    "WINDOW_UPDATE": lambda p: p.send_window_update(1, 1),
    "RST_STREAM": lambda p: p.send_rst_stream(1),
    "PRIORITY": lambda p: p.send_priority(1),
}
for name, act in late_frames.items():

    @conversation("5.1", f"closed by RST_STREAM of the server: {name}", "discarded in silence")
    def _(peer, act=act):
        refused(peer)
        act(peer)
        peer.expect_silence(1)


@conversation("5.1", "a late field block on a stream that the server reset",
              "it still counts for the HPACK table")
def _(peer):
    refused(peer)
    block = b"\x40\x06x-late\x01v"  # literal with indexing: a new entry of the dynamic table
    peer.send_headers(1, block)
    late_index = b"\xbe"  # RFC 7541 §6.1: entry 62, the newest
    fields = b"".join(b"\0" + bytes([len(n)]) + n.encode() + bytes([len(v)]) + v.encode()
                      for n, v in peer.get_fields("/headers"))
    peer.send_headers(3, fields + late_index)
    body = peer.expect_message(3)[1]
    if b"x-late" not in body:
        raise Departure(f"/headers answers {body!r}, without x-late")


@conversation("5.1", "late DATA on a stream that the server reset",
              "the connection window is given back")
def _(peer):
    refused(peer)
    window = 65535 + sum(int.from_bytes(f.payload, "big") for f in peer.heard
                         if f.type == WINDOW_UPDATE and f.stream == 0)
    sent = 0
    while sent + 16384 <= window:
        peer.send_data(1, bytes(16384), 0)
        sent += 16384
    peer.expect_ping_answer()
    back = sum(int.from_bytes(f.payload, "big") for f in peer.heard
               if f.type == WINDOW_UPDATE and f.stream == 0) + 65535 - window
    if back < sent // 2:
        raise Departure(f"of {sent} octets {back} were given back")


# --- §5.1.1: identifiers

connection_error("5.1.1", "a request on an even stream", PROTOCOL_ERROR,
                 lambda p: p.send_get(2))
connection_error("5.1.1", "a new stream with a lower identifier", PROTOCOL_ERROR,
                 lambda p: (p.send_get(5), p.send_get(3)))
connection_error("5.1.1", "a lower stream, when the higher one has ended", PROTOCOL_ERROR,
                 lambda p: (p.send_get(5), p.expect_message(5), p.send_get(3)))
answered("5.1.1", "the highest identifier", lambda p: p.send_get(MAX_WINDOW), stream=MAX_WINDOW)
connection_error("5.1.1", "DATA on a stream that was skipped", PROTOCOL_ERROR,
                 lambda p: (p.send_post(5), p.send_data(3, b"test")))

# --- §5.1.2: concurrency


@conversation("5.1.2", "one stream more than MAX_CONCURRENT_STREAMS",
              "RST_STREAM REFUSED_STREAM or PROTOCOL_ERROR for it; the others go on", **held)
def _(peer):
    limit = peer.server_settings.get(MAX_CONCURRENT_STREAMS)
    if limit is None or limit > 10000:
        raise Departure(f"MAX_CONCURRENT_STREAMS is {limit}: no limit")
    streams = range(1, 2 * limit + 2, 2)
    for stream in streams:
        peer.send_get(stream)
    reset_frame = peer.read_until(lambda f: f.type == RST_STREAM, "RST_STREAM")
    if reset_frame.stream != streams[-1]:
        raise Departure(f"{reset_frame}, not stream {streams[-1]}")
    if reset_frame.error not in (REFUSED_STREAM, PROTOCOL_ERROR):
        raise Departure(str(reset_frame))
    peer.send_window_update(1, 1)
    peer.expect_data(1, 1)


@conversation("5.1.2", "a stream ends, then another begins", "the place is free again")
def _(peer):
    limit = peer.server_settings.get(MAX_CONCURRENT_STREAMS, 100)
    peer.send_window_update(0, 2**30)
    for number in range(limit + 20):
        peer.send_get(2 * number + 1)
        peer.expect_message(2 * number + 1)
        peer.heard.clear()
