#!/usr/bin/python3
"""TLS as people meet it: certificates that are wrong, replaced and thrown away, what is refused and in
which words, both programs against each other and against openssl's."""

import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys

import certificates
import client
from checks import SCRATCH, equal, holds, require, run
from report import Report
from server import NotStarted, Server

CURL, OPENSSL = require("curl"), require("openssl")
if len(sys.argv) < 3:
    sys.exit(f"usage: {sys.argv[0]} GET SERVE")
get, SERVE = client.Client(sys.argv[1]), sys.argv[2]
USAGE = 2  # of serve

AUTHORITY = certificates.authority()
STRANGER = certificates.authority("stranger")
GOOD = certificates.issue(AUTHORITY, "good")
RSA = certificates.issue(AUTHORITY, "rsa", kind="rsa")


def files(*made):
    return ["--tls_cert=" + ",".join(one.certificate for one in made),
            "--tls_key=" + ",".join(one.key for one in made)]


class serving:
    """`serve` with these flags, over TLS; it must end cleanly."""

    def __init__(self, *flags, environment=None):
        self.flags, self.environment = flags, environment

    def __enter__(self):
        self.server = Server(SERVE, *self.flags, environment=self.environment)
        self.server.url = lambda path="/": f"https://{self.server.host}:{self.server.port}{path}"
        return self.server

    def __exit__(self, kind, *unused):
        try:
            if kind is None:
                equal(self.server.stop(), None)
        finally:
            self.server.kill()


def curl(*arguments, **options):
    return run(CURL, "--silent", "--show-error", "--max-time", "60", *arguments, **options)


def s_client(server, *arguments):
    """What openssl's client says of a connection, which it ends at once."""
    done = subprocess.run([OPENSSL, "s_client", "-connect", f"{server.host}:{server.port}", *arguments],
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60, check=False)
    return done.stdout.decode(errors="replace")


def subject(server, *arguments):
    found = re.search(r"subject=CN = (\S+)", s_client(server, "-alpn", "h2", *arguments))
    return found and found[1]


# --- The server

def throw_away():
    """serve --tls: a certificate in memory; what it prints to try works, and pins that certificate"""
    with serving("--tls") as server:
        text = server.wait_for(r"chromium .*")
        holds("throw-away" in server.text(), server.text())
        line = re.search(r"Try: (curl .*)", server.text())[1].split()
        holds("<html" in curl(*line[1:]), "no page")
        wrong = [word.replace("sha256//", "sha256//A") for word in line[1:]]
        holds(subprocess.run([CURL, "--silent", *wrong], stdout=subprocess.PIPE, check=False).returncode == 90,
              "another certificate's pin is accepted")
        holds("--ignore-certificate-errors-spki-list=" in text, text)
        code = subprocess.run([CURL, "--silent", server.url()], stdout=subprocess.PIPE, check=False).returncode
        equal(code, 60, "curl that is not told to trust it")


