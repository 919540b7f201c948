"""RFC 9113 §8: requests, what makes them malformed, trailers."""

from peer import *  # the protocol's names
from suite import answered, conversation, stream_error

# --- §8.1: exchanges

answered("8.1", "GET", lambda p: p.send_get(1))
answered("8.1", "POST with a body", lambda p: (p.send_post(1), p.send_data(1, b"test")))
answered("8.1", "POST with trailers",
         lambda p: (p.send_post(1, [("trailer", "x-test")]), p.send_data(1, b"test", 0),
                    p.send_headers(1, [("x-test", "ok")])))


@conversation("8.1", "HEAD", "a response without a body")
def _(peer):
    peer.send_headers(1, peer.get_fields(method="HEAD"))
    _, body = peer.expect_message(1)
    if body:
        raise Departure(f"a body of {len(body)} octets")


@conversation("8.1", "twenty requests at once", "twenty whole responses")
def _(peer):
    streams = range(1, 41, 2)
    peer.send(b"".join(Peer.pack(HEADERS, END_STREAM | END_HEADERS, stream,
                                 peer.encode(peer.get_fields())) for stream in streams))
    ended = set()
    while len(ended) < len(streams):
        frame = peer.read_until(lambda f: f.end_stream, "END_STREAM")
        ended.add(frame.stream)


stream_error("8.1", "trailers without END_STREAM", PROTOCOL_ERROR,
             lambda p: (p.send_post(1), p.send_data(1, b"test", 0),
                        p.send_headers(1, [("x-test", "ok")], END_HEADERS)))
stream_error("8.1", "a second HEADERS without END_STREAM, before any DATA", PROTOCOL_ERROR,
             lambda p: (p.send_post(1), p.send_headers(1, p.post_fields(), END_HEADERS)))


# --- §8.2.1: names and values


def request_with(*fields):
    return lambda peer: peer.send_get(1, fields)


malformed = {
    "8.2.1": {
        "an upper-case name": ("X-TEST", "ok"),
        "one upper-case letter in a name": ("x-tesT", "ok"),
        "a space in a name": ("x test", "ok"),
        "a control character in a name": ("x\x01test", "ok"),
        "DEL in a name": ("x\x7ftest", "ok"),
        "an octet above 0x7f in a name": (b"x\xc3\xa4", b"ok"),
        "a colon inside a name": ("x:test", "ok"),
        "an empty name": ("", "ok"),
        "NUL in a value": ("x-test", "a\0b"),
        "CR in a value": ("x-test", "a\rb"),
        "LF in a value": ("x-test", "a\nb"),
        "a space before a value": ("x-test", " ok"),
        "a space behind a value": ("x-test", "ok "),
        "a tab before a value": ("x-test", "\tok"),
        "a tab behind a value": ("x-test", "ok\t"),
    },
    "8.2.2": {
        "connection": ("connection", "keep-alive"),
        "keep-alive": ("keep-alive", "timeout=5"),
        "proxy-connection": ("proxy-connection", "keep-alive"),
        "transfer-encoding": ("transfer-encoding", "chunked"),
        "upgrade": ("upgrade", "h2c"),
        "te other than trailers": ("te", "trailers, deflate"),
        "te gzip": ("te", "gzip"),
    },
    "8.3": {
        "an unknown pseudo-header field": (":test", "ok"),
        ":status in a request": (":status", "200"),
        ":protocol that was not enabled": (":protocol", "websocket"),
    },
    "8.1.1": {
        "content-length that is no number": ("content-length", "abc"),
        "content-length with a sign": ("content-length", "+1"),
        "an empty content-length": ("content-length", ""),
        "content-length beyond 64 bits": ("content-length", "99999999999999999999"),
    },
}
for rfc, group in malformed.items():
    for title, field in group.items():
        if title.startswith((":", "an unknown")):
            # Before the regular fields, so that only its name is wrong.
            stream_error(rfc, title, PROTOCOL_ERROR,
                         lambda p, f=field: p.send_headers(1, [f] + p.get_fields()))
        else:
            stream_error(rfc, title, PROTOCOL_ERROR, request_with(field))
stream_error("8.1.1", "content-length twice, with different values", PROTOCOL_ERROR,
             request_with(("content-length", "0"), ("content-length", "1")))

answered("8.2.2", "te: trailers", request_with(("te", "trailers")))
answered("8.2.1", "an empty value", request_with(("x-test", "")))
answered("8.2.1", "obs-text, a tab and a space inside a value",
         request_with((b"x-test", b"a\xe4 b\tc")))
answered("8.2.3", "cookie in three fields",
         request_with(("cookie", "a=1"), ("cookie", "b=2"), ("cookie", "c=3")))

# --- §8.3: pseudo-header fields


def send_pseudo(*fields):
    return lambda peer: peer.send_headers(1, list(fields))


METHOD, SCHEME, PATH = (":method", "GET"), (":scheme", "http"), (":path", "/")
AUTHORITY = (":authority", "localhost")

stream_error("8.3", "a pseudo-header field behind a regular one", PROTOCOL_ERROR,
             send_pseudo(METHOD, SCHEME, AUTHORITY, ("x-test", "ok"), PATH))
