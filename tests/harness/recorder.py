#!/usr/bin/python3
"""A TCP proxy that writes down what a client says to a server: cleartext HTTP/2, frame by frame.

    recorder.py LISTEN-PORT SERVER-PORT FILE.rec

A file for each connection on which something is said: FILE-2.rec is the second.

Content is not kept, only its size. tests/recordings/ says what a recording looks like, and
//tests:recordings_test plays it to the library."""

import select
import socket
import struct
import sys
import threading
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
    """What one connection comes to, a line at a time."""

    def __init__(self, path, header):
        self.out = open(path, "w", encoding="ascii")
        self.path = path
        for line in header:
            print("#", line, file=self.out)
        self.started = time.monotonic()
        self.millisecond = -1
        self.content = None  # (stream, octets, since) of DATA that is not written yet
        self.preface = b""
        self.client, self.server = Frames(), Frames()
        self.decoder = hpack.Decoder()
        self.block = None  # (stream, flags of HEADERS, fragments)

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

    def unread(self, octets):
        """What the server sent to a client that had gone."""

    def end(self, by_client):
        self.line("< EOF" if by_client else "# (the server closed it)")
        self.out.close()


class Recorder:
    """Listens, and passes on to the server; the recordings are whole after stop().

    `delay`: seconds that the server's octets stay here, as if it took so long to answer."""

    def __init__(self, server_port, path, header=(), delay=0.0, port=0):
        self.server_port = server_port
        self.path = path
        self.header = header
        self.delay = delay
        self.listener = socket.create_server(("127.0.0.1", port), backlog=128)
        self.port = self.listener.getsockname()[1]
        self.recordings = []
        self.threads = []
        self.acceptor = threading.Thread(target=self._accept, daemon=True)
        self.acceptor.start()

    def _accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            thread = threading.Thread(target=self._pass_on, daemon=True, args=(client,))
            self.threads.append(thread)
            thread.start()

    def _begin(self):
        number = len(self.recordings) + 1
        path = self.path if number == 1 else self.path.replace(".rec", f"-{number}.rec")
        self.recordings.append(Recording(path, self.header))
        return self.recordings[-1]

    def _pass_on(self, client):
        if not client.recv(1, socket.MSG_PEEK):
            return client.close()
        recording = self._begin()
        server = socket.create_connection(("127.0.0.1", self.server_port))
        for one in (client, server):
            one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        waiting = []  # (when it is due, octets)
        by_client = None
        while by_client is None:
            left = None if not waiting else max(0.0, waiting[0][0] - time.monotonic())
            ready, _, _ = select.select([client, server], [], [], left)
            if client in ready:
                octets = receive(client)
                recording.from_client(octets)
                if not octets:
                    by_client = True
                pass_to(server, octets)
            if server in ready:
                octets = receive(server)
                if not octets:
                    by_client = by_client or False
                waiting.append((time.monotonic() + self.delay, octets))
            while waiting and waiting[0][0] <= time.monotonic():
                octets = waiting.pop(0)[1]
                recording.from_server(octets)
                pass_to(client, octets)
        recording.end(by_client)
        if by_client:
            end_of_input(server)
            while octets := receive(server):
                recording.unread(octets)
        client.close()
        server.close()

    def stop(self):
        self.listener.close()
        for thread in self.threads:
            thread.join(10)


def receive(one):
    try:
        return one.recv(1 << 16)
    except OSError:
        return b""


def pass_to(one, octets):
    try:
        one.sendall(octets)
    except OSError:
        pass


def end_of_input(one):
    try:
        one.shutdown(socket.SHUT_WR)
    except OSError:
        pass


def main():
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    recorder = Recorder(int(sys.argv[2]), sys.argv[3], port=int(sys.argv[1]))
    try:
        recorder.acceptor.join()
    except KeyboardInterrupt:
        recorder.stop()


if __name__ == "__main__":
    main()
