#!/usr/bin/python3
"""gRPC's C core as a client of our server, whose /echo gives back the messages of a call, and as a
server for our client."""

import concurrent.futures
import json
import struct
import sys

import grpc

import client
import grpc_client
from checks import equal, holds, main

if len(sys.argv) < 3:
    sys.exit(f"usage: {sys.argv[0]} GET SERVE")
get = client.Client(sys.argv[1])


def conversation(call, server, **how):
    """On one connection, which ends by the client's will alone."""
    def counted():
        return json.loads(get(server.url("/stats")).out)

    before = counted()
    call(server.port, **how)
    after = counted()
    equal(after["connections_accepted"] - before["connections_accepted"], 2)  # and the second /stats
    # (Who closes while the answer to a PING is on its way resets the connection.)
    holds(after["connections_failed"] == 0 or call is grpc_client.keepalive, "a connection has failed")
    equal(after["streams_reset_by_us"], 0)


def on_one_connection(call, **how):
    """The check that plays `call`."""
    def check(server):
        conversation(call, server, **how)

    check.__doc__ = call.__doc__
    return check


def thousands(server):
    """gRPC: 3,000 unary calls on one connection"""
    conversation(grpc_client.unary, server, calls=3000)


def a_server_of_grpc(_):
    """get calls a gRPC server: the message that comes back, and the status behind it"""
    class Reverse(grpc.GenericRpcHandler):
        def service(self, details):
            return grpc.unary_unary_rpc_method_handler(lambda message, _: message[::-1])

    server = grpc.server(concurrent.futures.ThreadPoolExecutor(4), handlers=(Reverse(),))
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        said = get("-v", "-d", "@-", "-H", "content-type: application/grpc", "-H", "te: trailers",
                   f"http://127.0.0.1:{port}/any.Service/Method", data=message(b"abc"))
        equal(said.out, message(b"cba"))
        holds("grpc-status: 0" in said.err, said.err[-1000:])
    finally:
        server.stop(None)


def message(content):
    """Uncompressed, behind its length."""
    return struct.pack(">BI", 0, len(content)) + content


CHECKS = [thousands, *map(on_one_connection, (
    grpc_client.large, grpc_client.one_octet_messages, grpc_client.cancelled, grpc_client.hedged)),
          on_one_connection(grpc_client.keepalive, seconds=2), a_server_of_grpc]


if __name__ == "__main__":
    sys.exit(main("grpc", CHECKS, program=sys.argv[2]))