def mistakes_at_start():
    """files that are missing, of each other, expired or nonsense: a sentence, and exit code 2"""
    expired = certificates.issue(AUTHORITY, "expired", days=-1)
    nonsense = os.path.join(SCRATCH.name, "nonsense")
    with open(nonsense, "w", encoding="ascii") as out:
        out.write("nonsense")
    for flags, words in (
            (["--tls_cert=/no/such.pem", "--tls_key=/no/such.key"], "/no/such.pem: No such file"),
            ([f"--tls_cert={GOOD.certificate}", "--tls_key=/no/such.key"], "/no/such.key: No such file"),
            ([f"--tls_cert={GOOD.certificate}", f"--tls_key={RSA.key}"], "does not belong to the certificate"),
            ([f"--tls_cert={nonsense}", f"--tls_key={GOOD.key}"], "no certificate in PEM"),
            ([f"--tls_cert={GOOD.certificate}", f"--tls_key={nonsense}"], "no private key in PEM"),
            ([f"--tls_cert={SCRATCH.name}", f"--tls_key={GOOD.key}"], "Is a directory"),
            (files(expired), "has expired on"),
            ([f"--tls_cert={GOOD.certificate}"], "as many files"),
            (["--tls", *files(GOOD)], "excludes"),
            (["--tls", "--tls_lowest=1.1"], "1.2 or 1.3"),
            (["--tls_client_ca=/no/such.pem"], "needs --tls_cert"),
            (["--tls_check_authority"], "needs --tls_cert"),
            ([*files(GOOD, RSA), "--tls_ocsp=/no/such.der"], "as many files"),
            ([*files(GOOD), "--tls_ocsp=/no/such.der"], "/no/such.der: No such file"),
            ([*files(GOOD), f"--tls_ocsp={nonsense}"], "no OCSP response in DER"),
            ([*files(GOOD), f"--tls_ocsp={ocsp_response(RSA)}"], "not about the certificate"),
            ([*files(GOOD), f"--tls_ocsp={ocsp_response(GOOD, 'R')}"], "does not call the certificate good"),
            (["--tls", "--tls_client_ca=/no/such.pem"], "/no/such.pem: No such file"),
            (["--tls", f"--tls_client_ca={nonsense}"], f"{nonsense}: there is no certificate in PEM")):
        try:
            Server(SERVE, *flags).kill()
            raise AssertionError(f"it serves with {flags}")
        except NotStarted as failure:
            equal(failure.code, USAGE, " ".join(flags))
            holds(words in failure.text and failure.text.count("\n") == 0, failure.text)


def reload():
    """SIGHUP: new files are served; bad ones are not, and it says why; tickets stay valid"""
    place = certificates.Certificate("place")
    for of, to in ((GOOD.certificate, place.certificate), (GOOD.key, place.key)):
        shutil.copy(of, to)
    session = os.path.join(SCRATCH.name, "session")
    with serving(*files(place)) as server:
        equal(subject(server), "good")
        s_client(server, "-alpn", "h2", "-tls1_2", "-sess_out", session)
        shutil.copy(RSA.certificate, place.certificate)
        server.process.send_signal(signal.SIGHUP)
        server.wait_for(r"SIGHUP: the certificates stay as they are; .*does not belong.*")
        equal(subject(server), "good")
        shutil.copy(RSA.key, place.key)
        server.process.send_signal(signal.SIGHUP)
        server.wait_for(r"SIGHUP: the certificates were read again")
        equal(subject(server), "rsa")
        holds("Reused, TLSv1.2" in s_client(server, "-alpn", "h2", "-tls1_2", "-sess_in", session), "no resumption")


def ocsp_response(made, status="V", days=1):
    """A file with the authority's answer about a certificate: good (V), or revoked (R)."""
    out = os.path.join(SCRATCH.name, f"{os.path.basename(made.certificate)}.{status}.{days}.ocsp")
    index = out + ".index"
    serial = run(OPENSSL, "x509", "-in", made.certificate, "-noout", "-serial").strip().split("=")[1]
    revoked = "250101000000Z" if status == "R" else ""
    with open(index, "w", encoding="ascii") as text:
        text.write(f"{status}\t350101000000Z\t{revoked}\t{serial}\tunknown\t/CN=made\n")
    run(OPENSSL, "ocsp", "-index", index, "-CA", AUTHORITY.certificate, "-rsigner", AUTHORITY.certificate,
        "-rkey", AUTHORITY.key, "-issuer", AUTHORITY.certificate, "-cert", made.certificate,
        "-ndays", str(days), "-respout", out)
    return out


