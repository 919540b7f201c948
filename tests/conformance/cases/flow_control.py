"""RFC 9113 §5.2, §6.9: flow control in both directions."""

from peer import *  # the protocol's names
from suite import connection_error, conversation, ignored, stream_error

small = {"settings": [(INITIAL_WINDOW_SIZE, 0)]}  # keeps responses open

# --- §6.9: WINDOW_UPDATE

ignored("6.9", "WINDOW_UPDATE on the connection", lambda p: p.send_window_update(0, 1))
ignored("6.9", "WINDOW_UPDATE on an open stream",
        lambda p: (p.send_post(1), p.send_window_update(1, 1)))
connection_error("6.9", "an increment of 0 on the connection", PROTOCOL_ERROR,
                 lambda p: p.send_window_update(0, 0))
stream_error("6.9", "an increment of 0 on a stream", PROTOCOL_ERROR,
             lambda p: (p.send_get(1), p.send_window_update(1, 0)), **small)
stream_error("6.9", "an increment of 0 with the reserved bit set", PROTOCOL_ERROR,
             lambda p: (p.send_get(1), p.send_window_update(1, 0x80000000)), **small)
for size in (3, 5):
    connection_error("6.9", f"WINDOW_UPDATE of {size} octets", FRAME_SIZE_ERROR,
                     lambda p, n=size: p.send_frame(WINDOW_UPDATE, 0, 0, bytes(n)))
connection_error("6.9", "WINDOW_UPDATE of three octets on a stream", FRAME_SIZE_ERROR,
                 lambda p: (p.send_post(1), p.send_frame(WINDOW_UPDATE, 0, 1, bytes(3))))

# --- §6.9.1: the window


@conversation("6.9.1", "a window of one octet", "DATA of one octet, then nothing",
              settings=[(INITIAL_WINDOW_SIZE, 1)])
def _(peer):
    peer.send_get(1)
    peer.expect_response(1)
    if peer.expect_data(1, 1).end_stream:
        raise Departure("END_STREAM on the first octet")
    peer.expect_silence(1)


@conversation("6.9.1", "a window of 0, opened by one WINDOW_UPDATE after another",
              "exactly as many octets of DATA each time", **small)
def _(peer):
    peer.send_get(1)
    peer.expect_response(1)
    for size in (1, 7, 100):
        peer.expect_silence(1)
        peer.send_window_update(1, size)
        peer.expect_data(1, size)


@conversation("6.9.1", "the connection window is used up", "DATA stops until WINDOW_UPDATE 0",
              settings=[(INITIAL_WINDOW_SIZE, MAX_WINDOW)])
def _(peer):
    if "/bytes/" not in peer.target.get_path:
        return
    peer.send_get(1, path="/bytes/100000")
    peer.expect_response(1)
    received = 0
    while received < 65535:
        received += len(peer.read_until(lambda f: f.type == DATA, "DATA").payload)
    if received != 65535:
        raise Departure(f"{received} octets in a window of 65,535")
    peer.expect_silence(1)
    peer.send_window_update(0, 100000)
    while received < 100000:
        received += len(peer.read_until(lambda f: f.type == DATA, "DATA").payload)


connection_error("6.9.1", "the connection window above 2^31-1", FLOW_CONTROL_ERROR,
                 lambda p: p.send_window_update(0, MAX_WINDOW))
connection_error("6.9.1", "the connection window above 2^31-1 in two steps", FLOW_CONTROL_ERROR,
                 lambda p: (p.send_window_update(0, MAX_WINDOW - 65535),
                            p.send_window_update(0, 1)))
ignored("6.9.1", "the connection window of exactly 2^31-1",
        lambda p: p.send_window_update(0, MAX_WINDOW - 65535))
stream_error("6.9.1", "a stream's window above 2^31-1", FLOW_CONTROL_ERROR,
             lambda p: (p.send_post(1), p.send_window_update(1, MAX_WINDOW),
                        p.send_window_update(1, 1)), **small)


@conversation("6.9.1", "more DATA than the windows allow",
              "FLOW_CONTROL_ERROR, for the stream or the connection", **small)
def _(peer):
    peer.send_post(1)
    peer.expect_ping_answer()
    # The echo cannot be sent (our window is 0), so that its credit does not come back for ever.
    window = 65535 + sum(int.from_bytes(f.payload, "big") for f in peer.heard
                         if f.type == WINDOW_UPDATE and f.stream == 0)
    stream_window = peer.server_settings.get(INITIAL_WINDOW_SIZE, 65535)
    frames = min(window, stream_window) // 16384 + 1
    peer.send(Peer.pack(DATA, 0, 1, bytes(16384)) * (8 * frames + 8))
    while (frame := peer.read()) is not None:
        if frame.type in (GOAWAY, RST_STREAM):
            if frame.error != FLOW_CONTROL_ERROR:
                raise Departure(str(frame))
            return
    raise Departure("closed without FLOW_CONTROL_ERROR" + peer.story())


