#!/usr/bin/python3
"""python-h2 against the server: a strict peer that checks each of our frames."""

import os
import sys

import h2.config
import h2.connection
import h2.events
import h2.settings

import transport
from checks import equal, holds, main


class Client:
    """One connection; collects what belongs to each stream."""

    def __init__(self, server):
        self.authority = f"{server.host}:{server.port}"
        self.socket = transport.connect(server.host, server.port, 60)
        self.h2 = h2.connection.H2Connection(
            h2.config.H2Configuration(client_side=True, header_encoding="utf-8"))
        self.h2.initiate_connection()
        self.heads, self.bodies, self.trailers = {}, {}, {}
        self.ended, self.resets, self.pings, self.closed = set(), {}, 0, None
        self.flush()

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.socket.close()

    def flush(self):
        self.socket.sendall(self.h2.data_to_send())

    def request(self, path, method="GET", end_stream=True, extra=()):
        stream = self.h2.get_next_available_stream_id()
        self.h2.send_headers(stream, [(":method", method), (":scheme", transport.scheme()), (":path", path),
                                      (":authority", self.authority), *extra],
                             end_stream=end_stream)
        self.flush()
        return stream

    def pump(self):
        """Takes in what the server sent; python-h2 raises where a frame breaks a rule."""
        data = self.socket.recv(65536)
        holds(data, "the server closed the connection")
        for event in self.h2.receive_data(data):
            stream = getattr(event, "stream_id", None)
            if isinstance(event, h2.events.ResponseReceived):
                self.heads[stream] = dict(event.headers)
            elif isinstance(event, h2.events.DataReceived):
                self.bodies[stream] = self.bodies.get(stream, b"") + event.data
                self.h2.acknowledge_received_data(event.flow_controlled_length, stream)
            elif isinstance(event, h2.events.TrailersReceived):
                self.trailers[stream] = dict(event.headers)
            elif isinstance(event, h2.events.StreamEnded):
                self.ended.add(stream)
            elif isinstance(event, h2.events.StreamReset):
                self.resets[stream] = event.error_code
            elif isinstance(event, h2.events.PingAckReceived):
                self.pings += 1
            elif isinstance(event, h2.events.ConnectionTerminated):
                self.closed = event.error_code
        self.flush()

    def finish(self, *streams):
        while not self.ended.issuperset(streams):
            holds(not set(streams) & set(self.resets), f"reset: {self.resets}")
            holds(self.closed is None, f"GOAWAY {self.closed}")
            self.pump()

    def upload(self, stream, content):
        """Sends it as the windows allow, and takes in what comes meanwhile."""
        at = 0
        while at < len(content):
            room = min(self.h2.local_flow_control_window(stream), self.h2.max_outbound_frame_size)
            if room == 0:
                self.pump()
                continue
            self.h2.send_data(stream, content[at:at + room])
            at += room
            self.flush()


def get(server):
    """GET"""
    with Client(server) as client:
        stream = client.request("/bytes/5000")
        client.finish(stream)
        equal(client.heads[stream][":status"], "200")
        equal(len(client.bodies[stream]), 5000)


def echo_with_trailers(server):
    """POST /echo of a megabyte with trailers, within the windows"""
    content = os.urandom(1_000_000)
    with Client(server) as client:
        stream = client.request("/echo", "POST", end_stream=False)
        client.upload(stream, content)
        client.h2.send_headers(stream, [("x-sum", "42")], end_stream=True)
        client.flush()
        client.finish(stream)
        equal(client.bodies[stream], content)
        equal(client.trailers[stream], {"x-sum": "42"})


def interleaved(server):
    """a hundred streams at once"""
    with Client(server) as client:
        client.pump()  # the server's SETTINGS
        limit = client.h2.remote_settings.max_concurrent_streams
        streams = [client.request(f"/bytes/{100 * n}") for n in range(min(limit, 100))]
        client.finish(*streams)
        for n, stream in enumerate(streams):
            equal(len(client.bodies.get(stream, b"")), 100 * n)


def ping(server):
    """PING between requests"""
    with Client(server) as client:
        for number in range(20):
            client.h2.ping(number.to_bytes(8, "big"))
            client.finish(client.request("/bytes/1"))
        while client.pings < 20:
            client.pump()


def reset(server):
    """a stream reset by the client; the others go on"""
    with Client(server) as client:
        first = client.request("/bytes/10000000")
        second = client.request("/bytes/300000")
        while len(client.bodies.get(first, b"")) < 10000:
            client.pump()
        client.h2.reset_stream(first, error_code=8)
        client.flush()
        # python-h2 drops late DATA of the stream by itself, and its credit with it.
        client.h2.increment_flow_control_window(1_000_000)
        client.flush()
        client.finish(second)
        equal(len(client.bodies[second]), 300000)


def settings(server):
    """the client's SETTINGS change between requests"""
    with Client(server) as client:
        for window, table in ((1000, 0), (100_000, 4096), (1, 100), (65535, 8192)):
            client.h2.update_settings({
                h2.settings.SettingCodes.INITIAL_WINDOW_SIZE: window,
                h2.settings.SettingCodes.HEADER_TABLE_SIZE: table,
            })
            client.flush()
            stream = client.request("/bytes/500")
            client.finish(stream)
            equal(len(client.bodies[stream]), 500)


def large_fields(server):
    """a field section of 40 KiB: HEADERS and CONTINUATION"""
    with Client(server) as client:
        stream = client.request("/headers", extra=[(f"x-{n}", "v" * 4000) for n in range(10)])
        client.finish(stream)
        equal(client.heads[stream][":status"], "200")
        holds(client.bodies[stream].count(b"v" * 4000) == 10, "not every field arrived")


CHECKS = [get, echo_with_trailers, interleaved, ping, reset, settings, large_fields]

if __name__ == "__main__":
    sys.exit(main("python_h2", CHECKS))