def stapling():
    """--tls_ocsp: the answer about the certificate that is shown goes to who asks; SIGHUP reads it again"""
    place = os.path.join(SCRATCH.name, "place.ocsp")
    shutil.copy(ocsp_response(GOOD), place)
    chained = certificates.Certificate("chained")  # curl looks for the authority's key there
    shutil.copy(GOOD.key, chained.key)
    with open(chained.certificate, "wb") as out:
        for one in (GOOD, AUTHORITY):
            with open(one.certificate, "rb") as text:
                out.write(text.read())
    with serving(*files(chained, RSA), f"--tls_ocsp={place},") as server:
        for version in ("-tls1_2", "-tls1_3"):
            said = s_client(server, "-alpn", "h2", "-status", version, "-sigalgs", "ECDSA+SHA256")
            holds("OCSP Response Status: successful" in said and "Cert Status: good" in said, said[:1000])
            said = s_client(server, "-alpn", "h2", "-status", version, "-sigalgs", "RSA-PSS+SHA256:RSA+SHA256")
            holds("OCSP response: no response sent" in said, said[:1000])
            said = s_client(server, "-alpn", "h2", version)
            holds("OCSP response" not in said, said[:1000])
        # curl wants a response, and verifies it.
        page = curl("--cert-status", "--cacert", AUTHORITY.certificate, server.url())
        holds("<html" in page, page[:200])
        shutil.copy(ocsp_response(GOOD, "R"), place)
        server.process.send_signal(signal.SIGHUP)
        server.wait_for(r"SIGHUP: the certificates stay as they are; .*does not call the certificate good")
        shutil.copy(ocsp_response(GOOD, days=2), place)
        server.process.send_signal(signal.SIGHUP)
        server.wait_for(r"SIGHUP: the certificates were read again")
        holds("Cert Status: good" in s_client(server, "-alpn", "h2", "-status"), "it is gone")


def misdirected():
    """--tls_check_authority: 421 for a host that the certificate is not for, in HTTP/2 and HTTP/1.1"""
    names = certificates.issue(AUTHORITY, "names", ("one.example", "*.wild.example", "127.0.0.1"))

    def status(server, version, authority):
        return curl(version, "--cacert", AUTHORITY.certificate, "--output", os.devnull, "--write-out", "%{http_code}",
                    "--connect-to", f"one.example:443:{server.host}:{server.port}", "-H", f"host: {authority}",
                    "https://one.example/")

    with serving(*files(names), "--tls_check_authority") as server:
        for version in ("--http2", "--http1.1"):
            for authority, expected in (("one.example", "200"), ("ONE.example:443", "200"), ("a.wild.example", "200"),
                                        ("127.0.0.1:1", "200"), ("two.example", "421"), ("wild.example", "421"),
                                        ("a.b.wild.example", "421"), ("127.0.0.2", "421"), ("[::1]:5", "421")):
                equal(status(server, version, authority), expected, f"{version} {authority}")
    with serving(*files(names)) as server:
        equal(status(server, "--http2", "two.example"), "200", "without the flag")


def misdirected_when_resumed():
    """--tls_check_authority: the same of a session that is resumed, in TLS 1.2 and 1.3"""
    names = certificates.issue(AUTHORITY, "names", ("one.example", "*.wild.example", "127.0.0.1"))

    def statuses(server, context, name, session):
        with socket.create_connection((server.host, server.port), timeout=60) as plain, \
                context.wrap_socket(plain, server_hostname=name, session=session) as secure:
            equal(secure.session_reused, session is not None, "resumed")
            answers = secure.makefile("rb")
            found = []
            for authority in ("one.example", "b.wild.example", "127.0.0.1", "two.example"):
                secure.sendall(f"HEAD / HTTP/1.1\r\nhost: {authority}\r\n\r\n".encode())
                found.append(answers.readline().split()[1])
                while answers.readline() != b"\r\n":
                    pass
            return found, secure.session

    with serving(*files(names), "--tls_check_authority") as server:
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            context = ssl.create_default_context(cafile=AUTHORITY.certificate)
            context.minimum_version = context.maximum_version = version
            for name in ("one.example", "a.wild.example", "127.0.0.1"):
                session = None
                for _ in range(3):
                    found, session = statuses(server, context, name, session)
                    equal(found, [b"200", b"200", b"200", b"421"], f"{version} {name}")


