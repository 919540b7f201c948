#!/usr/bin/python3
"""WebSockets over python-h2 (RFC 8441) against the server's echo at /ws."""

import os
import struct
import sys

import h2.config
import h2.connection
import h2.events
import h2.exceptions
import h2.settings

import transport
from checks import equal, holds, main
from server import Server

TEXT, BINARY, CLOSE, PING, PONG, GOES_ON, FIN = 1, 2, 8, 9, 10, 0, 0x80


class Client:
    """One connection; what came on each stream."""

    def __init__(self, server):
        self.authority = f"{server.host}:{server.port}"
        self.socket = transport.connect(server.host, server.port, 60)
        self.h2 = h2.connection.H2Connection(
            h2.config.H2Configuration(client_side=True, header_encoding="utf-8"))
        self.h2.initiate_connection()
        self.heads, self.data, self.ended, self.resets = {}, {}, set(), {}
        self.server_settings = None
        self.answered_pings = 0
        self.flush()
        while self.server_settings is None:
            self.pump()

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.socket.close()

    def flush(self):
        self.socket.sendall(self.h2.data_to_send())

    def pump(self):
        data = self.socket.recv(65536)
        holds(data, "the server closed the connection")
        for event in self.h2.receive_data(data):
            stream = getattr(event, "stream_id", None)
            if isinstance(event, h2.events.RemoteSettingsChanged):
                self.server_settings = {code: change.new_value
                                        for code, change in event.changed_settings.items()}
            elif isinstance(event, h2.events.ResponseReceived):
                self.heads[stream] = dict(event.headers)
            elif isinstance(event, h2.events.DataReceived):
                self.data[stream] = self.data.get(stream, b"") + event.data
                self.h2.acknowledge_received_data(event.flow_controlled_length, stream)
            elif isinstance(event, h2.events.StreamEnded):
                self.ended.add(stream)
            elif isinstance(event, h2.events.PingAckReceived):
                self.answered_pings += 1
            elif isinstance(event, h2.events.StreamReset):
                self.resets[stream] = event.error_code
            holds(not isinstance(event, h2.events.ConnectionTerminated), f"GOAWAY: {event}")
        self.flush()

    def round_trip(self):
        """Everything that was sent has been read, and what followed from it has come."""
        answered = self.answered_pings
        self.h2.ping(b"are you?")
        self.flush()
        while self.answered_pings == answered:
            self.pump()

    def connect(self, path="/ws", protocol="websocket", extra=(("sec-websocket-version", "13"),)):
        """An extended CONNECT; its stream."""
        stream = self.h2.get_next_available_stream_id()
        self.h2.send_headers(stream, [(":method", "CONNECT"), (":protocol", protocol),
                                      (":scheme", transport.scheme()), (":path", path),
                                      (":authority", self.authority), *extra])
        self.flush()
        while stream not in self.heads and stream not in self.resets:
            self.pump()
        return stream

    def send(self, stream, data, end=False):
        """Within the windows; takes in what comes meanwhile."""
        while data:
            room = min(self.h2.local_flow_control_window(stream), self.h2.max_outbound_frame_size)
            if room == 0:
                self.pump()
                continue
            self.h2.send_data(stream, data[:room])
            data = data[room:]
            self.flush()
        if end:
            self.h2.end_stream(stream)
            self.flush()


