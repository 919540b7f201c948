#!/usr/bin/python3
"""curl against the server in both versions of HTTP: methods, ranges, dates, uploads, many at once."""

import email.utils
import json
import os
import sys
import tempfile

from checks import equal, holds, main, make_site, require, run

CURL = require("curl")
ROOT, FILES = make_site()


version = "--http2-prior-knowledge"


def curl(*arguments, **options):
    return run(CURL, version, "--silent", "--show-error", "--max-time", "60",
               *arguments, **options)


def exchange(server, path, *arguments):
    """Status, lower-case header fields and body of one request."""
    with tempfile.NamedTemporaryFile() as heads:
        body = curl("--dump-header", heads.name, *arguments, server.url(path), binary=True)
        lines = heads.read().decode().split("\r\n")
    fields = {}
    for line in lines:
        if line.startswith("HTTP/"):
            status, fields = int(line.split()[1]), {}
        elif ": " in line:
            name, value = line.split(": ", 1)
            fields[name.lower()] = value
    return status, fields, body


def page(server):
    """GET of the root's page"""
    status, fields, body = exchange(server, "/")
    equal(status, 200)
    equal(body, FILES["index.html"])
    holds(fields["content-type"].startswith("text/html"), fields["content-type"])


def every_file(server):
    """GET of files, small, empty and large, with their content-length"""
    for name, content in FILES.items():
        status, fields, body = exchange(server, "/" + name)
        equal((status, body), (200, content), name)
        equal(fields["content-length"], str(len(content)), name)


def head(server):
    """HEAD: the fields of GET, and no body"""
    with_body = exchange(server, "/digits.txt")
    status, fields, body = exchange(server, "/digits.txt", "--head")
    equal((status, fields["content-length"]), (200, "1000"))
    holds(b"0123456789" not in body, "a body")
    equal(fields.get("content-type"), with_body[1].get("content-type"))


def not_modified(server):
    """if-modified-since: 304 with the file's own date, 200 with an older one"""
    _, fields, _ = exchange(server, "/digits.txt")
    modified = fields["last-modified"]
    since = email.utils.parsedate_to_datetime(modified).timestamp()
    equal(int(since), int(os.stat(os.path.join(ROOT, "digits.txt")).st_mtime), "last-modified")
    status, _, body = exchange(server, "/digits.txt", "-H", f"if-modified-since: {modified}")
    equal((status, body), (304, b""))
    older = email.utils.formatdate(since - 10, usegmt=True)
    equal(exchange(server, "/digits.txt", "-H", f"if-modified-since: {older}")[0], 200)


def ranges(server):
    """range: first octets, from an offset, the last ones; 416 beyond the end"""
    content = FILES["digits.txt"]
    for wanted, part, described in (("0-9", content[:10], "bytes 0-9/1000"),
                                    ("990-", content[990:], "bytes 990-999/1000"),
                                    ("995-2000", content[995:], "bytes 995-999/1000"),
                                    ("-15", content[-15:], "bytes 985-999/1000")):
        status, fields, body = exchange(server, "/digits.txt", "--range", wanted)
        equal((status, body), (206, part), wanted)
        equal(fields["content-range"], described)
        equal(fields["content-length"], str(len(part)))
    status, fields, _ = exchange(server, "/digits.txt", "--range", "1000-")
    equal((status, fields["content-range"]), (416, "bytes */1000"))


def not_found(server):
    """404 for what is not there"""
    equal(exchange(server, "/nothing.html")[0], 404)
    equal(exchange(server, "/digits.txt/below")[0], 404)


def not_allowed(server):
    """405 with allow for POST to a file, its body uploaded all the same"""
    status, fields, _ = exchange(server, "/digits.txt", "--data-binary", "@" + os.path.join(ROOT, "large.bin"))
    equal(status, 405)
    holds("GET" in fields["allow"] and "HEAD" in fields["allow"], fields["allow"])


def inside_the_root(server):
    """no path leads out of the root"""
    for path in ("/../secret.txt", "/sub/../../secret.txt", "/%2e%2e/secret.txt",
                 "/..%2fsecret.txt", "/sub/%2e%2e/%2e%2e/secret.txt", "//../secret.txt",
                 "/sub/..%2f..%2fsecret.txt", "/%2e%2e%2fsecret.txt", "/./../secret.txt"):
        status, _, body = exchange(server, path, "--path-as-is")
        holds(b"SECRET" not in body, f"{path} shows the file outside")
        holds(status in (400, 403, 404), f"{path}: {status}")


def echo(server):
    """POST /echo gives back what was sent"""
    for size in (0, 1, 16384, 65536, 1_000_000):
        content = os.urandom(size)
        body = curl("--data-binary", "@-", server.url("/echo"), input=content, binary=True)
        equal(body, content, f"{size} octets")