def several():
    """SNI: the certificate of the host; RSA and ECDSA side by side"""
    other = certificates.issue(AUTHORITY, "other", hosts=("other.example", "*.wild.example"))
    with serving(*files(GOOD, RSA, other)) as server:
        equal(subject(server), "good")
        equal(subject(server, "-servername", "localhost"), "good")
        equal(subject(server, "-servername", "localhost", "-sigalgs", "RSA-PSS+SHA256"), "rsa")
        equal(subject(server, "-servername", "other.example"), "other")
        equal(subject(server, "-servername", "a.wild.example"), "other")
        equal(subject(server, "-servername", "unknown.example"), "good")


def versions():
    """TLS 1.3 and 1.2, nothing older; --tls_lowest=1.3; no compression, no cipher that HTTP/2 forbids"""
    with serving(*files(RSA)) as server:
        for version, name in (("-tls1_3", "TLSv1.3"), ("-tls1_2", "TLSv1.2")):
            text = s_client(server, "-alpn", "h2", version)
            holds(f"New, {name}" in text and "ALPN protocol: h2" in text, text)
            holds("Compression: NONE" in text, text)
        text = s_client(server, "-alpn", "h2", "-tls1_2", "-cipher", "ECDHE-RSA-AES128-GCM-SHA256")
        holds("Cipher is ECDHE-RSA-AES128-GCM-SHA256" in text, "RFC 9113 §9.2.2: " + text)
        for old in ("-tls1_1", "-tls1"):
            holds("Cipher is (NONE)" in s_client(server, "-alpn", "h2", old, "-cipher", "ALL:@SECLEVEL=0"), old)
        for cipher in ("AES128-GCM-SHA256", "ECDHE-RSA-AES128-SHA", "DHE-RSA-AES128-GCM-SHA256"):
            holds("Cipher is (NONE)" in s_client(server, "-alpn", "h2", "-tls1_2", "-cipher", cipher), cipher)
    with serving("--tls_lowest=1.3", *files(RSA)) as server:
        holds("Cipher is (NONE)" in s_client(server, "-alpn", "h2", "-tls1_2"), "TLS 1.2")


def protocols():
    """ALPN: HTTP/2, HTTP/1.1, and HTTP/1.1 without it; no common protocol is no_application_protocol; --http"""
    def version(server, *arguments):
        return curl("--cacert", AUTHORITY.certificate, "-o", os.devnull, "-w", "%{http_version} %{http_code}",
                    *arguments, server.url("/bytes/100000"))

    with serving(*files(GOOD)) as server:
        equal(version(server), "2 200")
        equal(version(server, "--http1.1"), "1.1 200")
        equal(version(server, "--no-alpn"), "1.1 200")
        holds("no application protocol" in s_client(server, "-alpn", "spdy/3"), "no alert")
        for protocol in ("--http2", "--http1.1"):
            content = os.urandom(1_000_000)
            equal(curl("--cacert", AUTHORITY.certificate, protocol, "--data-binary", "@-", server.url("/echo"),
                       input=content, binary=True), content)
    with serving("--http=2", *files(GOOD)) as server:
        equal((version(server), version(server, "--no-alpn")), ("2 200", "1.1 505"))
        holds("no application protocol" in s_client(server, "-alpn", "http/1.1"), "no alert")
    with serving("--http=1.1", *files(GOOD)) as server:
        equal((version(server), version(server, "--no-alpn")), ("1.1 200", "1.1 200"))


def http_without_tls():
    """http:// on the TLS port: 400 in plain text that names https"""
    with serving(*files(GOOD), "--log") as server:
        text = curl("--include", f"http://{server.host}:{server.port}/")
        holds(text.startswith("HTTP/1.1 400 ") and "https://" in text, text)
        server.wait_for(r"handshake 127.0.0.1:\d+: the client speaks HTTP without TLS")


