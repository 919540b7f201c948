"""A client that can say anything: frames on a socket, and what must come back.

It shares nothing with the library under test: frames are packed here, field blocks come from
python3-hpack or are written by hand.
"""

import socket
import struct
import time
from collections import namedtuple

import hpack

import transport

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"

# RFC 9113 §6
DATA, HEADERS, PRIORITY, RST_STREAM, SETTINGS = 0, 1, 2, 3, 4
PUSH_PROMISE, PING, GOAWAY, WINDOW_UPDATE, CONTINUATION = 5, 6, 7, 8, 9
FRAME_NAMES = ["DATA", "HEADERS", "PRIORITY", "RST_STREAM", "SETTINGS", "PUSH_PROMISE", "PING",
               "GOAWAY", "WINDOW_UPDATE", "CONTINUATION"]
END_STREAM, ACK, END_HEADERS, PADDED, PRIORITY_FLAG = 0x1, 0x1, 0x4, 0x8, 0x20

# RFC 9113 §6.5.2
HEADER_TABLE_SIZE, ENABLE_PUSH, MAX_CONCURRENT_STREAMS = 1, 2, 3
INITIAL_WINDOW_SIZE, MAX_FRAME_SIZE, MAX_HEADER_LIST_SIZE = 4, 5, 6

# RFC 9113 §7
NO_ERROR, PROTOCOL_ERROR, INTERNAL_ERROR, FLOW_CONTROL_ERROR, SETTINGS_TIMEOUT = 0, 1, 2, 3, 4
STREAM_CLOSED, FRAME_SIZE_ERROR, REFUSED_STREAM, CANCEL, COMPRESSION_ERROR = 5, 6, 7, 8, 9
CONNECT_ERROR, ENHANCE_YOUR_CALM, INADEQUATE_SECURITY, HTTP_1_1_REQUIRED = 10, 11, 12, 13
ERROR_NAMES = ["NO_ERROR", "PROTOCOL_ERROR", "INTERNAL_ERROR", "FLOW_CONTROL_ERROR",
               "SETTINGS_TIMEOUT", "STREAM_CLOSED", "FRAME_SIZE_ERROR", "REFUSED_STREAM", "CANCEL",
               "COMPRESSION_ERROR", "CONNECT_ERROR", "ENHANCE_YOUR_CALM", "INADEQUATE_SECURITY",
               "HTTP_1_1_REQUIRED"]

MAX_WINDOW = 2**31 - 1


def error_name(code):
    return ERROR_NAMES[code] if code < len(ERROR_NAMES) else f"error {code:#x}"


class Frame(namedtuple("Frame", "type flags stream payload")):
    def __str__(self):
        name = FRAME_NAMES[self.type] if self.type < len(FRAME_NAMES) else f"type {self.type:#x}"
        text = f"{name} {self.stream}"
        if self.type == RST_STREAM:
            text += " " + error_name(self.error)
        elif self.type == GOAWAY:
            text += f" {error_name(self.error)} last={self.last_stream}"
            if self.payload[8:]:
                text += f" {self.payload[8:]!r}"
        elif self.flags:
            text += f" flags={self.flags:#x}"
        return text + (f" ({len(self.payload)} octets)" if self.type in (DATA, HEADERS) else "")

    @property
    def error(self):
        return struct.unpack(">I", self.payload[4:8] if self.type == GOAWAY else self.payload)[0]

    @property
    def last_stream(self):
        return struct.unpack(">I", self.payload[:4])[0] & MAX_WINDOW

    @property
    def end_stream(self):
        return self.type in (DATA, HEADERS) and bool(self.flags & END_STREAM)


class Departure(Exception):
    """The server did something else than what is expected."""