# --- §6.9.2: INITIAL_WINDOW_SIZE changes


@conversation("6.9.2", "INITIAL_WINDOW_SIZE raised while a response waits",
              "DATA within the new window", **small)
def _(peer):
    peer.send_get(1)
    peer.expect_response(1)
    peer.expect_silence(1)
    peer.send_settings((INITIAL_WINDOW_SIZE, 1))
    peer.expect_data(1, 1)


@conversation("6.9.2", "INITIAL_WINDOW_SIZE lowered below what was sent",
              "the window turns negative, and only what makes it positive is sent",
              settings=[(INITIAL_WINDOW_SIZE, 3)])
def _(peer):
    peer.send_get(1)
    peer.expect_data(1, 3)
    peer.send_settings((INITIAL_WINDOW_SIZE, 2))  # the window is -1
    peer.expect_settings_ack()
    peer.send_window_update(1, 1)  # 0
    peer.expect_silence(1)
    peer.send_window_update(1, 2)
    peer.expect_data(1, 2)


@conversation("6.9.2", "INITIAL_WINDOW_SIZE does not change the connection's window",
              "no more than 65,535 octets of DATA", settings=[(INITIAL_WINDOW_SIZE, 0)])
def _(peer):
    if "/bytes/" not in peer.target.get_path:
        return
    peer.send_get(1, path="/bytes/100000")
    peer.expect_response(1)
    peer.send_settings((INITIAL_WINDOW_SIZE, 200000))
    received = 0
    while received < 65535:
        received += len(peer.read_until(lambda f: f.type == DATA, "DATA").payload)
    peer.expect_silence(1)
    if received != 65535:
        raise Departure(f"{received} octets")


connection_error("6.9.2", "INITIAL_WINDOW_SIZE that makes a stream's window exceed 2^31-1",
                 FLOW_CONTROL_ERROR,
                 lambda p: (p.send_post(1), p.send_window_update(1, 2**30),
                            p.send_settings((INITIAL_WINDOW_SIZE, 2**30))), **small)


# --- §5.2: the server gives credit


@conversation("5.2", "an upload of 300,000 octets within the server's windows",
              "the echo is whole; credit comes back")
def _(peer):
    peer.send_settings((INITIAL_WINDOW_SIZE, 1000000))
    peer.send_window_update(0, 1000000)
    peer.send_post(1)
    windows = {0: 65535, 1: peer.server_settings.get(INITIAL_WINDOW_SIZE, 65535)}
    for frame in peer.heard:
        if frame.type == WINDOW_UPDATE:
            windows[frame.stream] += int.from_bytes(frame.payload, "big")
    left, echoed, ended = 300000, 0, False
    while not ended:
        size = min(left, 16384, windows[0], windows[1])
        if size > 0 and (size == left or size == 16384 or min(windows.values()) == size):
            left -= size
            windows[0] -= size
            windows[1] -= size
            peer.send_data(1, bytes(size), 0 if left else END_STREAM)
            continue
        frame = peer.read_until(lambda f: f.type in (DATA, WINDOW_UPDATE), "DATA or WINDOW_UPDATE")
        if frame.type == WINDOW_UPDATE:
            windows[frame.stream] += int.from_bytes(frame.payload, "big")
        else:
            echoed += len(frame.payload)
            ended = frame.end_stream
    if echoed != 300000:
        raise Departure(f"{echoed} octets came back")


@conversation("6.1", "padding counts for flow control", "its credit comes back too")
def _(peer):
    peer.send_settings((INITIAL_WINDOW_SIZE, 1000000))
    peer.send_post(1)
    for _ in range(200):  # 200 * 257 octets on the wire, 200 of them body
        peer.send_data(1, b"\xffx" + bytes(255), PADDED)
    peer.send_data(1, b"")
    peer.expect_message(1)
    back = sum(int.from_bytes(f.payload, "big") for f in peer.heard
               if f.type == WINDOW_UPDATE and f.stream == 0)
    raised = max([0] + [int.from_bytes(f.payload, "big") for f in peer.heard[:3]
                        if f.type == WINDOW_UPDATE and f.stream == 0])
    if peer.server_settings.get(INITIAL_WINDOW_SIZE, 65535) <= 65535 and back - raised < 20000:
        raise Departure(f"{back - raised} octets of credit for 51,400 of DATA")
