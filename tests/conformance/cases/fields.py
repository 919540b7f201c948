"""RFC 7541: field blocks as a decoder must take and must refuse them."""

from peer import *  # the protocol's names
from suite import answered, connection_error, conversation

# User-agent as a literal, in every representation of RFC 7541 §6.2: the name by index 58 of the
# static table or spelled out, plain or Huffman-coded (§5.2).
PLAIN_NAME = b"\x0auser-agent"
HUFFMAN_NAME = bytes.fromhex("87b505b161cc5a93")
PLAIN_VALUE = b"\x06tester"
HUFFMAN_VALUE = bytes.fromhex("849c48aca4")
NEW_PLAIN_NAME = b"\x06x-test"
NEW_HUFFMAN_NAME = bytes.fromhex("85f2b24a84ff")


def with_block(*parts):
    """A GET whose field block ends with these octets."""
    return lambda peer: peer.send_headers(1, peer.encode(peer.get_fields()) + b"".join(parts))


representations = {
    "incremental indexing": (b"\x40", b"\x7a"),  # with index 58 in a prefix of six bits
    "without indexing": (b"\x00", b"\x0f\x2b"),  # four bits: 15 + 43
    "never indexed": (b"\x10", b"\x1f\x2b"),
}
sections = {"incremental indexing": "6.2.1", "without indexing": "6.2.2", "never indexed": "6.2.3"}
for kind, (spelled, indexed) in representations.items():
    rfc = f"RFC 7541 {sections[kind]}"
    answered(rfc, f"a literal {kind}, indexed name", with_block(indexed, PLAIN_VALUE))
    answered(rfc, f"a literal {kind}, indexed name, Huffman", with_block(indexed, HUFFMAN_VALUE))
    answered(rfc, f"a literal {kind}, spelled name",
             with_block(spelled, PLAIN_NAME, PLAIN_VALUE))
    answered(rfc, f"a literal {kind}, spelled name, Huffman",
             with_block(spelled, HUFFMAN_NAME, HUFFMAN_VALUE))
    answered(rfc, f"a literal {kind}, new name", with_block(spelled, NEW_PLAIN_NAME, PLAIN_VALUE))
    answered(rfc, f"a literal {kind}, new name, Huffman",
             with_block(spelled, NEW_HUFFMAN_NAME, HUFFMAN_VALUE))
answered("RFC 7541 6.1", "an indexed field of the static table", with_block(b"\xba"))
answered("RFC 7541 6.1", "an indexed field of the dynamic table",
         with_block(b"\x40", NEW_PLAIN_NAME, PLAIN_VALUE, b"\xbe"))


def before_block(*parts):
    return lambda peer: peer.send_headers(1, b"".join(parts) + peer.encode(peer.get_fields()))


answered("RFC 7541 6.3", "a size update to 0", before_block(b"\x20"))
answered("RFC 7541 6.3", "a size update to 4,096", before_block(b"\x3f\xe1\x1f"))
answered("RFC 7541 4.2", "two size updates", before_block(b"\x20", b"\x3f\xe1\x1f"))


@conversation("RFC 7541 4.3", "a size update to 0, then an index into the table",
              "GOAWAY COMPRESSION_ERROR: the entries are gone")
def _(peer):
    peer.send_headers(1, peer.encode(peer.get_fields()) + b"\x40" + NEW_PLAIN_NAME + PLAIN_VALUE)
    peer.expect_message(1)
    peer.send_headers(3, b"\x20\x82\x86\x84\xbe")
    peer.expect_connection_error(COMPRESSION_ERROR)


@conversation("RFC 7541 2.3.2", "a field of one block, by index in the next", "it is received")
def _(peer):
    peer.send_headers(1, peer.encode(peer.get_fields()) + b"\x40" + NEW_PLAIN_NAME + PLAIN_VALUE)
    peer.expect_message(1)
    literals = b"".join(b"\0" + bytes([len(n)]) + n.encode() + bytes([len(v)]) + v.encode()
                        for n, v in peer.get_fields("/headers"))
    peer.send_headers(3, literals + b"\xbe")
    body = peer.expect_message(3)[1]
    if b"x-test" not in body or b"tester" not in body:
        raise Departure(f"/headers answers {body!r}")