def silence():
    """who does not complete the handshake, or sends an octet now and then, is closed by the deadline"""
    with serving(*files(GOOD), "--log", "--handshake_timeout=300ms") as server:
        with socket.create_connection((server.host, server.port), 60) as silent:
            equal(silent.recv(1), b"")
        with socket.create_connection((server.host, server.port), 60) as slow:
            slow.settimeout(0.05)
            ended, octets = False, iter(b"\x16\x03\x01\x00\xff\x01\x00\x00\xfb" + bytes(1000))
            while not ended:
                try:
                    slow.sendall(bytes([next(octets)]))
                    ended = slow.recv(1) == b""
                except socket.timeout:
                    pass
                except OSError:
                    ended = True
        server.wait_for(r"(?s)was not complete in 300 ms.*was not complete in 300 ms")
        curl("--cacert", AUTHORITY.certificate, server.url())


def client_certificates():
    """--tls_client_ca: clients have to show a certificate"""
    person = certificates.issue(STRANGER, "person", hosts=("person.example",), usage="clientAuth")
    with serving(*files(GOOD), f"--tls_client_ca={STRANGER.certificate}") as server:
        trusted = f"--cacert={AUTHORITY.certificate}"
        equal(get(trusted, f"--cert={person.certificate}", f"--key={person.key}", server.url("/bytes/3")).out, b"012")
        holds("certificate required" in get(trusted, server.url("/bytes/3"), code=client.TLS).err, "another reason")
        equal(curl("--cacert", AUTHORITY.certificate, "--cert", person.certificate, "--key", person.key,
                   server.url("/bytes/3")), "012")


def key_log():
    """SSLKEYLOGFILE: both programs log keys for who asks, and only then"""
    paths = [os.path.join(SCRATCH.name, name) for name in ("keys of serve", "keys of get")]
    with serving(*files(GOOD), environment={"SSLKEYLOGFILE": paths[0]}) as server:
        get(f"--cacert={AUTHORITY.certificate}", server.url("/bytes/3"), environment={"SSLKEYLOGFILE": paths[1]})
        logs = []
        for path in paths:
            with open(path, encoding="ascii") as log:
                logs.append(sorted(log))
        holds(any(line.startswith("CLIENT_TRAFFIC_SECRET_0 ") for line in logs[0]), logs[0])
        equal(logs[0], logs[1])


# --- The client

def refused_certificates():
    """get: certificates for another host, another time, another use, of a stranger, chained wrongly: a sentence, and 11"""
    plain = certificates.issue(AUTHORITY, "plain")  # no authority, but it signs
    chained = certificates.issue(plain, "wrong chain")
    with open(plain.certificate, "rb") as chain, open(chained.certificate, "ab") as out:
        out.write(chain.read())
    for made, words in (
            (certificates.issue(AUTHORITY, "elsewhere", hosts=("elsewhere.example",)),
             "IP address mismatch (it is not for 127.0.0.1)"),
            (certificates.issue(AUTHORITY, "neighbour", hosts=("localhost", "127.0.0.2")),
             "IP address mismatch (it is not for 127.0.0.1)"),
            (certificates.issue(STRANGER, "strange"), "unable to get local issuer certificate"),
            (certificates.issue(plain, "no chain"), "unable to get local issuer certificate"),
            (chained, "invalid CA certificate"),
            (certificates.issue(AUTHORITY, "for clients", usage="clientAuth"), "unsuitable certificate purpose")):
        with serving(*files(made)) as server:
            refused(made, server.url("/bytes/3"), words)
    with serving("--tls") as server:
        result = get(server.url("/bytes/3"), code=client.TLS)
        holds("self-signed certificate" in result.err, result.err)
    for made, words in (
            (certificates.issue(AUTHORITY, "out of time", days=-1), "certificate has expired"),
            (certificates.issue(AUTHORITY, "early", early=True), "certificate is not yet valid"),
            (certificates.issue(AUTHORITY, "wild", hosts=("*", "*.localhost")),
             "hostname mismatch (it is not for localhost)")):
        with other_server(made) as port:
            refused(made, f"https://localhost:{port}/", words)


