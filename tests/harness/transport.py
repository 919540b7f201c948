"""How Python's peers reach the server: cleartext, or TLS where a test target says so (server.py)."""

import socket
import ssl

from server import is_over_tls


def scheme():
    return "https" if is_over_tls() else "http"


def client_hello():
    """What a client says first: to this a server that has accepted it answers. Without TLS nothing: a server speaks
    at once."""
    if not is_over_tls():
        return b""
    context = ssl.create_default_context()
    context.set_alpn_protocols(["h2"])
    to_server = ssl.MemoryBIO()
    try:
        context.wrap_bio(ssl.MemoryBIO(), to_server, server_hostname="localhost").do_handshake()
    except ssl.SSLWantReadError:
        return to_server.read()
    raise AssertionError("a handshake without a server")


def secured(plain, host, protocol="h2", **how):
    """TLS on a connected socket."""
    context = ssl.create_default_context()
    context.set_alpn_protocols([protocol])
    secure = context.wrap_socket(plain, server_hostname=host, **how)
    if secure.selected_alpn_protocol() != protocol:
        raise RuntimeError(f"ALPN: {secure.selected_alpn_protocol()}")
    return secure


def connect(host, port, timeout, receive_buffer=None, protocol="h2"):
    """A connected socket, on which HTTP/2 is spoken, or the protocol that ALPN has this name for."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    plain = socket.socket(family, socket.SOCK_STREAM)
    try:
        if receive_buffer is not None:
            plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        plain.settimeout(timeout)
        plain.connect((host, port))
        if not is_over_tls():
            return plain
        return secured(plain, host, protocol)
    except BaseException:
        plain.close()
        raise
