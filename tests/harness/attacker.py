"""Clients that mean harm: raw sockets, which need not send, read or answer anything more.

They share nothing with the library under test: frames are packed by peer.py, field blocks come from
python3-hpack.
"""

import contextlib
import select
import socket
import struct

from hpack import Encoder

from peer import DATA, END_HEADERS, END_STREAM, HEADERS, INITIAL_WINDOW_SIZE, PREFACE, SETTINGS, Peer

FRAME = 16384  # the most that one may carry (RFC 9113 §4.2)
ABORT = struct.pack("ii", 1, 0)  # SO_LINGER: close() sends RST


def settings(*pairs):
    return Peer.pack(SETTINGS, 0, 0, b"".join(struct.pack(">HI", *pair) for pair in pairs))


OPENING = PREFACE + settings()
# What is asked for with it never comes: the client gives no window.
PINNED_OPENING = PREFACE + settings((INITIAL_WINDOW_SIZE, 0))


def request(path, stream=1, method="GET", flags=END_STREAM | END_HEADERS, extra=()):
    """One HEADERS frame, which leaves the peer's compression table as it was."""
    fields = [(":method", method), (":scheme", "http"), (":path", path), (":authority", "x"), *extra]
    block = b"".join(encode_literal(*field) for field in fields)
    return Peer.pack(HEADERS, flags, stream, block)


def encode_literal(name, value):
    # Sensitive: never indexed (RFC 7541 §6.2.3).
    return Encoder().encode([(name, value, True)], huffman=False)


def requests(path, count, **how):
    return b"".join(request(path, 2 * i + 1, **how) for i in range(count))


def bomb(path, count, method="GET", flags=END_STREAM | END_HEADERS, times=15):
    """Requests with `times` 3,900 octets of fields each, all but one by reference to the first's."""
    head = [(":method", method), (":scheme", "http"), (":path", path), (":authority", "x")]
    block = b"".join(encode_literal(*field) for field in head)
    entry = Encoder().encode([("x-bomb", "b" * 3900)], huffman=False)
    reference = b"\xbe"  # index 62, the table's newest entry (RFC 7541 §6.1, §2.3.3)
    return b"".join(
        Peer.pack(HEADERS, flags, 2 * i + 1,
                  block + (reference if i else entry) + reference * (times - 1))
        for i in range(count))


def echoes(count, size):
    """Requests to /echo that are never complete, with `size` octets of each one's body."""
    heads = requests("/echo", count, method="POST", flags=END_HEADERS)
    pieces = range(0, size, FRAME)
    return heads + b"".join(Peer.pack(DATA, 0, 2 * i + 1, bytes(min(FRAME, size - at)))
                            for i in range(count) for at in pieces)


class Attackers:
    """Sockets to one server, all closed at the end of the with block."""

    def __init__(self, server):
        self.address = (server.host, server.port)
        self.sockets = []

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        for one in self.sockets:
            one.close()

    def connect(self, data=b"", receive_buffer=None, source=None):
        """One more, from the address `source`; `data` is sent if it fits, and what comes back is not
        read."""
        one = socket.socket()
        self.sockets.append(one)
        if receive_buffer:
            one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        if source:
            one.bind((source, 0))
        one.settimeout(20)
        one.connect(self.address)
        one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if data:
            one.setblocking(False)
            with contextlib.suppress(OSError):
                one.send(data)
        return one

    def send(self, one, data):
        """What fits; False when the server has closed it."""
        try:
            one.send(data)
        except BlockingIOError:
            pass
        except OSError:
            return False
        return True

    def close(self, one):
        one.close()
        self.sockets.remove(one)

    def abort(self, one):
        """RST, whatever is on its way."""
        one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, ABORT)
        self.close(one)


def is_closed(one):
    """Reads what has come; True when the server has closed or reset the connection."""
    one.setblocking(False)
    try:
        while data := one.recv(1 << 16):
            del data
    except BlockingIOError:
        return False
    except OSError:
        pass
    return True


def is_dropped(one):
    """Reads nothing; True when the server has closed or reset the connection."""
    poll = select.poll()
    poll.register(one, select.POLLRDHUP)
    return bool(poll.poll(0))