stream_error("8.3", "a pseudo-header field in trailers", PROTOCOL_ERROR,
             lambda p: (p.send_post(1), p.send_data(1, b"test", 0),
                        p.send_headers(1, [(":method", "POST")])))
stream_error("8.3.1", ":method is missing", PROTOCOL_ERROR, send_pseudo(SCHEME, PATH, AUTHORITY))
stream_error("8.3.1", ":scheme is missing", PROTOCOL_ERROR, send_pseudo(METHOD, PATH, AUTHORITY))
stream_error("8.3.1", ":path is missing", PROTOCOL_ERROR, send_pseudo(METHOD, SCHEME, AUTHORITY))
stream_error("8.3.1", ":path is empty", PROTOCOL_ERROR,
             send_pseudo(METHOD, SCHEME, (":path", ""), AUTHORITY))
for field in (METHOD, SCHEME, PATH, AUTHORITY):
    stream_error("8.3.1", f"{field[0]} twice", PROTOCOL_ERROR,
                 send_pseudo(METHOD, SCHEME, PATH, AUTHORITY, field))
stream_error("8.3.1", "an empty field section", PROTOCOL_ERROR, lambda p: p.send_headers(1, b""))
answered("8.3.1", "host instead of :authority",
         lambda p: p.send_headers(1, p.get_fields()[:3] + [("host", "localhost")]))

stream_error("8.5", "CONNECT with :path", PROTOCOL_ERROR,
             send_pseudo((":method", "CONNECT"), PATH, AUTHORITY))
stream_error("8.5", "CONNECT with :scheme", PROTOCOL_ERROR,
             send_pseudo((":method", "CONNECT"), SCHEME, AUTHORITY))
stream_error("8.5", "CONNECT without :authority", PROTOCOL_ERROR,
             send_pseudo((":method", "CONNECT")))

# --- §8.1.1: content-length against DATA

stream_error("8.1.1", "DATA shorter than content-length", PROTOCOL_ERROR,
             lambda p: (p.send_post(1, [("content-length", "5")]), p.send_data(1, b"test")))
stream_error("8.1.1", "DATA longer than content-length", PROTOCOL_ERROR,
             lambda p: (p.send_post(1, [("content-length", "1")]), p.send_data(1, b"test")))
stream_error("8.1.1", "several DATA frames, their sum not content-length", PROTOCOL_ERROR,
             lambda p: (p.send_post(1, [("content-length", "1")]), p.send_data(1, b"test", 0),
                        p.send_data(1, b"test")))
stream_error("8.1.1", "content-length, and END_STREAM on HEADERS", PROTOCOL_ERROR,
             lambda p: p.send_headers(1, p.post_fields() + [("content-length", "1")]))
stream_error("8.1.1", "trailers before content-length is reached", PROTOCOL_ERROR,
             lambda p: (p.send_post(1, [("content-length", "5")]), p.send_data(1, b"test", 0),
                        p.send_headers(1, [("x-test", "ok")])))
answered("8.1.1", "the sum of DATA is content-length",
         lambda p: (p.send_post(1, [("content-length", "8")]), p.send_data(1, b"test", 0),
                    p.send_data(1, b"\x03test" + bytes(3), END_STREAM | PADDED)))
stream_error("8.2.1", "NUL in a trailer", PROTOCOL_ERROR,
             lambda p: (p.send_post(1), p.send_data(1, b"test", 0),
                        p.send_headers(1, [("x-test", "a\0b")])))


@conversation("8.1.1", "a malformed request between two good ones", "both are answered")
def _(peer):
    peer.send_get(1)
    peer.expect_message(1)
    peer.send_get(3, [("connection", "close")])
    peer.expect_stream_error(3, PROTOCOL_ERROR)
    peer.send_get(5)
    peer.expect_message(5)


# --- The rest of a request that will be refused: POST to a path that only takes GET. What is wrong
# with it must not be hidden by an early answer.


def refused_post(*fields):
    """The head of a POST that gets a 405 in the end; its body follows."""

    def act(peer):
        peer.send_headers(1, peer.get_fields(method="POST") + list(fields), END_HEADERS)
        peer.expect_ping_answer()

    return act


def after(head, rest):
    return lambda peer: (head(peer), rest(peer))


stream_error("8.1.1", "a POST that is refused: DATA longer than content-length", PROTOCOL_ERROR,
             after(refused_post(("content-length", "1")), lambda p: p.send_data(1, b"test")))
stream_error("8.1", "a POST that is refused: trailers without END_STREAM", PROTOCOL_ERROR,
             after(refused_post(), lambda p: p.send_headers(1, [("x-a", "b")], END_HEADERS)))
stream_error("5.1", "a POST that is refused: DATA after RST_STREAM", STREAM_CLOSED,
             after(refused_post(), lambda p: (p.send_rst_stream(1), p.send_data(1, b"test"))))
answered("8.1", "a POST that is refused: 405 when it has ended",
         after(refused_post(), lambda p: (p.send_data(1, bytes(16384), 0),
                                          p.send_headers(1, [("x-a", "b")]))), status="405")
