#!/usr/bin/python3
"""A TCP proxy that writes down what a client says to a server in cleartext: HTTP/2 frame by frame,
HTTP/1.1 line by line.

    recorder.py LISTEN-PORT SERVER-PORT FILE.rec

A file for each connection on which something is said: FILE-2.rec is the second.

Content is not kept, only its size. tests/recordings/ says what a recording looks like, and
//tests:recordings_test plays it to the library."""

import select
import socket
import sys
import threading
import time

from recording import begun_with


class Recorder:
    """Listens, and passes on to the server; the recordings are whole after stop().

    `delay`: seconds that the server's octets stay here, as if it took so long to answer.
    `kind`: the class of a recording, by what its client begins with."""

    def __init__(self, server_port, path, header=(), delay=0.0, port=0, kind=begun_with):
        self.server_port = server_port
        self.path = path
        self.header = header
        self.delay = delay
        self.kind = kind
        self.listener = socket.create_server(("127.0.0.1", port), backlog=128)
        self.port = self.listener.getsockname()[1]
        self.recordings = []
        self.lock = threading.Lock()
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

    def _begin(self, octets):
        with self.lock:
            number = len(self.recordings) + 1
            path = self.path if number == 1 else self.path.replace(".rec", f"-{number}.rec")
            self.recordings.append(self.kind(octets)(path, self.header))
            return self.recordings[-1]

    def _pass_on(self, client):
        begun = client.recv(3, socket.MSG_PEEK)
        if not begun:
            return client.close()
        recording = self._begin(begun)
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
