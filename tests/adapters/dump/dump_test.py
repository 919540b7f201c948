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


# What tcpdump has captured of curl and others (captures/README.md).
CAPTURES = pathlib.Path(__file__).parent / "captures"
H2_CLIENT, H2_SERVER = "127.0.0.1:44082 > 127.0.0.1:18091", "127.0.0.1:18091 > 127.0.0.1:44082"
H1_CLIENT, H1_SERVER = "[::1]:55572 > [::1]:18092", "[::1]:18092 > [::1]:55572"


def items_of(capture):
    return [json.loads(line) for line in dump("--json", CAPTURES / capture).splitlines()]


def in_directions(capture):
    """What each direction said: {"FROM > TO": [(frame or note, fields, octets), ...]}"""
    said = {}
    for item in items_of(capture):
        what = item.get("frame") or item.get("message") or item.get("note") or "content"
        fields = {field["name"]: field["value"] for field in item.get("fields", ())}
        said.setdefault(item["direction"], []).append((what, fields, item.get("octets")))
    return said


def check_captures():
    for capture in "h2.pcap", "h2_out_of_order.pcapng":
        said = in_directions(capture)
        assert set(said) == {H2_CLIENT, H2_SERVER}, said
        client, server = said[H2_CLIENT], said[H2_SERVER]
        assert [what for what, _, _ in client] == [
            "HTTP/2, from a client", "PREFACE", "SETTINGS", "WINDOW_UPDATE", "HEADERS", "SETTINGS"], client
        assert client[4][1] == {":method": "GET", ":path": "/a.txt", ":scheme": "http", ":authority": "127.0.0.1:18091",
                                "user-agent": "curl/7.88.1", "accept": "*/*"}, client
        assert [what for what, _, _ in server] == ["HTTP/2, from a server", "SETTINGS", "SETTINGS", "HEADERS", "DATA"], server
        assert server[3][1][":status"] == "200" and server[4][2] == "Hello from afar\n", server
    for capture in "h1_any.pcap", "h1_raw.pcap":
        said = in_directions(capture)
        assert [what for what, _, _ in said[H1_CLIENT]] == ["HTTP/1.1, from a client", "request"], said
        assert said[H1_SERVER][-1] == ("content", {}, "Hello from afar\n"), said
        assert said[H1_SERVER][1][1]["Content-Length"] == "16", said
    lost = in_directions("h2_lost.pcap")
    assert lost[H2_SERVER][-1][0] == "126 octets were not captured", lost
    assert [what for what, _, _ in lost[H2_CLIENT]][-1] == "SETTINGS", lost
    snapped = in_directions("h1_snap.pcap")
    assert "158 octets were not captured" in [what for what, _, _ in snapped[H1_SERVER]], snapped
    assert "52 octets were not captured" in [what for what, _, _ in snapped[H1_CLIENT]], snapped
    # For people: a line where the direction changes.
    text = dump(CAPTURES / "h1_any.pcap").splitlines()
    assert text[:3] == [H1_CLIENT, "# HTTP/1.1, from a client", "GET /a.txt HTTP/1.1"] and text.count(H1_SERVER) == 1, text
    assert dump(octets=(CAPTURES / "h1_any.pcap").read_bytes()).splitlines() == text
    offsets = [item["offset"] for item in items_of("h2.pcap") if item["direction"] == H2_CLIENT and "frame" in item]
    assert offsets == [0, 24, 51, 64, 110], offsets


def main():
    check_captures()
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
