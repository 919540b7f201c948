"""A server that does what a test tells it, frame by frame: each connection is played by a function."""

import socket
import struct
import threading

import hpack

from peer import (ACK, END_HEADERS, END_STREAM, GOAWAY, HEADERS, NO_ERROR,
                  PREFACE, SETTINGS, Departure, Peer)


class Visit(Peer):
    """One connection of the client under test; Peer with the roles changed."""

    def __init__(self, connection, timeout):  # pylint: disable=super-init-not-called
        self.timeout = timeout
        self.encoder = hpack.Encoder()
        self.decoder = hpack.Decoder()
        self.heard = []
        self.buffer = b""
        self.pings = 0
        self.client_settings = {}
        self.own_settings = ()
        self.requests = {}
        self.socket = connection
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def handshake(self, settings=(), late=False):
        """Takes the client's preface, and sends ours; `late`: not yet."""
        preface = self.read_some(len(PREFACE))
        if preface != PREFACE:
            raise Departure(f"{preface!r} instead of the preface")
        first = self.read()
        if first is None or first.type != SETTINGS or first.flags & ACK:
            raise Departure(f"the client's first frame is {first}, not SETTINGS")
        for at in range(0, len(first.payload), 6):
            identifier, value = struct.unpack(">HI", first.payload[at:at + 6])
            self.client_settings[identifier] = value
        self.own_settings = settings
        if not late:
            self.handshake_late()

    def handshake_late(self):
        self.send_settings(*self.own_settings)
        self.send_frame(SETTINGS, ACK, 0)

    def read_some(self, size):
        import time
        return self.read_bytes(size, time.monotonic() + self.timeout)

    def expect_request(self):
        """The next request: (stream, fields, whether it ends there). Others' frames are skipped."""
        frame = self.read_until(lambda f: f.type == HEADERS and f.stream not in self.requests,
                                "a request")
        fields = dict(self.decode(frame))
        self.requests[frame.stream] = fields
        return frame.stream, fields, frame.end_stream

    def respond(self, stream, body=b"", status="200", extra=(), end=True):
        """A whole response, or its beginning."""
        fields = [(":status", status), *extra]
        if not body and end:
            return self.send_headers(stream, fields, END_HEADERS | END_STREAM)
        self.send_headers(stream, fields, END_HEADERS)
        for at in range(0, len(body), 16384):
            last = end and at + 16384 >= len(body)
            self.send_data(stream, body[at:at + 16384], END_STREAM if last else 0)
        return None

    def send_goaway(self, last_stream, code=NO_ERROR, debug=b""):
        self.send_frame(GOAWAY, 0, 0, struct.pack(">II", last_stream, code) + debug)

    def drain(self):
        """Reads until the client closes."""
        try:
            while self.read() is not None:
                pass
        except Departure:
            pass


class ScriptedServer:
    """Plays `scripts`, functions of a Visit, one connection each in their order. What goes wrong in
    them comes out of finish()."""

    def __init__(self, *scripts, timeout=60, handshake=True, settings=(), late=False):
        self.scripts = list(scripts)
        self.timeout = timeout
        self.shakes_hands = handshake
        self.settings = settings
        self.late = late  # the scripts send our preface
        self.failures = []
        self.visits = 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()

    def url(self, path="/"):
        return f"http://127.0.0.1:{self.port}{path}"

    def _serve(self):
        for script in self.scripts:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            self.visits += 1
            visit = Visit(connection, self.timeout)
            try:
                if self.shakes_hands:
                    visit.handshake(self.settings, self.late)
                script(visit)
            except Exception as failure:  # pylint: disable=broad-except
                self.failures.append(f"{type(failure).__name__}: {failure}")
            finally:
                visit.close()

    def __enter__(self):
        return self

    def __exit__(self, kind, *unused):
        # A client may come and go before we have looked: what it said is still to be read.
        if kind is None:
            self.thread.join(self.timeout)
        # accept() of another thread is not woken by close(), but by shutdown().
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.thread.join(self.timeout)
        if kind is None and self.failures:
            raise AssertionError("; ".join(self.failures))
        if kind is None and self.visits != len(self.scripts):
            raise AssertionError(f"{self.visits} connections instead of {len(self.scripts)}")
