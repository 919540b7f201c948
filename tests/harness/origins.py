"""Other people's servers, started for one test on a free port each, HTTP/2 with prior knowledge, or
over TLS where a test target says so (server.py). Each serves the files of a directory, or says in `can` that it does something else."""

import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import threading
import time

import certificates
import go
from checks import require
from server import is_over_tls

HERE = os.path.dirname(os.path.abspath(__file__))
START_SECONDS = 30


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def not_as_root(*command):
    """Servers that want to become somebody else when root starts them, which a sandbox does not
    allow: so they are somebody else from the start."""
    return [*(["unshare", "--user"] if os.geteuid() == 0 else []), *command]


class Origin:
    """One server. `can` is a set of "files", "echo", "trailers", "hints"."""

    name = "?"
    can = frozenset()

    def __init__(self, root):
        self.certificate = certificates.for_servers()[0] if is_over_tls() else None
        self.port = free_port()
        self.scratch = tempfile.mkdtemp(dir=os.environ.get("TEST_TMPDIR"))
        self.log = open(os.path.join(self.scratch, "log"), "wb")
        self.process = subprocess.Popen(self.command(root), stdout=self.log, stderr=self.log,
                                        stdin=subprocess.DEVNULL, env=self.environment(),
                                        start_new_session=True)
        self._wait_until_it_listens()

    def command(self, root):
        raise NotImplementedError

    def environment(self):
        return dict(os.environ)

    def url(self, path="/"):
        return f"{'http' if self.certificate is None else 'https'}://127.0.0.1:{self.port}{path}"

    def files(self):
        return [] if self.certificate is None else [self.certificate.certificate, self.certificate.key]

    def _wait_until_it_listens(self):
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                pass
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{self.name} does not listen: {self.text()}")
            time.sleep(0.02)

    def text(self):
        with open(os.path.join(self.scratch, "log"), errors="replace") as log:
            return log.read()[-1000:]

    def kill(self):
        """At once, with everything that it started."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self):
        self.kill()
        self.log.close()
        shutil.rmtree(self.scratch, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.stop()


class Nghttpd(Origin):
    name = "nghttpd"
    can = frozenset({"files", "echo", "trailers"})

    def command(self, root):
        tls = [] if self.certificate is None else [self.certificate.key, self.certificate.certificate]
        return [require("nghttpd"), *([] if tls else ["--no-tls"]), "--echo-upload", "--trailer",
                "x-after: the body", "-d", root, "-a", "127.0.0.1", str(self.port), *tls]


class H2o(Origin):
    name = "h2o"
    can = frozenset({"files"})

    def command(self, root):
        config = os.path.join(self.scratch, "h2o.conf")
        with open(config, "w", encoding="ascii") as out:
            out.write(f"listen:\n  host: 127.0.0.1\n  port: {self.port}\n"
                      + ("" if self.certificate is None else
                         f"  ssl:\n    certificate-file: {self.certificate.certificate}\n"
                         f"    key-file: {self.certificate.key}\n")
                      + f"hosts:\n  default:\n    paths:\n      /:\n        file.dir: {root}\n")
        return not_as_root(require("h2o"), "-c", config)


class Nginx(Origin):
    name = "nginx"
    can = frozenset({"files"})

    def command(self, root):
        config = os.path.join(self.scratch, "nginx.conf")
        tls = self.certificate is not None
        ssl = " ssl" if tls else ""
        files = (f"    ssl_certificate {self.certificate.certificate};\n"
                 f"    ssl_certificate_key {self.certificate.key};\n") if tls else ""
        with open(config, "w", encoding="ascii") as out:
            out.write(f"daemon off;\nmaster_process off;\nerror_log stderr;\n"
                      f"pid {self.scratch}/pid;\nevents {{}}\nhttp {{\n  access_log off;\n"
                      + "".join(f"  {kind}_temp_path {self.scratch}/{kind};\n" for kind in
                                ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
                      + f"  server {{\n    listen 127.0.0.1:{self.port}{ssl} http2;\n{files}"
                      f"    root {root};\n  }}\n}}\n")
        return not_as_root(require("nginx"), "-c", config, "-p", self.scratch, "-e", "stderr")


class Apache(Origin):
    """httpd with mod_http2, which speaks HTTP/1.1 as well."""

    name = "apache"
    can = frozenset({"files"})

    def command(self, root):
        modules = ["mpm_event", "authz_core", "mime", "http2", *(["ssl"] if self.certificate else [])]
        config = os.path.join(self.scratch, "httpd.conf")
        with open(config, "w", encoding="ascii") as out:
            out.write("".join(f"LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so\n" for name in modules)
                      + f"Listen 127.0.0.1:{self.port}\nServerName localhost\nServerRoot {self.scratch}\n"
                      f"DefaultRuntimeDir {self.scratch}\nPidFile {self.scratch}/pid\nErrorLog /dev/stderr\n"
                      f"TypesConfig /dev/null\nDocumentRoot {root}\n"
                      f"Protocols {'h2' if self.certificate else 'h2c'} http/1.1\n")
            if self.certificate is not None:
                out.write(f"SSLEngine on\nSSLCertificateFile {self.certificate.certificate}\n"
                          f"SSLCertificateKeyFile {self.certificate.key}\n")
        return not_as_root(require("apache2"), "-f", config, "-DFOREGROUND")


class Node(Origin):
    name = "node"
    can = frozenset({"files", "echo", "trailers", "hints"})

    def command(self, root):
        return [require("node"), os.path.join(HERE, "node_origin.js"), str(self.port), root, *self.files()]


class Go(Origin):
    """Go's x/net/http2, from Debian's packages: its net/http of that time has no cleartext
    HTTP/2."""

    name = "go"
    can = frozenset({"files", "echo", "trailers"})
    program = None  # built once

    def environment(self):
        return go.ENVIRONMENT

    def command(self, root):
        Go.program = Go.program or go.build(os.path.join(HERE, "go_origin.go"))
        return [Go.program, str(self.port), root, *self.files()]


ALL = [Nghttpd, H2o, Nginx, Apache, Node, Go]


class Said:
    """Answers each connection with one of `answers`, of which the parts are for one request each, and
    closes it."""

    def __init__(self, *answers):
        self.answers = answers
        self.heard = []
        self.protocols = []  # over TLS: what was agreed on (ALPN)
        self.context = None
        if is_over_tls():
            pair = certificates.for_servers()[0]
            self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.context.load_cert_chain(pair.certificate, pair.key)
            self.context.set_alpn_protocols(["h2", "http/1.1"])
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def url(self, path="/"):
        return f"{'http' if self.context is None else 'https'}://127.0.0.1:{self.port}{path}"

    def _serve(self):
        for answer in self.answers:
            connection, _ = self.listener.accept()
            if self.context is not None:
                connection = self.context.wrap_socket(connection, server_side=True)
                self.protocols.append(connection.selected_alpn_protocol())
            with connection:
                for part in answer if isinstance(answer, tuple) else (answer,):
                    text = b""
                    while b"\r\n\r\n" not in text:
                        octets = connection.recv(65536)
                        if not octets:
                            break
                        text += octets
                    self.heard.append(text)
                    connection.sendall(part)

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.listener.close()
