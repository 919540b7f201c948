"""What one connection comes to, as tests/recordings/ have it (docs/recordings.md): lines of what the
client sent and of what the server's application did. recorder.py writes them."""

import re
import struct
import time

import hpack

from peer import (CONTINUATION, DATA, END_HEADERS, END_STREAM, FRAME_NAMES, HEADERS, PADDED, PREFACE,
                  PRIORITY_FLAG)


def frame_name(number):
    return FRAME_NAMES[number] if number < len(FRAME_NAMES) else f"{number:#x}"


class Frames:
    """Octets as they come -> whole frames."""

    def __init__(self):
        self.buffer = b""

    def take(self, octets):
        self.buffer += octets
        at = 0
        while len(self.buffer) >= at + 9:
            size, kind, flags, stream = struct.unpack(">IBBI", b"\0" + self.buffer[at:at + 9])
            if len(self.buffer) < at + 9 + size:
                break
            yield kind, flags, stream, self.buffer[at + 9:at + 9 + size]
            at += 9 + size
        self.buffer = self.buffer[at:]


class Recording:
    """The lines, with the time at which the first of them came."""

    def __init__(self, path, header):
        self.out = open(path, "w", encoding="ascii")
        self.path = path
        for line in header:
            print("#", line, file=self.out)
        self.started = time.monotonic()
        self.millisecond = -1
        self.content = None  # (stream, octets, since) of a response's that are not written yet

    def line(self, text):
        self.line_of_content()
        self.write(text, self.now())

    def line_of_content(self):
        if self.content is not None:
            (stream, size, since), self.content = self.content, None
            self.write(f"> {stream} DATA {size}", since)

    def write(self, text, millisecond):
        if millisecond > self.millisecond:
            self.millisecond = millisecond
            print(f"@ {millisecond}", file=self.out)
        print(text, file=self.out)

    def now(self):
        return int((time.monotonic() - self.started) * 1000)

    def add_content(self, stream, size, ends):
        since = self.now()
        if self.content is not None and self.content[0] == stream:
            _, before, since = self.content
            size, self.content = size + before, None
        if ends:
            self.line(f"> {stream} DATA {size} END")
        else:
            self.line_of_content()
            self.content = (stream, size, since)

    def unread(self, octets):
        """What the server sent to a client that had gone."""

    def end(self, by_client):
        self.line("< EOF" if by_client else "# (the server closed it)")
        self.out.close()


class Http2Recording(Recording):
    """In frames. Of content only the size is kept."""

    def __init__(self, path, header):
        super().__init__(path, header)
        self.preface = b""
        self.client, self.server = Frames(), Frames()
        self.decoder = hpack.Decoder()
        self.block = None  # (stream, flags of HEADERS, fragments)

    # --- The client: everything, but for content.

    def from_client(self, octets):
        if len(self.preface) < len(PREFACE):
            missing = len(PREFACE) - len(self.preface)
            self.preface, octets = self.preface + octets[:missing], octets[missing:]
            if self.preface == PREFACE:
                self.line("< PREFACE")
        for kind, flags, stream, payload in self.client.take(octets):
            text = payload.hex()
            if kind == DATA:
                padding = payload[:1].hex() if flags & PADDED else ""
                text = f"{padding}*{len(payload) - len(padding) // 2}"
            self.line(f"< {frame_name(kind)} {flags:#x} {stream} {text}".rstrip())

    # --- The server: what its application did.

    def from_server(self, octets):
        for kind, flags, stream, payload in self.server.take(octets):
            if kind == DATA:
                self.add_content(stream, len(payload), flags & END_STREAM)
            elif kind in (HEADERS, CONTINUATION):
                self.add_fragment(kind, flags, stream, payload)

    def add_fragment(self, kind, flags, stream, payload):
        if kind == HEADERS:
            skipped = 1 if flags & PADDED else 0
            end = len(payload) - (payload[0] if flags & PADDED else 0)
            skipped += 5 if flags & PRIORITY_FLAG else 0
            self.block = (stream, flags, [payload[skipped:end]])
        else:
            self.block[2].append(payload)
        if not flags & END_HEADERS:
            return
        _, first_flags, fragments = self.block
        fields = dict(self.decoder.decode(b"".join(fragments)))
        what = fields.get(":status", "TRAILERS")
        self.line(f"> {stream} {what}" + (" END" if first_flags & END_STREAM else ""))


