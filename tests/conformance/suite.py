"""The list of cases, and the words in which a case says what it expects."""

from collections import namedtuple

from peer import Departure, Peer, error_name

# `rfc` is the section (of RFC 9113, unless it says 7541), `title` what the client does, `expected`
# what the server must do, `run(target)` plays it and raises Departure when it does something else.
Case = namedtuple("Case", "rfc title expected run")

cases = []


def add(rfc, title, expected, play, settings=(), handshake=True):
    def run(target):
        peer = Peer(target, settings, handshake)
        try:
            play(peer)
        finally:
            peer.close()

    if any((case.rfc, case.title) == (rfc, title) for case in cases):
        raise ValueError(f"two cases are called '{rfc} {title}'")
    cases.append(Case(rfc, title, expected, run))


def connection_error(rfc, title, code, act, **options):
    """GOAWAY with exactly `code`, then the connection ends."""

    def play(peer):
        act(peer)
        peer.expect_connection_error(code)

    add(rfc, title, f"GOAWAY {error_name(code)}, then closed", play, **options)


def stream_error(rfc, title, code, act, stream=1, **options):
    """RST_STREAM with exactly `code`, once; the connection goes on."""

    def play(peer):
        act(peer)
        peer.expect_stream_error(stream, code)

    add(rfc, title, f"RST_STREAM {stream} {error_name(code)}; PING is answered", play, **options)


def ignored(rfc, title, act, **options):
    """No stream and no connection ends by it."""

    def play(peer):
        act(peer)
        peer.expect_ping_answer()
        for frame in peer.heard:
            if frame.type == 3:
                raise Departure(f"{frame} for a frame that must be ignored")

    add(rfc, title, "ignored; PING is answered", play, **options)


def answered(rfc, title, act, stream=1, status="200", **options):
    """A whole response with this status on the stream."""

    def play(peer):
        act(peer)
        peer.expect_message(stream, status)
        peer.expect_ping_answer()

    add(rfc, title, f":status {status} and a whole message", play, **options)


def conversation(rfc, title, expected, **options):
    """Decorates a function that plays a conversation of several turns."""

    def decorate(play):
        add(rfc, title, expected, play, **options)
        return play

    return decorate