# --- What no decoder may take: always COMPRESSION_ERROR on the connection (RFC 9113 §4.3)

refused = {
    "RFC 7541 2.3.3": {
        "an index beyond both tables": b"\xff\x80\x01",
        "a literal whose name's index is beyond both tables": b"\x7f\xc1\x00\x01v",
    },
    "RFC 7541 4.2": {
        "a size update behind a field": b"\x20",
    },
    "RFC 7541 5.1": {
        "an integer without an end": b"\xff" + b"\x80" * 20,
        "an integer beyond 32 bits": b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\x7f",
        "an integer that the block cuts off": b"\xff\x80",
    },
    "RFC 7541 5.2": {
        "Huffman padding of more than seven bits": b"\x00\x85\xf2\xb2\x4a\x87\xff\xff\x81\x1f",
        "Huffman padding of a whole octet": b"\x00" + NEW_PLAIN_NAME + b"\x82\x1f\xff",
        "Huffman padding with zeros": b"\x00" + NEW_PLAIN_NAME + b"\x81\x18",
        "EOS inside a Huffman string": b"\x00" + NEW_PLAIN_NAME + b"\x84\xff\xff\xff\xff",
        "a string longer than the block": b"\x00" + NEW_PLAIN_NAME + b"\x7e\x61",
        "a name longer than the block": b"\x00\x7e\x61",
    },
    "RFC 7541 6.1": {
        "index 0": b"\x80",
    },
    "4.3": {
        "a block that ends inside a literal": b"\x40",
    },
}
for section, group in refused.items():
    for title, octets in group.items():
        connection_error(section, title, COMPRESSION_ERROR, with_block(octets))
connection_error("RFC 7541 6.3", "a size update above our table", COMPRESSION_ERROR,
                 before_block(b"\x3f\xe2\x1f"))
connection_error("RFC 7541 6.3", "a huge size update", COMPRESSION_ERROR,
                 before_block(b"\x3f\xff\xff\xff\xff\x0f"))
connection_error("4.3", "a bad block in CONTINUATION", COMPRESSION_ERROR,
                 lambda p: (p.send_headers(1, p.get_fields(), END_STREAM),
                            p.send_frame(CONTINUATION, END_HEADERS, 1, b"\x80")))
connection_error("4.3", "a bad block in trailers", COMPRESSION_ERROR,
                 lambda p: (p.send_post(1), p.send_data(1, b"test", 0),
                            p.send_headers(1, b"\x80")))
connection_error("4.3", "a bad block on a stream that has been reset", COMPRESSION_ERROR,
                 lambda p: (p.send_post(1), p.send_rst_stream(1), p.send_headers(1, b"\x80")))


@conversation("RFC 7541 4.2", "HEADER_TABLE_SIZE = 0 for the server's encoder",
              "its next block starts with a size update and indexes nothing",
              settings=[(HEADER_TABLE_SIZE, 0)])
def _(peer):
    peer.decoder.max_allowed_table_size = 0
    for stream in (1, 3):
        peer.send_get(stream)
        head = peer.read_until(lambda f: f.type == HEADERS and f.stream == stream, "HEADERS")
        if stream == 1 and head.payload[:1] != b"\x20":
            raise Departure(f"the block starts with {head.payload[:1].hex()}, no size update to 0")
        peer.decode(head)


@conversation("10.5.1", "a field section of 200 KiB",
              ":status 431, or RST_STREAM or GOAWAY ENHANCE_YOUR_CALM")
def _(peer):
    block = peer.encode(peer.get_fields())
    block += b"".join(b"\0\x06x-%04d\x7f\xe9\x07" % n + b"v" * 1128 for n in range(180))
    parts = [block[at:at + 16384] for at in range(0, len(block), 16384)]
    peer.send_headers(1, parts[0], END_STREAM)
    for part in parts[1:]:
        peer.send_frame(CONTINUATION, END_HEADERS if part is parts[-1] else 0, 1, part)
    frame = peer.read_until(lambda f: f.stream == 1 or f.type == GOAWAY, "an answer")
    if frame.type == HEADERS:
        status = dict(peer.decode(frame)).get(":status")
        if status != "431":
            raise Departure(f":status {status}")
    elif frame.error != ENHANCE_YOUR_CALM:
        raise Departure(str(frame))