def upload_from_a_pipe(server):
    """PUT /echo of unknown length, streamed"""
    content = os.urandom(2_000_000)
    body = curl("--upload-file", "-", server.url("/echo"), input=content, binary=True)
    equal(body, content)


def expect_continue(server):
    """expect: 100-continue does not hold an upload up"""
    body = curl("-H", "expect: 100-continue", "--expect100-timeout", "120", "--max-time", "60",
                "--data-binary", "hello", server.url("/echo"))
    equal(body, "hello")


def sizes(server):
    """/bytes/N is exactly N octets"""
    for size in (0, 1, 16383, 16384, 16385, 65535, 65536, 10_000_000):
        status, fields, body = exchange(server, f"/bytes/{size}")
        equal((status, len(body), fields["content-length"]), (200, size, str(size)))


def statuses(server):
    """/status/NNN answers NNN"""
    for status in (200, 204, 301, 404, 418, 500, 599):
        equal(exchange(server, f"/status/{status}")[0], status)


def request_fields(server):
    """/headers is the request's fields as JSON"""
    text = curl("-H", "x-one: 1", "-H", 'x-quote: a"b\\c', "-A", "interop", server.url("/headers"))
    json.loads(text)
    holds('"x-one"' in text and '"interop"' in text and '"a\\"b\\\\c"' in text, text)


def stats(server):
    """/stats is JSON"""
    holds(isinstance(json.loads(curl(server.url("/stats"))), dict), "no object")


def many_headers(server):
    """fifty request fields of a hundred octets"""
    fields = [part for n in range(50) for part in ("-H", f"x-field-{n}: {'v' * 100}")]
    text = curl(*fields, server.url("/headers"))
    holds(all(f"x-field-{n}" in text for n in range(50)), text)


def parallel(server):
    """--parallel: a hundred connections at once, all transfers whole"""
    # Debian's curl 7.88 cannot use a prior-knowledge connection twice (with any server), hence
    # --parallel-immediate: a connection each. Many streams of one connection: nghttp_test.
    codes = curl("--parallel", "--parallel-immediate", "--parallel-max", "100", "--write-out",
                 "%{http_code} %{size_download}\\n",
                 *[x for n in range(100)
                   for x in ("-o", "/dev/null", server.url(f"/bytes/{n * 100}"))])
    expected = sorted(f"200 {n * 100}" for n in range(100))
    equal(sorted(line for line in codes.split("\n") if line), expected)


def interrupted(server):
    """a client that goes away in the middle of a download does no harm"""
    run(CURL, version, "--silent", "--max-time", "0.2", "--limit-rate", "1000",
        "--output", "/dev/null", server.url("/bytes/1000000000"), check=False)
    equal(exchange(server, "/digits.txt")[0], 200)


def one_connection(server):
    """HTTP/1.1 and HTTP/1.0 on the same port; two transfers over one connection"""
    def curl1(*arguments, **options):
        return run(CURL, "--http1.1", "--silent", "--show-error", "--max-time", "60", *arguments, binary=True,
                   **options)

    equal(curl1("--http1.0", server.url("/digits.txt")), FILES["digits.txt"])
    told = curl1("--write-out", " %{http_version} %{num_connects} ", "--output", "/dev/null",
                 "--output", "/dev/null", server.url("/bytes/100000"), server.url("/digits.txt"))
    equal(told.split(), [b"1.1", b"1", b"1.1", b"0"])


def absolute_form(server):
    """HTTP/1.1: a target with its authority (RFC 9112 §3.2.2), and with another than Host's"""
    def status(target):
        return run(CURL, "--http1.1", "--silent", "--output", "/dev/null", "--write-out",
                   "%{http_code} %{size_download}", "--request-target", target, server.url("/other"))

    equal(status(server.url("/digits.txt")), "200 1000")
    equal(status(server.url("/bytes/10").replace("http", "HTTP", 1)), "200 10")
    equal(status("http://elsewhere.example/digits.txt").split()[0], "400")
    equal(status("/digits.txt#fragment").split()[0], "400")


def over_http1(check):
    def checked(server):
        global version
        before, version = version, "--http1.1"
        try:
            check(server)
        finally:
            version = before
    checked.__doc__ = f"HTTP/1.1: {check.__doc__}"
    return checked


BOTH = [page, every_file, head, not_modified, ranges, not_found, not_allowed, inside_the_root,
        echo, upload_from_a_pipe, expect_continue, sizes, statuses, request_fields, stats,
        many_headers, parallel, interrupted]
CHECKS = BOTH + [over_http1(check) for check in BOTH] + [one_connection, absolute_form]

if __name__ == "__main__":
    sys.exit(main("curl", CHECKS, f"--root={ROOT}", "--diagnostics"))
