#!/usr/bin/python3
"""The server of examples/poll_server.cc, on python-h2, for docs/guide/measure.md: it accepts, writes as much as a
socket takes, sends silent clients away, and ends on SIGTERM when the last request is answered.

    examples/comparison/h2_server.py 8081
"""

import selectors
import signal
import socket
import sys
import time

import h2.config
import h2.connection
import h2.errors
import h2.events
import h2.exceptions

BODY = b"Hello\n"
IDLE = 180  # seconds
stopping = False


class Client:
    def __init__(self, connected):
        self.socket = connected
        self.h2 = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False, header_encoding="utf-8"))
        self.h2.initiate_connection()
        self.output = b""  # what the socket has not taken yet
        self.bodies = {}  # what the windows have not let through yet, by stream
        self.last_input = time.monotonic()
        self.closing = False

    def answer(self, stream):
        if stopping:
            # (After close_connection() nothing can be sent, so no GOAWAY tells the client before.)
            self.h2.reset_stream(stream, h2.errors.ErrorCodes.REFUSED_STREAM)
            return
        self.h2.send_headers(stream, [(":status", "200"), ("content-type", "text/plain"),
                                      ("content-length", str(len(BODY)))])
        self.bodies[stream] = BODY
        self.send_body(stream)

    def send_body(self, stream):
        """As much as the windows and the frame size let through."""
        while stream in self.bodies:
            body = self.bodies[stream]
            size = min(len(body), self.h2.local_flow_control_window(stream), self.h2.max_outbound_frame_size)
            if size <= 0:
                return
            self.h2.send_data(stream, body[:size], end_stream=size == len(body))
            self.bodies[stream] = body[size:]
            if size == len(body):
                del self.bodies[stream]

    def receive(self, octets):
        for event in self.h2.receive_data(octets):
            if isinstance(event, h2.events.StreamEnded):
                self.answer(event.stream_id)
            elif isinstance(event, h2.events.DataReceived):
                self.h2.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
            elif isinstance(event, h2.events.StreamReset):
                self.bodies.pop(event.stream_id, None)
            elif isinstance(event, h2.events.ConnectionTerminated):
                self.closing = True
            elif isinstance(event, (h2.events.WindowUpdated, h2.events.RemoteSettingsChanged)):
                for stream in list(self.bodies):
                    self.send_body(stream)

    def write(self):
        """False: the transport is lost."""
        self.output += self.h2.data_to_send()
        try:
            self.output = self.output[self.socket.send(self.output):]
        except BlockingIOError:
            pass
        except OSError:
            return False
        return True

    def turn(self, readable):
        """Reads, lets time pass, writes. False: this client is done, or gone."""
        if readable:
            try:
                octets = self.socket.recv(16384)
                if not octets:
                    return False
                self.last_input = time.monotonic()
                if not self.closing:
                    self.receive(octets)
            except BlockingIOError:
                pass
            except h2.exceptions.ProtocolError:
                self.closing = True  # a GOAWAY waits to be sent
                self.bodies.clear()
            except OSError:
                return False
        idle = time.monotonic() >= self.last_input + IDLE
        if (stopping or idle) and not self.closing and not self.bodies:
            self.h2.close_connection()
            self.closing = True
        return self.write() and not (self.closing and not self.output and not self.bodies)


def stop(*_):
    global stopping
    stopping = True


def main():
    signal.signal(signal.SIGTERM, stop)
    listener = socket.create_server(("127.0.0.1", int(sys.argv[1]) if len(sys.argv) > 1 else 8081))
    listener.setblocking(False)
    selector = selectors.DefaultSelector()
    selector.register(listener, selectors.EVENT_READ)
    clients = set()
    while not stopping or clients:
        ready = {key.data: events for key, events in selector.select(1) if key.data is not None}
        for client in list(clients):
            if client.turn(ready.get(client, 0) & selectors.EVENT_READ):
                wanted = selectors.EVENT_READ | (selectors.EVENT_WRITE if client.output else 0)
                selector.modify(client.socket, wanted, client)
            else:
                selector.unregister(client.socket)
                client.socket.close()
                clients.remove(client)
        try:
            accepted, _ = listener.accept() if not stopping else (None, None)
        except BlockingIOError:
            continue
        if accepted is not None:
            accepted.setblocking(False)
            client = Client(accepted)
            clients.add(client)
            selector.register(accepted, selectors.EVENT_READ | selectors.EVENT_WRITE, client)


if __name__ == "__main__":
    main()
