#!/usr/bin/python3
"""What the client makes of servers that go away, refuse, break rules or say nothing; each is played
frame by frame. The exit codes are those that `get --help` documents."""

import os
import queue
import signal
import socket
import sys
import tempfile
import time

import client
from checks import SCRATCH, equal, holds, without_io_uring
from peer import (CANCEL, DATA, END_STREAM, ENHANCE_YOUR_CALM, GOAWAY, HEADERS, HTTP_1_1_REQUIRED,
                  INITIAL_WINDOW_SIZE, INTERNAL_ERROR, MAX_CONCURRENT_STREAMS, MAX_HEADER_LIST_SIZE,
                  NO_ERROR, PING, PREFACE, PROTOCOL_ERROR, REFUSED_STREAM, RST_STREAM, WINDOW_UPDATE,
                  Departure)
from report import Report
from scripted_server import ScriptedServer

get = client.Client(sys.argv[1]) if len(sys.argv) > 1 else sys.exit(f"usage: {sys.argv[0]} GET")


def answer_rest(visit):
    """Answers each request with its path until the client goes."""
    while True:
        try:
            stream, fields, _ = visit.expect_request()
        except Departure:
            return
        visit.respond(stream, fields[":path"].encode())


def says(result, text):
    holds(text in result.err, f"no {text!r} in {result.err!r}")


# --- Servers that go away


def goaway_before_the_answer():
    """GOAWAY that covers nothing: the request goes over a new connection"""
    def leave(visit):
        visit.expect_request()
        visit.send_goaway(0)
        visit.drain()

    with ScriptedServer(leave, answer_rest) as server:
        equal(get(server.url("/again")).out, b"/again")


def goaway_in_the_middle():
    """GOAWAY in the middle of ten requests: those above it go over a new connection, in order"""
    def answer_half(visit):
        streams = [visit.expect_request() for _ in range(10)]
        visit.send_goaway(streams[4][0])
        for stream, fields, _ in streams[:5]:
            visit.respond(stream, fields[":path"].encode())
        visit.drain()

    with ScriptedServer(answer_half, answer_rest) as server:
        urls = [server.url(f"/{number}") for number in range(10)]
        equal(get(*urls).out, b"".join(b"/%d" % number for number in range(10)))


def graceful_shutdown():
    """GOAWAY with 2^31-1, then the final one (RFC 9113 §6.8): nothing fails"""
    def shut_down(visit):
        first, fields, _ = visit.expect_request()
        visit.send_goaway(2**31 - 1)
        visit.expect_ping_answer()
        visit.send_goaway(first)
        visit.respond(first, fields[":path"].encode())
        visit.drain()

    with ScriptedServer(shut_down, answer_rest) as server:
        equal(get("-m", 1, server.url("/1"), server.url("/2"), server.url("/3")).out, b"/1/2/3")


def goaway_again_and_again():
    """every connection refuses: given up after the third"""
    def leave(visit):
        visit.expect_request()
        visit.send_goaway(0)
        visit.drain()

    with ScriptedServer(leave, leave, leave) as server:
        says(get(server.url(), code=client.CONNECTION_LOST), "going away")


def goaway_with_an_error():
    """GOAWAY with an error under an open stream: its code and text are told"""
    def complain(visit):
        stream, _, _ = visit.expect_request()
        visit.send_goaway(stream, ENHANCE_YOUR_CALM, b"slow \x1b[31m down")

    with ScriptedServer(complain) as server:
        result = get(server.url(), code=client.PROTOCOL_ERROR)
        says(result, 'GOAWAY ENHANCE_YOUR_CALM, "slow \\x1b[31m down"')


def http_1_1_required():
    """GOAWAY HTTP_1_1_REQUIRED above which the requests are: nobody asks again, the code is told"""
    def want_http1(visit):
        for _ in range(3):
            visit.expect_request()
        visit.send_goaway(0, HTTP_1_1_REQUIRED, b"talk to me in text")
        visit.drain()
        equal(len(visit.requests), 3, "requests")

    with ScriptedServer(want_http1) as server:  # which takes one connection
        urls = [server.url(f"/{number}") for number in range(3)]
        result = get(*urls, code=client.PROTOCOL_ERROR)
        for url in urls:
            says(result, f"{url}: the server ended the connection: GOAWAY HTTP_1_1_REQUIRED, "
                         '"talk to me in text"')


