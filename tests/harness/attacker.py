"""Clients that mean harm: raw sockets, which need not send, read or answer anything more.

They share nothing with the library under test: frames are packed by peer.py, field blocks come from
python3-hpack.
"""

import contextlib
import functools
import select
import socket
import ssl
import struct
import threading
import time

from hpack import Encoder

from peer import DATA, END_HEADERS, END_STREAM, HEADERS, INITIAL_WINDOW_SIZE, PREFACE, SETTINGS, Peer
from server import is_over_tls

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
        """One more, from the address `source`; `data` (if any) is sent if it fits, and what comes back is not
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


@functools.cache
def tls_context():
    context = ssl.create_default_context()
    context.set_alpn_protocols(["h2"])
    return context


class Secured:
    """A socket of an attacker that speaks TLS, with what he uses of it. The handshake goes on whenever the server has
    said something, and `data` follows it if it fits: so he waits for nobody, and the server need not answer."""

    def __init__(self, plain, data):
        self.lock = threading.Lock()
        plain.setblocking(False)
        self.secure = tls_context().wrap_socket(plain, server_hostname="localhost", do_handshake_on_connect=False)
        self.data, self.timeout = data, 20
        self.is_open = self.has_failed = False
        self.step()

    def step(self):
        """The next of the handshake, and whether there is nothing more of it."""
        with self.lock:
            if not self.is_open and not self.has_failed:
                try:
                    self.secure.do_handshake()
                    self.is_open = True
                    with contextlib.suppress(ssl.SSLWantReadError, ssl.SSLWantWriteError):
                        while self.data:
                            self.data = self.data[self.secure.send(self.data):]
                except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
                    pass
                except (OSError, ValueError):  # closed, by whomever
                    self.has_failed = True
            return self.is_open or self.has_failed

    def has_shaken_hands(self):
        deadline = time.monotonic() + 20
        while not self.step() and time.monotonic() < deadline:
            select.select([self.secure], [], [], 0.05)
        return self.is_open

    def waiting(self, act, *arguments):
        """Until the socket allows it, or not at all, as setblocking() said."""
        if self.timeout and not self.has_shaken_hands():
            raise ConnectionError("no handshake")
        deadline = time.monotonic() + self.timeout
        while True:
            if self.has_failed:
                raise ConnectionError("no handshake")
            try:
                if not self.step():
                    raise ssl.SSLWantReadError
                return act(*arguments)
            except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
                if time.monotonic() >= deadline:
                    raise BlockingIOError from None
                select.select([self.secure], [self.secure] if act == self.secure.send else [], [], 0.05)

    def send(self, data):
        """More than a record, too, as a socket would."""
        sent = self.waiting(self.secure.send, data)
        with contextlib.suppress(BlockingIOError):
            while sent < len(data):
                sent += self.waiting(self.secure.send, data[sent:])
        return sent

    def sendall(self, data):
        while data:
            data = data[self.send(data):]

    def recv(self, size):
        return self.waiting(self.secure.recv, size)

    def setblocking(self, blocks):
        self.timeout = 20 if blocks else 0

    def setsockopt(self, *what):
        self.secure.setsockopt(*what)

    def fileno(self):
        return self.secure.fileno()

    def close(self):
        with self.lock:
            self.secure.close()


class SecureAttackers(Attackers):
    """They speak TLS; those who say nothing do not even begin to."""

    def __init__(self, server):
        super().__init__(server)
        self.unsettled, self.ends = [], threading.Event()
        self.steps = threading.Thread(target=self.go_on, daemon=True)

    def __enter__(self):
        self.steps.start()
        return self

    def __exit__(self, *unused):
        self.ends.set()
        self.steps.join()
        super().__exit__()

    def go_on(self):
        while not self.ends.wait(0.01):
            for one in list(self.unsettled):
                if one.step():
                    self.unsettled.remove(one)

    def connect(self, data=b"", **how):
        plain = super().connect(b"", **how)
        if data is None:
            return plain
        one = Secured(plain, data)
        self.sockets[self.sockets.index(plain)] = one
        self.unsettled.append(one)
        return one


def attackers_of(server):
    return SecureAttackers(server) if is_over_tls() else Attackers(server)


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