class Peer:
    """One connection. Every send_ method writes at once; every expect_ method raises Departure."""

    def __init__(self, target, settings=(), handshake=True):
        self.target = target
        self.timeout = target.timeout
        self.encoder = hpack.Encoder()
        self.decoder = hpack.Decoder()
        self.heard = []  # every frame so far, for the report
        self.buffer = b""
        self.pings = 0
        self.block = None  # a response's field block that CONTINUATION goes on with
        self.server_settings = {}
        self.socket = transport.connect(target.host, target.port, self.timeout)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if handshake:
            self.handshake(settings)

    def close(self):
        self.socket.close()

    # --- Sending

    def send(self, data):
        """Bytes as they are. A server that has closed already is found out by what it sent."""
        try:
            self.socket.sendall(data)
        except (BrokenPipeError, ConnectionResetError):
            pass

    @staticmethod
    def pack(frame_type, flags, stream, payload=b"", length=None):
        size = len(payload) if length is None else length
        return struct.pack(">IBBI", size, frame_type, flags, stream)[1:] + payload

    def send_frame(self, frame_type, flags, stream, payload=b"", length=None):
        self.send(self.pack(frame_type, flags, stream, payload, length))

    def send_settings(self, *settings):
        payload = b"".join(struct.pack(">HI", *setting) for setting in settings)
        self.send_frame(SETTINGS, 0, 0, payload)

    def send_headers(self, stream, fields, flags=END_STREAM | END_HEADERS):
        """`fields` is a list of pairs, or a field block."""
        block = fields if isinstance(fields, bytes) else self.encode(fields)
        self.send_frame(HEADERS, flags, stream, block)

    def send_get(self, stream=1, extra=(), path=None):
        self.send_headers(stream, self.get_fields(path) + list(extra))

    def send_post(self, stream=1, extra=()):
        """The head of a request whose body follows; the server answers as it comes."""
        self.send_headers(stream, self.post_fields() + list(extra), END_HEADERS)

    def send_data(self, stream, data, flags=END_STREAM):
        self.send_frame(DATA, flags, stream, data)

    def send_rst_stream(self, stream, code=CANCEL):
        self.send_frame(RST_STREAM, 0, stream, struct.pack(">I", code))

    def send_window_update(self, stream, increment):
        self.send_frame(WINDOW_UPDATE, 0, stream, struct.pack(">I", increment))

    def send_priority(self, stream, depends_on=0, exclusive=False, weight=15):
        self.send_frame(PRIORITY, 0, stream, self.pack_priority(depends_on, exclusive, weight))

    @staticmethod
    def pack_priority(depends_on=0, exclusive=False, weight=15):
        return struct.pack(">IB", depends_on | (0x80000000 if exclusive else 0), weight)

    def encode(self, fields):
        return self.encoder.encode(fields)

    def get_fields(self, path=None, method="GET"):
        return [(":method", method), (":scheme", "http"), (":path", path or self.target.get_path),
                (":authority", f"{self.target.host}:{self.target.port}")]

    def post_fields(self):
        return self.get_fields(self.target.post_path, "POST")

    def handshake(self, settings=()):
        """Preface and SETTINGS, both sides acknowledged."""
        self.send(PREFACE)
        self.send_settings(*settings)
        first = self.read()
        if first is None or first.type != SETTINGS or first.flags & ACK:
            raise Departure(f"the server's first frame is {first}, not SETTINGS")
        for at in range(0, len(first.payload), 6):
            identifier, value = struct.unpack(">HI", first.payload[at:at + 6])
            self.server_settings[identifier] = value
        self.send_frame(SETTINGS, ACK, 0)
        self.expect_settings_ack()

    # --- Receiving

    def read(self, timeout=None):
        """The next frame; None at the end of the stream."""
        deadline = time.monotonic() + (self.timeout if timeout is None else timeout)
        header = self.read_bytes(9, deadline)
        if header is None:
            return None
        size, frame_type, flags, stream = struct.unpack(">IBBI", b"\0" + header)
        payload = self.read_bytes(size, deadline)
        if payload is None:
            raise Departure("the connection ended inside a frame" + self.story())
        frame = Frame(frame_type, flags, stream & MAX_WINDOW, payload)
        self.heard.append(frame)
        return frame

    def read_bytes(self, size, deadline):
        while len(self.buffer) < size:
            self.socket.settimeout(max(0.001, deadline - time.monotonic()))
            try:
                data = self.socket.recv(65536)
            except socket.timeout:
                raise Departure(f"nothing came for {self.timeout:g} s" + self.story()) from None
            except ConnectionResetError:
                raise Departure("the connection was reset (TCP RST)" + self.story()) from None
            if not data:
                return None
            self.buffer += data
        result, self.buffer = self.buffer[:size], self.buffer[size:]
        return result

    def read_until(self, wanted, what):
        """The first frame that `wanted` accepts; a GOAWAY or the end before it is a departure."""
        while True:
            frame = self.read()
            if frame is None:
                raise Departure(f"the connection was closed instead of {what}" + self.story())
            if wanted(frame):
                return frame
            if frame.type == GOAWAY:
                raise Departure(f"{frame} instead of {what}" + self.story())

    def story(self):
        if not self.heard:
            return "; the server sent nothing"
        return "; the server sent: " + ", ".join(str(frame) for frame in self.heard[-8:])

    def decode(self, frame):
        """The fields of a HEADERS frame that holds its whole block."""
        block = frame.payload
        if frame.flags & PADDED:
            block = block[1:len(block) - block[0]]
        if frame.flags & PRIORITY_FLAG:
            block = block[5:]
        while not frame.flags & END_HEADERS:
            frame = self.read()
            block += frame.payload
        return self.decoder.decode(block)

    # --- What must come

    def expect_settings_ack(self):
        return self.read_until(lambda f: f.type == SETTINGS and f.flags & ACK, "SETTINGS ACK")

    def expect_ping_answer(self, opaque=None):
        """Also a fence: what the server had to say to earlier frames is in `heard` afterwards."""
        if opaque is None:
            self.pings += 1
            opaque = struct.pack(">Q", 0x5EED000000000000 + self.pings)
        self.send_frame(PING, 0, 0, opaque)
        self.read_until(lambda f: f.type == PING and f.flags & ACK and f.payload == opaque,
                        f"PING ACK {opaque.hex()}")

    def expect_connection_error(self, code):
        """GOAWAY with exactly this code, then the end of the connection."""
        while True:
            frame = self.read()
            if frame is None:
                raise Departure(f"closed without GOAWAY {error_name(code)}" + self.story())
            if frame.type == GOAWAY:
                break
        if frame.error != code:
            raise Departure(f"{frame} instead of GOAWAY {error_name(code)}" + self.story())
        self.expect_close()

    def expect_close(self):
        while self.read() is not None:
            pass

    def expect_stream_error(self, stream, code):
        """RST_STREAM with exactly this code; the connection goes on."""
        what = f"RST_STREAM {stream} {error_name(code)}"
        frame = self.read_until(lambda f: f.type == RST_STREAM and f.stream == stream, what)
        if frame.error != code:
            raise Departure(f"{frame} instead of {what}" + self.story())
        self.expect_ping_answer()
        resets = [f for f in self.heard if f.type == RST_STREAM and f.stream == stream]
        if len(resets) != 1:
            raise Departure(f"{len(resets)} RST_STREAM on stream {stream}" + self.story())

    def expect_response(self, stream=1, status="200"):
        """The head of a response with this status; returns (its fields, its END_STREAM)."""
        what = f"HEADERS {stream} with :status {status}"

        def stop(frame):
            return frame.stream == stream and frame.type in (HEADERS, RST_STREAM)

        while True:
            frame = self.read_until(stop, what)
            if frame.type == RST_STREAM:
                raise Departure(f"{frame} instead of {what}" + self.story())
            fields = dict(self.decode(frame))
            if fields.get(":status", "").startswith("1"):
                continue
            if fields.get(":status") != status:
                raise Departure(f":status {fields.get(':status')} instead of {status}")
            return fields, frame.end_stream

    def expect_body(self, stream=1):
        """DATA up to END_STREAM, after expect_response()."""
        body = b""
        while True:
            frame = self.read_until(lambda f: f.stream == stream, f"END_STREAM on stream {stream}")
            if frame.type == RST_STREAM:
                raise Departure(f"{frame} instead of END_STREAM" + self.story())
            if frame.type == DATA:
                body += frame.payload
            if frame.end_stream:
                return body

    def expect_message(self, stream=1, status="200"):
        fields, ended = self.expect_response(stream, status)
        return fields, b"" if ended else self.expect_body(stream)

    def expect_data(self, stream, size):
        """The next DATA frame of the stream, of exactly this size."""
        frame = self.read_until(lambda f: f.type == DATA and f.stream == stream, f"DATA {stream}")
        if len(frame.payload) != size:
            raise Departure(f"DATA {stream} of {len(frame.payload)} octets instead of {size}")
        return frame

    def expect_silence(self, stream):
        """Nothing more on the stream, as far as a PING tells."""
        before = len(self.heard)
        self.expect_ping_answer()
        late = [f for f in self.heard[before:] if f.stream == stream and f.type != PING]
        if late:
            raise Departure(f"{late[0]} where nothing may come")