class WebSocket:
    """One WebSocket on a connection of its own, unless one is given."""

    def __init__(self, server, client=None):
        self.client = client or Client(server)
        self.stream = self.client.connect()
        equal(self.client.heads[self.stream][":status"], "200")

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.client.__exit__()

    @staticmethod
    def pack(first, payload, mask=b"\x37\xfa\x21\x3d"):
        size = len(payload)
        head = bytes([first])
        flag = 0x80 if mask else 0
        if size < 126:
            head += bytes([flag | size])
        elif size < 65536:
            head += bytes([flag | 126]) + struct.pack(">H", size)
        else:
            head += bytes([flag | 127]) + struct.pack(">Q", size)
        if not mask:
            return head + payload
        key = mask * (size // 4 + 1)
        masked = int.from_bytes(payload, "big") ^ int.from_bytes(key[:size], "big")
        return head + mask + masked.to_bytes(size, "big")

    def send(self, first, payload=b"", mask=b"\x37\xfa\x21\x3d"):
        self.client.send(self.stream, self.pack(first, payload, mask))

    def receive(self):
        """The next frame: (first octet, payload). Servers do not mask."""
        size, at = self.take(2)[1], 2
        holds(not size & 0x80, "a masked frame from the server")
        if size >= 126:
            length = {126: 2, 127: 8}[size]
            size = int.from_bytes(self.take(at + length)[at:], "big")
            at += length
        frame = self.take(at + size)
        self.client.data[self.stream] = self.client.data[self.stream][at + size:]
        return frame[0], frame[at:]

    def take(self, size):
        while len(self.client.data.get(self.stream, b"")) < size:
            holds(self.stream not in self.client.ended, "the stream has ended")
            holds(self.stream not in self.client.resets, f"reset: {self.client.resets}")
            self.client.pump()
        return self.client.data[self.stream][:size]

    def expect(self, first, payload):
        frame = self.receive()
        equal(frame[0], first, "first octet")
        holds(frame[1] == payload, f"{frame[1][:100]} instead of {payload[:100]}")

    def expect_end(self, code):
        """A Close frame with this code (None: without one), and the end of the stream."""
        self.expect(FIN | CLOSE, b"" if code is None else struct.pack(">H", code))
        while self.stream not in self.client.ended:
            holds(self.stream not in self.client.resets, f"reset: {self.client.resets}")
            self.client.pump()
        equal(self.client.data.get(self.stream, b""), b"", "behind the Close frame")


def setting(server):
    """SETTINGS_ENABLE_CONNECT_PROTOCOL is announced"""
    with Client(server) as client:
        equal(client.server_settings.get(h2.settings.SettingCodes.ENABLE_CONNECT_PROTOCOL), 1)


def messages(server):
    """text and binary messages of all sizes come back"""
    with WebSocket(server) as ws:
        for payload in (b"Hello", "h\u00e9 \u65e5\u672c \U0001f600".encode(), b"", b"x" * 125, b"x" * 126,
                        b"x" * 65535, b"x" * 65536, b"x" * (1 << 20)):
            ws.send(FIN | TEXT, payload)
            ws.expect(FIN | TEXT, payload)
            ws.send(FIN | BINARY, payload + b"\xff" if len(payload) < 1 << 20 else payload)
            ws.expect(FIN | BINARY, payload + b"\xff" if len(payload) < 1 << 20 else payload)


def pieces(server):
    """frames cut anywhere by DATA, and several in one DATA"""
    with WebSocket(server) as ws:
        frames = ws.pack(FIN | TEXT, b"one") + ws.pack(FIN | BINARY, b"\x00" * 300) + \
            ws.pack(FIN | PING, b"?")
        for octet in frames:
            ws.client.send(ws.stream, bytes([octet]))
        ws.client.send(ws.stream, frames)
        for _ in range(2):
            ws.expect(FIN | TEXT, b"one")
            ws.expect(FIN | BINARY, b"\x00" * 300)
            ws.expect(FIN | PONG, b"?")


def fragments(server):
    """a fragmented message with a Ping in it"""
    with WebSocket(server) as ws:
        ws.send(TEXT, b"frag")
        ws.send(FIN | PING, b"now")
        ws.send(GOES_ON, b"men")
        ws.send(FIN | GOES_ON, b"ted")
        ws.expect(FIN | PONG, b"now")
        ws.expect(FIN | TEXT, b"fragmented")


def closing(server):
    """the closing handshake: the code comes back, and the stream ends"""
    for payload, code in ((struct.pack(">H", 1000) + b"bye", 1000), (struct.pack(">H", 4321), 4321),
                          (b"", None)):
        with WebSocket(server) as ws:
            ws.send(FIN | TEXT, b"last")
            ws.send(FIN | CLOSE, payload)
            ws.expect(FIN | TEXT, b"last")
            ws.expect_end(code)
            ws.client.send(ws.stream, b"", end=True)
            equal(WebSocket(server, ws.client).stream, ws.stream + 2, "the connection goes on")


def violations(server):
    """unmasked, fragmented Ping, bad UTF-8, too big: Close with the code for it"""
    for first, payload, mask, code in (
            (FIN | TEXT, b"Hello", b"", 1002), (PING, b"x", b"mask", 1002),
            (FIN | 3, b"x", b"mask", 1002), (FIN | GOES_ON, b"x", b"mask", 1002),
            (FIN | TEXT, b"\xff", b"mask", 1007), (FIN | TEXT, b"\xed\xa0\x80", b"mask", 1007),
            (FIN | BINARY, b"x" * ((1 << 20) + 1), b"mask", 1009),
            (FIN | CLOSE, struct.pack(">H", 1005), b"mask", 1002)):
        with WebSocket(server) as ws:
            # (Of the one that is too big the header is enough.)
            ws.client.send(ws.stream, ws.pack(first, payload, mask)[:60_000])
            ws.expect_end(code)


def end_without_close(server):
    """END_STREAM without a Close frame: the server's half ends too"""
    with WebSocket(server) as ws:
        ws.client.send(ws.stream, ws.pack(FIN | TEXT, b"last"), end=True)
        ws.expect(FIN | TEXT, b"last")
        while ws.stream not in ws.client.ended:
            ws.client.pump()


def many(server):
    """fifty at once on one connection, beside requests"""
    with Client(server) as client:
        sockets = [WebSocket(server, client) for _ in range(50)]
        for number, ws in enumerate(sockets):
            ws.send(FIN | TEXT, b"message %d" % number)
        for number, ws in enumerate(sockets):
            ws.expect(FIN | TEXT, b"message %d" % number)
        for ws in sockets:
            ws.send(FIN | CLOSE)
        for ws in sockets:
            ws.expect_end(None)


def traffic(server):
    """twenty megabytes through one of them, and the memory stays"""
    with WebSocket(server) as ws:
        block = os.urandom(100_000)
        most = 0
        for i in range(200):
            ws.send(FIN | BINARY, block)
            ws.expect(FIN | BINARY, block)
            if i % 20 == 0:
                most = max(most, server.counted())
        # Both windows, and a message that waits for the end of its frame.
        holds(0 < most < 1 << 20, f"it held {most} octets")


def peer_that_does_not_read(server):
    """a peer that never reads: it may send no more than a window"""
    with Client(server) as client:
        ws = WebSocket(server, client)
        frame = ws.pack(FIN | BINARY, b"x" * 10_000)
        sent = 0
        # No credit is given for what comes back.
        client.h2.acknowledge_received_data = lambda *unused: None
        while sent < 30_000_000:
            room = min(client.h2.local_flow_control_window(ws.stream), len(frame))
            if room < len(frame):
                before = client.h2.local_flow_control_window(ws.stream)
                for _ in range(3):
                    client.round_trip()
                if client.h2.local_flow_control_window(ws.stream) == before:
                    break
                continue
            client.h2.send_data(ws.stream, frame)
            client.flush()
            sent += len(frame)
        holds(sent < 5_000_000, f"{sent} octets went in")


def refusals(server):
    """other paths, protocols and versions, and plain CONNECT"""
    with Client(server) as client:
        def status(**arguments):
            return client.heads[client.connect(**arguments)][":status"]
        equal(status(path="/"), "404")
        equal(status(protocol="connect-udp"), "501")
        equal(status(extra=()), "400")
        stream = client.connect(extra=(("sec-websocket-version", "8"),))
        equal(client.heads[stream].get("sec-websocket-version"), "13")
        stream = client.h2.get_next_available_stream_id()
        client.h2.config.validate_outbound_headers = False
        client.h2.send_headers(stream, [(":method", "CONNECT"), (":authority", "example.org:80")])
        client.flush()
        while stream not in client.heads:
            client.pump()
        equal(client.heads[stream][":status"], "501")


def switched_off(_):
    """--nowebsocket: not announced, and a stream error"""
    off = Server(sys.argv[1], "--nowebsocket")
    try:
        with Client(off) as client:
            code = h2.settings.SettingCodes.ENABLE_CONNECT_PROTOCOL
            holds(code not in client.server_settings, "it is announced")
            stream = client.connect()
            equal(client.resets.get(stream), 1, "PROTOCOL_ERROR")
    finally:
        off.kill()


CHECKS = [setting, messages, pieces, fragments, closing, violations, end_without_close, many,
          traffic, peer_that_does_not_read, refusals, switched_off]

if __name__ == "__main__":
    sys.exit(main("websocket", CHECKS))
