#!/usr/bin/python3
"""Clients of HTTP/1.1 against the server: Python's http.client, python3-h11, Node's http and https, Go's net/http.
http1_clients_test.py SERVE"""

import http.client
import json
import os
import re
import ssl
import sys

import h11

import certificates
import go
import transport
from checks import equal, holds, require, run
from report import Report
from server import Server, is_over_tls

HERE = os.path.dirname(os.path.abspath(__file__))


# --- http.client

def connection(server):
    if is_over_tls():
        return http.client.HTTPSConnection(server.host, server.port, timeout=60, context=ssl.create_default_context())
    return http.client.HTTPConnection(server.host, server.port, timeout=60)


def standard(server):
    """http.client: requests over one connection, HEAD, a status, fields"""
    client = connection(server)
    for size in (0, 1, 100_000):
        client.request("GET", f"/bytes/{size}")
        equal(len(client.getresponse().read()), size)
    client.request("HEAD", "/bytes/1000")
    response = client.getresponse()
    equal((response.getheader("Content-Length"), response.read()), ("1000", b""))
    client.request("GET", "/status/404")
    response = client.getresponse()
    holds(response.status == 404 and response.read(), response.status)
    client.request("GET", "/headers?a=b", headers={"X-Quote": 'a"b', "Accept": "*/*"})
    told = json.loads(client.getresponse().read())
    equal((told[":path"], told["x-quote"]), ("/headers?a=b", 'a"b'))
    client.close()


def standard_uploads(server):
    """http.client: uploads of a length and in chunks"""
    client = connection(server)
    content = os.urandom(1_000_000)
    client.request("POST", "/echo", body=content)
    equal(client.getresponse().read(), content)
    pieces = [content[at:at + 33_333] for at in range(0, len(content), 33_333)]
    client.request("PUT", "/echo", body=iter(pieces), encode_chunked=True, headers={"Transfer-Encoding": "chunked"})
    equal(client.getresponse().read(), content)
    client.close()


# --- h11, whose state machine judges both sides

class H11:
    def __init__(self, server):
        self.socket = transport.connect(server.host, server.port, 60, protocol="http/1.1")
        self.state = h11.Connection(h11.CLIENT)
        self.host = f"{server.host}:{server.port}"

    def send(self, event):
        octets = self.state.send(event)
        if octets:
            self.socket.sendall(octets)

    def request(self, method, target, *fields):
        self.send(h11.Request(method=method, target=target, headers=[("Host", self.host), *fields]))

    def next_event(self):
        while True:
            event = self.state.next_event()
            if event is not h11.NEED_DATA:
                return event
            self.state.receive_data(self.socket.recv(65536))

    def response(self):
        """Interim statuses, the head, the body, the trailers."""
        interim, body = [], b""
        event = self.next_event()
        while isinstance(event, h11.InformationalResponse):
            interim.append(event.status_code)
            event = self.next_event()
        holds(isinstance(event, h11.Response), event)
        head = event
        while not isinstance(event := self.next_event(), h11.EndOfMessage):
            holds(isinstance(event, h11.Data), event)
            body += event.data
        return interim, head, body, dict(event.headers)


def h11_exchanges(server):
    """h11: requests over one connection, a body in chunks, trailers, HEAD, 204"""
    client = H11(server)
    for size in (0, 10, 200_000):
        client.request("GET", f"/bytes/{size}")
        client.send(h11.EndOfMessage())
        equal(len(client.response()[2]), size)
        client.state.start_next_cycle()
    client.request("POST", "/echo", ("Transfer-Encoding", "chunked"))
    content = os.urandom(100_000)
    for at in range(0, len(content), 7_777):
        client.send(h11.Data(data=content[at:at + 7_777]))
    client.send(h11.EndOfMessage(headers=[("X-Sum", "7")]))
    _, _, body, trailers = client.response()
    equal((body, trailers.get(b"x-sum")), (content, b"7"))
    client.state.start_next_cycle()
    for method, target, status in (("HEAD", "/bytes/50", 200), ("GET", "/status/204", 204)):
        client.request(method, target)
        client.send(h11.EndOfMessage())
        _, head, body, _ = client.response()
        equal((head.status_code, body), (status, b""))
        client.state.start_next_cycle()


def h11_continue(server):
    """h11: 100 before the content, and Connection: close behind it"""
    client = H11(server)
    client.request("POST", "/echo", ("Content-Length", "5"), ("Expect", "100-continue"), ("Connection", "close"))
    event = client.next_event()
    holds(isinstance(event, h11.InformationalResponse) and event.status_code == 100, event)
    client.send(h11.Data(data=b"hello"))
    client.send(h11.EndOfMessage())
    _, _, body, _ = client.response()
    equal(body, b"hello")
    equal((client.state.our_state, client.state.their_state), (h11.MUST_CLOSE, h11.MUST_CLOSE))
    holds(isinstance(client.next_event(), h11.ConnectionClosed), "the server goes on")


def h11_pipelined(server):
    """h11: twenty requests at once are answered in their order"""
    client = H11(server)
    text = b"".join(b"GET /bytes/%d HTTP/1.1\r\nHost: a\r\n\r\n" % n for n in range(20))
    client.socket.sendall(text)
    for n in range(20):
        client.state.send(h11.Request(method="GET", target="/", headers=[("Host", "a")]))
        client.state.send(h11.EndOfMessage())
        equal(len(client.response()[2]), n)
        client.state.start_next_cycle()


def h11_refused(server):
    """h11: 400 with Connection: close for what is no request, which its parser takes"""
    for text, status in ((b"GET / HTTP/1.1\r\n\r\n", 400), (b"GET / HTTP/3.0\r\n\r\n", 505),
                         (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 400)):
        client = H11(server)
        client.socket.sendall(text)
        client.state.send(h11.Request(method="GET", target="/", headers=[("Host", "a")]))
        client.state.send(h11.EndOfMessage())
        equal(client.response()[1].status_code, status)
        equal(client.state.their_state, h11.MUST_CLOSE)


# --- Programs that print "ok  NAME" or "FAILED  NAME: WHY" for each conversation, and "done"

def converse(report, name, server, command, *behind):
    text = run(*command, server.url(""), *behind, timeout=300, check=False)
    for outcome, what, failure in re.findall(r"^(ok|FAILED) {2}([^:\n]*(?:: [a-z0-9-]+)?)(?:: (.*))?$", text, re.M):
        report.add(f"{name}: {what}", None if outcome == "ok" else failure)
    report.add(f"{name} ran to its end", None if text.rstrip().endswith("done") else text[-500:] or "no output")


def main():
    report = Report("http1_clients")
    server = Server(sys.argv[1])
    try:
        for check in (standard, standard_uploads, h11_exchanges, h11_continue, h11_pipelined, h11_refused):
            report.run(check.__doc__, check, server)
        converse(report, "node", server, [require("node"), os.path.join(HERE, "node_http1_client.js")])
        behind = [certificates.for_servers_authority().certificate, "1.1"] if is_over_tls() else []
        converse(report, "go", server, [go.build(os.path.join(HERE, "go_client.go"))], *behind)
        report.add("the server is alive and ends cleanly", server.stop())
    finally:
        server.kill()
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())
