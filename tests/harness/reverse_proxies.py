"""Other people's reverse proxies, started for one test on a free port each, in front of a server under test:
cleartext on both sides, or TLS on both where a test target says so (server.py). Clients may speak both versions
of HTTP to them; which one they speak to the server, `behind` says."""

import os

import certificates
import origins
from checks import require


def text_of(path):
    with open(path, encoding="ascii") as file:
        return file.read()


class ReverseProxy(origins.Origin):
    """`behind`: "2" or "1.1". `can`: a set of "back-pressure", "trailers", "websocket", "websocket over
    HTTP/2", and "no length": its answers to HEAD have none."""

    def __init__(self, server, behind):
        self.server, self.behind = server, behind
        self.authorities = None  # whose certificates it accepts of the server
        super().__init__(None)

    def command(self, root):
        if self.certificate is not None:
            self.authorities = certificates.for_servers_authority().certificate
        return self.start()

    def start(self):
        """The command line."""
        raise NotImplementedError

    def write(self, name, text):
        path = os.path.join(self.scratch, name)
        with open(path, "w", encoding="ascii") as out:
            out.write(text)
        return path

    def front(self, version):
        """Its URL for clients of this version."""
        del version
        return self.url("")


class Nghttpx(ReverseProxy):
    name = "nghttpx"

    @property
    def can(self):
        # (It drops the trailers of HTTP/1.1.)
        return {"back-pressure", "websocket", "websocket over HTTP/2"} | ({"trailers"} if self.behind == "2" else set())

    def start(self):
        tls = self.certificate is not None
        backend = f"127.0.0.1,{self.server.port};;proto=" + ("h2" if self.behind == "2" else "http/1.1")
        return [require("nghttpx"), "--conf=/dev/null", "--errorlog-file=/dev/stderr", "--no-ocsp",
                f"--frontend=127.0.0.1,{self.port}" + ("" if tls else ";no-tls"),
                f"--backend={backend}" + (";tls;sni=localhost" if tls else ""),
                *([f"--cacert={self.authorities}", self.certificate.key, self.certificate.certificate] if tls else [])]


class Haproxy(ReverseProxy):
    name = "haproxy"

    # (Of HTTP/2, behind it or before it, 2.6 reads nothing more as long as what came for one stream has no room, credit
    # for others and for what goes the other way included: whatever the server, an echo that is read slowly stands still.)
    can = frozenset({"trailers", "websocket", "websocket over HTTP/2"})

    def start(self):
        listens = server = ""
        if self.certificate is not None:
            both = self.write("both.pem", "".join(map(text_of, self.files())))
            protocol, version = ("h2", "h2") if self.behind == "2" else ("http/1.1", "h1")
            listens = f"ssl crt {both} alpn h2,http/1.1"
            server = (f"ssl verify required verifyhost localhost ca-file {self.authorities} alpn {protocol} "
                      f"ws {version}")
        elif self.behind == "2":
            server = "proto h2"
        return [require("haproxy"), "-db", "-f", self.write("haproxy.conf", f"""
global
  maxconn 500
defaults
  mode http
  timeout connect 60s
  timeout client 60s
  timeout server 60s
  timeout tunnel 60s
frontend clients
  bind 127.0.0.1:{self.port} {listens}
  default_backend behind
backend behind
  http-reuse always
  server one 127.0.0.1:{self.server.port} {server}
""")]


class Nginx(ReverseProxy):
    """HTTP/2 to the server by grpc_pass, HTTP/1.1 by proxy_pass."""

    name = "nginx"

    @property
    def can(self):
        # (1.22 ends a connection on which a request has trailers. By proxy_pass it stores a request before it sends
        # it, and told not to do that it stands still with an echo that is read slowly, whatever the server.)
        return {"back-pressure", "no length"} if self.behind == "2" else {"websocket"}

    def front(self, version):
        # (Without TLS a port of its speaks one version.)
        return self.url("") if self.certificate or version == "2" else f"http://127.0.0.1:{self.port_of_http1}"

    def listens(self):
        if self.certificate is None:
            self.port_of_http1 = origins.free_port()
            return [f"listen 127.0.0.1:{self.port} http2", f"listen 127.0.0.1:{self.port_of_http1}"]
        certificate, key = self.files()
        return [f"listen 127.0.0.1:{self.port} http2 ssl", f"ssl_certificate {certificate}",
                f"ssl_certificate_key {key}"]

    def passes(self):
        module, scheme = ("grpc", "grpc") if self.behind == "2" else ("proxy", "http")
        lines = [f"{module}_pass {scheme}{'s' if self.certificate else ''}://behind",
                 f"{module}_set_header Host $http_host"]
        if self.behind == "1.1":
            lines += ["proxy_http_version 1.1", "proxy_set_header Upgrade $http_upgrade",
                      "proxy_set_header Connection $ends_or_upgrades"]
        if self.certificate is not None:
            lines += [f"{module}_ssl_verify on", f"{module}_ssl_name localhost", f"{module}_ssl_server_name on",
                      f"{module}_ssl_trusted_certificate {self.authorities}"]
        return lines

    def start(self):
        folders = [f"{kind}_temp_path {self.scratch}/{kind}"
                   for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")]
        config = self.write("nginx.conf", f"""
daemon off;
master_process off;
error_log stderr;
pid {self.scratch}/pid;
events {{}}
http {{
  access_log off;
  client_max_body_size 0;
  {'; '.join(folders)};
  map $http_upgrade $ends_or_upgrades {{ default upgrade; '' ''; }}
  upstream behind {{ server 127.0.0.1:{self.server.port}; keepalive 100; }}
  server {{
    {'; '.join(self.listens())};
    location / {{ {'; '.join(self.passes())}; }}
  }}
}}
""")
        return origins.not_as_root(require("nginx"), "-c", config, "-p", self.scratch, "-e", "stderr")


ALL = [Nghttpx, Haproxy, Nginx]