class Messages:
    """One direction of a connection of HTTP/1.1 -> (what, value): "start" and "line" with a line of a
    head, "head" with its fields behind it, "size" with a line of chunks, "content" with a number of
    octets, "end". `has_content(start, fields)`: whether content can follow that head."""

    def __init__(self, has_content):
        self.has_content = has_content
        self.buffer = b""
        self.state = "start"
        self.left = None  # octets of content; None: until the end of the connection
        self.start, self.fields = "", {}

    def take(self, octets):
        self.buffer += octets
        while self.buffer:
            if self.state in ("length", "chunk"):
                size = len(self.buffer) if self.left is None else min(self.left, len(self.buffer))
                self.buffer = self.buffer[size:]
                yield "content", size
                if self.left is None:
                    continue
                self.left -= size
                if self.left == 0 and self.state == "length":
                    yield self.finish()
                elif self.left == 0:
                    self.state = "behind a chunk"
                continue
            line, end, rest = self.buffer.partition(b"\r\n")
            if not end:
                return
            self.buffer = rest
            yield from self.take_line(line.decode("ascii"))

    def take_line(self, line):
        if self.state == "start":
            self.start, self.fields, self.state = line, {}, "fields"
            yield "start", line
        elif self.state == "fields":
            yield "line", line
            if line:
                name, _, value = line.partition(":")
                self.fields[name.lower()] = value.strip()
                return
            yield "head", self.fields
            yield from self.begin_content()
        elif self.state == "behind a chunk":
            self.state = "size"
            yield "size", line
        elif self.state == "size":
            yield "size", line
            self.left = int(line.partition(";")[0], 16)
            self.state = "chunk" if self.left else "trailers"
        else:
            yield "line" if line else "size", line
            if not line:
                yield self.finish()

    def begin_content(self):
        if not self.has_content(self.start, self.fields):
            yield self.finish()
        elif "chunked" in self.fields.get("transfer-encoding", ""):
            self.state = "size"
        else:
            self.state = "length"
            self.left = int(self.fields["content-length"]) if "content-length" in self.fields else None
            if self.left == 0:
                yield self.finish()

    def finish(self):
        self.state = "start"
        return "end", None


def request_has_content(_, fields):
    return "transfer-encoding" in fields or "content-length" in fields


class Http1Recording(Recording):
    """In lines, and sizes of content. (What the client had sent of a line is kept with its rest.)"""

    def __init__(self, path, header):
        super().__init__(path, header)
        self.methods = []  # of the requests, in their order
        self.client = Messages(request_has_content)
        self.server = Messages(self.response_has_content)
        self.stream = 1  # whose response comes next
        self.is_interim = self.tunnel = self.ended = False

    def response_has_content(self, start, _):
        status = int(start.split(" ")[1])
        method = self.methods[self.stream // 2]
        return status >= 200 and status not in (204, 304) and method != "HEAD"

    def from_client(self, octets):
        if self.tunnel:
            return self.line(f"< CONTENT {len(octets)}") if octets else None
        for what, value in self.client.take(octets):
            if what == "start":
                self.methods.append(value.split(" ")[0])
                self.line(f"< REQUEST {value}")
            elif what in ("line", "size"):
                self.line(f"< LINE {value}".rstrip())
            elif what == "content":
                self.line(f"< CONTENT {value}")
        return None

    def from_server(self, octets):
        if self.tunnel:
            return self.add_content(self.stream, len(octets), False) if octets else None
        for what, value in self.server.take(octets):
            if what == "head":
                self.add_head(value)
            elif what == "content":
                self.add_content(self.stream, value, False)
            elif what == "end":
                self.finish()
        return None

    def add_head(self, fields):
        status = self.server.start.split(" ")[1]
        self.is_interim = status[0] == "1"
        self.tunnel = status == "101"
        if status == "100":  # the engine's own
            return
        self.ended = not self.is_interim and (fields.get("content-length") == "0" or
                                              not self.response_has_content(self.server.start, fields))
        length = "" if self.ended else fields.get("content-length", "")
        self.line(" ".join(filter(None, (f"> {self.stream} {status}", length, "END" if self.ended else ""))))

    def finish(self):
        if self.is_interim:
            return
        if not self.ended:
            self.add_content(self.stream, 0, True)
        self.stream += 2

    def end(self, by_client):
        if not by_client and self.server.state == "length" and self.server.left is None:
            self.finish()
        super().end(by_client)


def begun_with(octets):
    """The class for a connection whose client begins so."""
    return Http2Recording if octets[:3] == PREFACE[:3] else Http1Recording