def refused_once():
    """REFUSED_STREAM: the request is sent again"""
    def refuse_first(visit):
        stream, _, _ = visit.expect_request()
        visit.send_rst_stream(stream, REFUSED_STREAM)
        answer_rest(visit)

    with ScriptedServer(refuse_first) as server:
        equal(get(server.url("/0"), server.url("/1")).out, b"/0/1")


def refused_twice():
    """REFUSED_STREAM twice: it goes over a new connection, what the first one has goes on"""
    def refuse_and_answer(visit):
        first, _, _ = visit.expect_request()
        second, _, _ = visit.expect_request()
        visit.send_rst_stream(first, REFUSED_STREAM)
        again, _, _ = visit.expect_request()
        visit.send_rst_stream(again, REFUSED_STREAM)
        visit.expect_ping_answer()
        visit.respond(second, b"second")
        visit.drain()

    with ScriptedServer(refuse_and_answer, answer_rest) as server:
        equal(get(server.url("/first"), server.url("/second")).out, b"/firstsecond")


def refused_by_everybody():
    """REFUSED_STREAM on every connection: that is its end"""
    def refuse(times):
        def play(visit):
            for _ in range(times):
                stream, _, _ = visit.expect_request()
                visit.send_rst_stream(stream, REFUSED_STREAM)
            visit.drain()
        return play

    with ScriptedServer(refuse(2), refuse(1)) as server:
        says(get(server.url(), code=client.STREAM_RESET), "REFUSED_STREAM")


def an_upload_is_sent_again():
    """a file that was sent in part before the GOAWAY: again from its beginning"""
    content = os.urandom(100_000)

    def take_some(visit):
        visit.expect_request()
        visit.read_until(lambda frame: frame.type == DATA, "DATA")
        visit.send_goaway(0)
        visit.drain()

    def take_all(visit):
        visit.send_window_update(0, 1_000_000)
        stream, fields, _ = visit.expect_request()
        visit.send_window_update(stream, 1_000_000)
        equal(fields["content-length"], "100000")
        equal(visit.expect_body(stream), content)
        visit.respond(stream, b"thanks")
        visit.drain()

    with tempfile.NamedTemporaryFile(dir=SCRATCH.name) as file:
        file.write(content)
        file.flush()
        with ScriptedServer(take_some, take_all) as server:
            equal(get("-d", "@" + file.name, server.url()).out, b"thanks")


def a_pipe_is_not_sent_again():
    """a pipe that was read in part before the GOAWAY: it cannot be sent again"""
    def take_some(visit):
        visit.expect_request()
        visit.read_until(lambda frame: frame.type == DATA, "DATA")
        visit.send_goaway(0)
        visit.drain()

    with ScriptedServer(take_some) as server:
        get("-d", "@-", server.url(), data=b"once", code=client.CONNECTION_LOST)


# --- Uploads that are not what -H says of them


def ends_in_a_reset(body):
    """A script: the upload's first octets are `body` or less, and its end is RST_STREAM."""
    def play(visit):
        stream, fields, _ = visit.expect_request()
        equal(fields["content-length"], "5")
        reset = visit.read_until(lambda frame: frame.type == RST_STREAM, "RST_STREAM")
        equal((reset.stream, reset.error), (stream, INTERNAL_ERROR))
        frames = [frame for frame in visit.heard if frame.type == DATA]
        sent = b"".join(frame.payload for frame in frames)
        holds(body.startswith(sent), f"{sent!r} was sent")
        holds(not any(frame.end_stream for frame in frames), "the request was ended as if whole")
        visit.drain()
    return play


def less_than_announced():
    """standard input ends before the content-length of -H: RST_STREAM (RFC 9113 §8.1.1)"""
    with ScriptedServer(ends_in_a_reset(b"123")) as server:
        says(get("-X", "POST", "-d", "@-", "-H", "content-length: 5", server.url(), data=b"123",
                 code=client.READ_ERROR), "content-length")


def more_than_announced():
    """standard input has more than the content-length of -H: what is too much is never sent"""
    with ScriptedServer(ends_in_a_reset(b"12345")) as server:
        says(get("-X", "POST", "-d", "@-", "-H", "content-length: 5", server.url(),
                 data=b"123456789", code=client.READ_ERROR), "content-length")