def refused(made, url, words):
    """By get in these words, and by curl."""
    result = get(f"--cacert={AUTHORITY.certificate}", url, code=client.TLS)
    holds(f"the peer's certificate is not accepted: {words}\n" in result.err and result.out == b"",
          f"{made.certificate}: {result.err}")
    said = subprocess.run([CURL, "--silent", "--show-error", "--cacert", AUTHORITY.certificate, url],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60, check=False)
    equal((said.returncode, said.stdout), (60, b""), f"curl: {made.certificate}, {said.stderr!r}")


def hosts():
    """get: by name in any case, by address"""
    with serving(*files(GOOD)) as server:
        for host in ("localhost", "LocalHost", "127.0.0.1"):
            equal(get(f"--cacert={AUTHORITY.certificate}", f"https://{host}:{server.port}/bytes/3").out, b"012", host)


class other_server:
    """openssl's server, which does not look at its certificate; speaks TLS, and then nothing."""

    def __init__(self, made, *arguments):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.process = subprocess.Popen(
            [OPENSSL, "s_server", "-accept", f"127.0.0.1:{self.port}", "-cert", made.certificate, "-key", made.key,
             "-alpn", "h2", *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        for line in self.process.stdout:
            if line.startswith(b"ACCEPT"):
                break

    def __enter__(self):
        return self.port

    def __exit__(self, *unused):
        self.process.kill()
        self.process.communicate()


def insecure():
    """get --insecure: fetches, and says loudly what that means"""
    with serving("--tls") as server:
        result = get("--insecure", server.url("/bytes/3"))
        equal(result.out, b"012")
        holds("--insecure: certificates are NOT checked" in result.err, result.err)
    result = get("--insecure", f"--cacert={AUTHORITY.certificate}", "https://localhost/", code=client.USAGE)
    holds("exclude each other" in result.err, result.err)


def trusted():
    """get --cacert, and the system's authorities (SSL_CERT_FILE)"""
    with serving(*files(GOOD)) as server:
        for host in ("127.0.0.1", "localhost"):
            url = f"https://{host}:{server.port}/bytes/3"
            result = get("-v", f"--cacert={AUTHORITY.certificate}", url)
            equal(result.out, b"012")
            holds("TLSv1.3 TLS_AES_128_GCM_SHA256" in result.err, result.err)
            equal(get(url, environment={"SSL_CERT_FILE": AUTHORITY.certificate}).out, b"012")
        holds("/no/such" in get("--cacert=/no/such", server.url(), code=client.USAGE).err, "no reason")


def not_http2():
    """get: a server without ALPN does not speak HTTP/2; one without TLS does not speak TLS"""
    with other_server(GOOD, "-alpn", "http/1.1") as port:
        result = get(f"--cacert={AUTHORITY.certificate}", f"https://localhost:{port}/", code=client.TLS)
        holds("protocol" in result.err, result.err)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        running = get.start(f"https://localhost:{listener.getsockname()[1]}/")
        accepted, _ = listener.accept()
        with accepted:
            accepted.recv(10_000)
            accepted.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            result = running.finish(client.TLS, 60)
        holds("TLS" in result.err, result.err)


CHECKS = [throw_away, mistakes_at_start, reload, stapling, misdirected, misdirected_when_resumed, several, versions, protocols,
          http_without_tls, silence, client_certificates, key_log, refused_certificates, hosts, insecure, trusted, not_http2]


def main():
    report = Report("tls")
    for check in CHECKS:
        report.run(check.__doc__, check)
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())
