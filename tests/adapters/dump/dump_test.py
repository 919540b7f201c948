#!/usr/bin/python3
"""The program `dump`: files, the standard input, its flags."""

import json
import pathlib
import subprocess
import sys
import tempfile

DUMP = sys.argv[1]
REQUEST = b"POST /a HTTP/1.1\r\nHost: example.org\r\nContent-Length: 5\r\n\r\nhello"
SERVER = bytes.fromhex("000000040000000000" "000001010500000001" "88")


def dump(*arguments, octets=b"", code=0):
    done = subprocess.run([DUMP, *arguments], input=octets, check=False, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE)
    assert done.returncode == code, (arguments, done)
    return (done.stdout or done.stderr).decode()


def main():
    plain = dump(octets=REQUEST)
    assert plain == ("# HTTP/1.1, from a client\nPOST /a HTTP/1.1\n    Host: example.org\n    Content-Length: 5\n"
                     'content (5) "hello"\n'), plain
    assert dump("-", octets=REQUEST) == plain
    assert "\x1b[36mHEADERS\x1b[0m 1 END_STREAM" in dump("--color=always", octets=SERVER)
    assert '"hel"...' in dump("--octets=3", octets=REQUEST)
    assert "hello" not in dump("--octets=0", octets=REQUEST)
    items = [json.loads(line) for line in dump("--json", octets=SERVER).splitlines()]
    assert items[2]["frame"] == "HEADERS" and items[2]["fields"] == [{"name": ":status", "value": "200"}], items
    with tempfile.TemporaryDirectory() as directory:
        one, two = pathlib.Path(directory, "one"), pathlib.Path(directory, "two")
        one.write_bytes(REQUEST)
        two.write_bytes(SERVER)
        assert dump(one, two) == plain + dump(octets=SERVER)
        assert "no such" in dump(one.with_name("none"), code=1).lower()
    assert "joined late" in dump("--http=2", octets=REQUEST)
    assert dump("--version").startswith("dump (Headrace) 0.")
    for flag in "--json", "--color", "--http", "--octets":
        assert flag in dump("--help")
    dump("--color=red", code=2)
    dump("--http=3", code=2)
    dump("--nonsense", code=2)


if __name__ == "__main__":
    main()