def as_much_as_announced():
    """standard input has what the content-length of -H says"""
    def take_all(visit):
        stream, fields, _ = visit.expect_request()
        equal(fields["content-length"], "5")
        equal(visit.expect_body(stream), b"12345")
        visit.respond(stream, b"thanks")
        visit.drain()

    with ScriptedServer(take_all) as server:
        equal(get("-X", "POST", "-d", "@-", "-H", "content-length: 5", server.url(),
                  data=b"12345").out, b"thanks")


def files_of_another_size():
    """a file, or a text, that has not the content-length of -H: refused before anything is sent"""
    with tempfile.NamedTemporaryFile(dir=SCRATCH.name) as file, socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))  # who connects is told that nobody listens
        url = f"http://127.0.0.1:{nobody.getsockname()[1]}/"
        for content in (b"1234", b"123456", b""):
            file.seek(0)
            file.truncate()
            file.write(content)
            file.flush()
            for upload in ("@" + file.name, content.decode()):
                says(get("-X", "POST", "-d", upload, "-H", "content-length: 5", url,
                         code=client.READ_ERROR), f"-d has {len(content)} octets")


# --- Servers that end a response in the middle


def closed_in_the_middle():
    """the connection is closed in the middle of a body: what came is written"""
    def begin(visit):
        stream, _, _ = visit.expect_request()
        visit.respond(stream, b"the first part", end=False)
        visit.expect_ping_answer()

    with ScriptedServer(begin) as server:
        result = get(server.url(), code=client.CONNECTION_LOST)
        equal(result.out, b"the first part")


def closed_before_the_answer():
    """the connection is closed without GOAWAY: it may have been acted upon, and is not sent again"""
    with ScriptedServer(lambda visit: visit.expect_request()) as server:
        get(server.url(), code=client.CONNECTION_LOST)


def reset_in_the_middle():
    """RST_STREAM: its code is told, the other requests go on"""
    def reset_one(visit):
        first, _, _ = visit.expect_request()
        second, _, _ = visit.expect_request()
        visit.respond(first, b"half", end=False)
        visit.send_rst_stream(first, CANCEL)
        visit.respond(second, b"whole")
        visit.drain()

    with ScriptedServer(reset_one) as server:
        result = get(server.url("/1"), server.url("/2"), code=client.STREAM_RESET)
        equal(result.out, b"halfwhole")
        says(result, "/1: the server reset the stream: CANCEL")


def early_answer():
    """a whole response while the upload is under way, then RST_STREAM NO_ERROR (RFC 9113 §8.1)"""
    def answer_early(visit):
        stream, _, _ = visit.expect_request()
        visit.respond(stream, b"no more, please")
        visit.send_rst_stream(stream, NO_ERROR)
        visit.drain()

    with ScriptedServer(answer_early) as server:
        equal(get("-d", "x" * 100_000, server.url()).out, b"no more, please")


def refused_upload():
    """a whole refusal while the upload is under way, and nothing more: the upload is given up"""
    def refuse(visit):
        stream, _, _ = visit.expect_request()
        visit.respond(stream, b"too much", "413")
        visit.read_until(lambda f: f.type == RST_STREAM and f.error == CANCEL, "RST_STREAM")
        visit.drain()

    with ScriptedServer(refuse) as server:
        equal(get("-d", "x" * 100_000, server.url()).out, b"too much")


# --- Servers that break rules


def breaks_a_rule(script, named):
    with ScriptedServer(script) as server:
        says(get(server.url(), code=client.PROTOCOL_ERROR), named)


def connection_errors():
    """frames that cost the connection: the rule is told"""
    def data_on_stream_0(visit):
        visit.expect_request()
        visit.send_data(0, b"x")
        visit.expect_connection_error(PROTOCOL_ERROR)

    def bad_hpack(visit):
        stream, _, _ = visit.expect_request()
        visit.send_headers(stream, b"\xff\xff\xff\xff\xff\xff")
        visit.expect_connection_error(9)

    breaks_a_rule(data_on_stream_0, "PROTOCOL_ERROR")
    breaks_a_rule(bad_hpack, "COMPRESSION_ERROR")


def stream_errors():
    """a malformed response: RST_STREAM PROTOCOL_ERROR, and the rule is told"""
    def expect_reset(visit, stream):
        reset = visit.read_until(lambda frame: frame.type == RST_STREAM, "RST_STREAM")
        equal((reset.stream, reset.error), (stream, PROTOCOL_ERROR))

    def no_status(visit):
        stream, _, _ = visit.expect_request()
        visit.send_headers(stream, [("x-a", "b")])
        expect_reset(visit, stream)

    def too_short(visit):
        stream, _, _ = visit.expect_request()
        visit.respond(stream, b"short", extra=[("content-length", "10")])
        expect_reset(visit, stream)

    breaks_a_rule(no_status, "RFC 9113 §8.3.2")
    breaks_a_rule(too_short, "content-length")


def no_http2():
    """a server that speaks HTTP/1.1"""
    def speak_http1(visit):
        visit.read_some(len(PREFACE))
        visit.send(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n")
        visit.drain()

    with ScriptedServer(speak_http1, handshake=False) as server:
        result = get(server.url(), code=client.PROTOCOL_ERROR)
        says(result, f"{server.url()}: the server speaks HTTP/1.1 only: --http=1.1 or --http=auto")


def padded_values():
    """white space around a field's value, as real servers send it, is trimmed"""
    def pad(visit):
        stream, _, _ = visit.expect_request()
        visit.respond(stream, b"fine", extra=[("x-padded", " value\t")])
        visit.drain()

    with ScriptedServer(pad) as server:
        says(get("-v", server.url()), "< x-padded: value\n")


# --- Servers that are slow, and limits


def timeout():
    """--timeout: the stream is reset, the others are not"""
    def answer_second(visit):
        first, _, _ = visit.expect_request()
        second, _, _ = visit.expect_request()
        visit.respond(second, b"second")
        visit.read_until(lambda frame: frame.type == RST_STREAM and frame.stream == first,
                         "RST_STREAM")
        visit.drain()

    with ScriptedServer(answer_second) as server:
        result = get("--timeout=5s", server.url("/1"), server.url("/2"), code=client.TIMEOUT)
        equal(result.out, b"second")
        says(result, "/1: no complete response after 5.00 s")


def keepalive():
    """--keepalive: a server that is silent for too long is asked, and an answer will do"""
    def answer_late(visit):
        stream, _, _ = visit.expect_request()
        for _ in range(3):
            ping = visit.read_until(lambda frame: frame.type == PING, "PING")
            visit.send_frame(PING, 1, 0, ping.payload)
        visit.respond(stream, b"late")
        visit.drain()

    with ScriptedServer(answer_late) as server:
        equal(get("--keepalive=50ms", server.url()).out, b"late")


def no_connection():
    """nobody listens; nobody has the name; nobody accepts in time"""
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        port = holder.getsockname()[1]
        result = get(f"http://127.0.0.1:{port}/", code=client.NOT_CONNECTED)
        says(result, f"127.0.0.1:{port}: Connection refused")
        text = get("-n", 50, "-m", 5, f"http://127.0.0.1:{port}/", code=client.NOT_CONNECTED)
        holds(b"0 ok, 50 failed" in text.out, text.out)
        holds(len(text.err.splitlines()) <= 11, text.err)
    says(get("http://no.such.name.invalid/", code=client.NOT_CONNECTED), "no.such.name.invalid")
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full:
        others = [socket.socket() for _ in range(3)]
        for other in others:
            other.setblocking(False)
            other.connect_ex(full.getsockname())
        result = get("--connect_timeout=100ms", f"http://127.0.0.1:{full.getsockname()[1]}/",
                     code=client.NOT_CONNECTED)
        says(result, "timed out")
        for other in others:
            other.close()


def next_address():
    """a name with several addresses: the next one is tried"""
    with ScriptedServer(answer_rest) as server:  # on 127.0.0.1, and not on ::1
        result = get("-v", f"http://localhost:{server.port}/here")
        equal(result.out, b"/here")


def one_stream_at_a_time():
    """MAX_CONCURRENT_STREAMS=1: what came before that was known is refused, and sent one by one"""
    def one_by_one(visit):
        early = [visit.expect_request() for _ in range(20)]
        visit.handshake_late()
        for stream, _, _ in early[1:]:
            visit.send_rst_stream(stream, REFUSED_STREAM)
        stream, fields, _ = early[0]
        for number in range(20):
            visit.expect_silence(stream)
            equal(len(visit.requests), 20 + number, "requests so far")
            visit.respond(stream, fields[":path"].encode())
            if number < 19:
                stream, fields, _ = visit.expect_request()
        visit.drain()

    with ScriptedServer(one_by_one, settings=[(MAX_CONCURRENT_STREAMS, 1)], late=True) as server:
        urls = [server.url(f"/{number}") for number in range(20)]
        equal(get(*urls).out, b"".join(b"/%d" % number for number in range(20)))


# --- Uploads and outputs that are held up


def upload_waits():
    """an upload to a server that reads nothing: little of it is taken out of the pipe"""
    read, write = os.pipe()
    os.set_blocking(write, False)
    taken = 0

    def take_nothing(visit):
        nonlocal taken
        stream, _, _ = visit.expect_request()
        deadline = time.monotonic() + 10
        block = b"x" * 65536
        idle = 0
        while idle < 10 and time.monotonic() < deadline:
            try:
                taken += os.write(write, block)
                idle = 0
            except BlockingIOError:
                idle += 1
                time.sleep(0.02)
        visit.respond(stream, b"enough")
        visit.send_rst_stream(stream, NO_ERROR)
        visit.drain()

    with ScriptedServer(take_nothing) as server:
        running = get.start("-d", "@-", server.url(), stdin=read)
        os.close(read)
        result = running.finish(client.OK)
        equal(result.out, b"enough")
        os.close(write)
    # The stream's window of 65,535 octets, and what pipe and reading hold.
    holds(taken <= 65535 + 2 * 65536 + 65536, f"{taken} octets were taken")


def output_waits():
    """an output that nobody reads: no more than the window comes in"""
    window = 100_000
    sent = 0

    def fill_the_window(visit):
        nonlocal sent
        stream, _, _ = visit.expect_request()
        equal(visit.client_settings[INITIAL_WINDOW_SIZE], window)
        visit.respond(stream, b"", end=False, extra=[("x-a", "b")])
        credit = window
        total = 1_000_000
        while sent < total:
            while credit > 0 and sent < total:
                size = min(credit, 10_000, total - sent)
                visit.send_data(stream, b"y" * size, END_STREAM if sent + size == total else 0)
                sent += size
                credit -= size
            if sent == total:
                break
            frame = visit.read_until(
                lambda frame: frame.type == WINDOW_UPDATE and frame.stream == stream, "credit")
            credit += int.from_bytes(frame.payload, "big")
        visit.drain()

    read, write = os.pipe()
    with ScriptedServer(fill_the_window) as server:
        running = get.start(f"--window={window}", server.url(), stdout=write)
        os.close(write)
        before = -1
        while before != sent or sent == 0:
            before = sent
            time.sleep(0.3)
        holds(sent <= window + 65536 + window, f"{sent} octets came in while nobody read")
        received = b""
        while chunk := os.read(read, 1 << 20):
            received += chunk
        os.close(read)
        running.finish(client.OK)
        equal(received, b"y" * 1_000_000)


def held_back():
    """bodies that come before their turn are held back, within their windows"""
    def second_first(visit):
        first, _, _ = visit.expect_request()
        second, _, _ = visit.expect_request()
        visit.respond(second, b"2" * 50_000)
        visit.expect_ping_answer()
        visit.respond(first, b"1" * 50_000)
        visit.drain()

    with ScriptedServer(second_first) as server:
        equal(get(server.url("/1"), server.url("/2")).out, b"1" * 50_000 + b"2" * 50_000)


def write_errors():
    """an output that is full, one that cannot be made, one that nobody reads any more"""
    def answer(visit):
        stream, _, _ = visit.expect_request()
        visit.respond(stream, b"x" * 10_000)
        visit.drain()

    with ScriptedServer(answer) as server:
        says(get("-o", "/dev/full", server.url(), code=client.WRITE_ERROR), "No space left")
    says(get("-o", "/no/such/file", "http://127.0.0.1:9/", code=client.WRITE_ERROR), "/no/such/file")

    read, write = os.pipe()
    os.close(read)
    with ScriptedServer(answer) as server:
        running = get.start(server.url(), stdout=write)
        os.close(write)
        says(running.finish(client.WRITE_ERROR), "Broken pipe")


def files_that_stay():
    """a transfer to a file that fails leaves it as it was; --keep_part keeps what has come"""
    def half(visit):
        stream, _, _ = visit.expect_request()
        visit.respond(stream, b"half", end=False)
        visit.expect_ping_answer()
        visit.send_rst_stream(stream, 1234)
        visit.drain()

    with tempfile.TemporaryDirectory(dir=SCRATCH.name) as directory:
        path = os.path.join(directory, "file")
        with open(path, "wb") as file:
            file.write(b"old")
        with socket.socket() as holder:
            holder.bind(("127.0.0.1", 0))
            get("-o", path, f"http://127.0.0.1:{holder.getsockname()[1]}/", code=client.NOT_CONNECTED)
        with ScriptedServer(half) as server:
            result = get("-o", path, server.url(), code=client.STREAM_RESET)
        says(result, "the server reset the stream: error 1234 (0x4d2)\n")
        equal(os.listdir(directory), ["file"])
        with ScriptedServer(half) as server:
            result = get("-o", path, "--keep_part", server.url(), code=client.STREAM_RESET)
        says(result, f"get: the received part is kept in {path}.part\n")
        equal(sorted(os.listdir(directory)), ["file", "file.part"])
        for name, content in ((path, b"old"), (path + ".part", b"half")):
            with open(name, "rb") as file:
                equal(file.read(), content)
        with ScriptedServer(answer_rest) as server:
            get("-o", path, server.url("/new"))
        with open(path, "rb") as file:
            equal(file.read(), b"/new")
    with ScriptedServer(answer_rest) as server:
        get("-o", "/dev/null", server.url())
    holds(not os.path.isfile("/dev/null"), "/dev/null was replaced")


def a_signal_in_the_middle():
    """SIGTERM in the middle of a transfer to a file: it stays as it was, and nothing lies beside it"""
    with tempfile.TemporaryDirectory(dir=SCRATCH.name) as directory:
        path = os.path.join(directory, "file")
        started = queue.Queue()

        def stop_it(visit):
            stream, _, _ = visit.expect_request()
            visit.respond(stream, b"half", end=False)
            visit.expect_ping_answer()
            equal(len(os.listdir(directory)), 1, "files beside")
            started.get(timeout=60).process.terminate()
            visit.drain()

        with ScriptedServer(stop_it) as server:
            running = get.start("-o", path, server.url())
            started.put(running)
            running.finish(-signal.SIGTERM)
        equal(os.listdir(directory), [])


def words_of_others():
    """what others have put into URLs, flags and frames: no control character is printed"""
    for arguments in (["http://a/\x1b[31m"], ["--no\x1b[31m"], ["-n", "\x1b[31m", "http://a/"],
                      ["-H", "\x1b[31m", "http://a/"], ["-o", "/no/\x1b[31m", "http://a/"],
                      ["-d", "@/no/\x1b[31m", "http://a/"], ["--io=\x1b[31m", "http://a/"],
                      ["http://a/\u009b31m", "http://\u009b31m/"], ["ftp\x1b[31m://a/"],
                      ["--allocation=\x1b[31m", "http://a/"]):
        started = get.start(*arguments)
        started.process.wait(60)
        started.errors.seek(0)
        error = started.errors.read()
        holds(b"\\x" in error and b"\x1b" not in error and b"\x9b" not in error,
              f"{arguments}: {error!r}")


def read_errors():
    """a file that is not there, and one that becomes shorter"""
    says(get("-d", "@/no/such/file", "http://127.0.0.1:9/", code=client.READ_ERROR), "/no/such/file")
    with tempfile.NamedTemporaryFile(dir=SCRATCH.name) as file:
        file.write(bytes(200_000))
        file.flush()

        def shorten(visit):
            stream, _, _ = visit.expect_request()
            visit.expect_data(stream, 16384)
            os.truncate(file.name, 70_000)
            visit.send_window_update(stream, 1_000_000)
            visit.send_window_update(0, 1_000_000)
            visit.read_until(lambda frame: frame.type == RST_STREAM, "RST_STREAM")
            visit.drain()

        with ScriptedServer(shorten) as server:
            get("-d", "@" + file.name, server.url(), code=client.READ_ERROR)


def requests_that_are_wrong():
    """fields that HTTP/2 does not have: told before anything is sent"""
    def nothing(visit):
        visit.drain()
        holds(not [frame for frame in visit.heard if frame.type == HEADERS], "a request was sent")

    with ScriptedServer(nothing) as server:
        result = get("-H", "connection: close", server.url(), code=client.USAGE)
        says(result, "RFC 9113 §8.2.2")


def heads_that_are_too_large():
    """a head above the server's MAX_HEADER_LIST_SIZE, when that is known"""
    def answer_one(visit):
        stream, _, _ = visit.expect_request()
        visit.respond(stream, b"x")
        visit.drain()

    with ScriptedServer(answer_one, settings=[(MAX_HEADER_LIST_SIZE, 400)]) as server:
        # The first one goes out before the server has said so.
        result = get("-m", 1, "-n", 2, "-H", "x-a: " + "a" * 500, server.url(), code=client.USAGE)
        holds(b"1 ok, 1 failed" in result.out, result.out)
        says(result, "larger than the server accepts")


def farewell():
    """the client ends with GOAWAY NO_ERROR"""
    def wait_for_it(visit):
        stream, _, _ = visit.expect_request()
        visit.respond(stream, b"x")
        goaway = None
        while (frame := visit.read()) is not None:
            goaway = frame if frame.type == GOAWAY else goaway
        holds(goaway is not None, "no GOAWAY")
        equal(goaway.error, NO_ERROR)

    with ScriptedServer(wait_for_it) as server:
        get(server.url())


def command_line():
    """mistakes: one line, and the code for them"""
    for arguments in ([], ["--nonsense", "http://a/"], ["ftp://a/"], ["--key=k", "https://a/"],
                      ["-n", "x", "http://a/"]):
        result = get(*arguments, code=client.USAGE)
        equal(len(result.err.splitlines()), 1, f"lines on stderr for {arguments}")
        equal(result.out, b"")
    holds(b"Usage: get" in get("--help").out, "no usage")


def no_io_uring():
    """--io=auto goes on with epoll where there is no io_uring; --io=io_uring says why it can't"""
    for reason, words in (("missing", "this kernel has no io_uring"),
                          ("forbidden", "io_uring is forbidden here"),
                          ("enter_forbidden", "io_uring is forbidden here"),
                          ("register_forbidden", "io_uring is forbidden here"),
                          ("locked=0", "")):  # which suffices for some kernels
        limited = client.Client(sys.argv[1], without_io_uring(reason))
        with ScriptedServer(answer_rest) as server:
            result = limited("--io=auto", server.url("/there"))
        equal(result.out, b"/there", reason)
        if words:
            says(result, words)
            says(result, "going on with epoll")
            says(limited("--io=io_uring", "http://127.0.0.1:1/", code=client.USAGE), words)


def io_that_fails():
    """io_uring that fails while it is used: a line that says so, and the code for it"""
    broken = client.Client(sys.argv[1], without_io_uring("broken"))
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/"
        for flags in ((), ("-n", 1000, "-m", 500)):
            says(broken("--io=io_uring", *flags, url, code=client.INTERNAL),
                 "get: io_uring: Input/output error\n")


CHECKS = [
    goaway_before_the_answer, goaway_in_the_middle, graceful_shutdown, goaway_again_and_again,
    goaway_with_an_error, http_1_1_required, refused_once, refused_twice, refused_by_everybody,
    an_upload_is_sent_again,
    a_pipe_is_not_sent_again, less_than_announced, more_than_announced, as_much_as_announced,
    files_of_another_size, closed_in_the_middle, closed_before_the_answer, reset_in_the_middle,
    early_answer, refused_upload, connection_errors, stream_errors, no_http2, padded_values, timeout, keepalive,
    no_connection, next_address, one_stream_at_a_time, upload_waits, output_waits, held_back,
    write_errors, files_that_stay, a_signal_in_the_middle, words_of_others, read_errors, requests_that_are_wrong, heads_that_are_too_large, farewell, command_line,
    no_io_uring, io_that_fails,
]


def main():
    report = Report("get_failures")
    for check in CHECKS:
        report.run(check.__doc__, check)
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())
