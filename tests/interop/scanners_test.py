#!/usr/bin/python3
"""What scanners say of the server's TLS: sslscan, and testssl.sh for who has the time (--testssl). No old version,
no weak cipher, no compression, no renegotiation; ALPN; an OCSP response if there is a file of one. The server runs
with certificates of both kinds, and with the throw-away one.

  scanners_test.py SERVE [--testssl]"""

import json
import os
import subprocess
import sys
import xml.etree.ElementTree

import certificates
from checks import SCRATCH, equal, holds, require, run
from report import Report
from server import Server

if len(sys.argv) < 2:
    sys.exit(f"usage: {sys.argv[0]} SERVE [--testssl]")
SERVE = sys.argv[1]
PATIENCE = 1200  # seconds; testssl.sh tries hundreds of ciphers, one by one

AUTHORITY = certificates.for_servers_authority()
PAIR = [certificates.issue(AUTHORITY, kind, kind=kind, days=90) for kind in ("ecdsa", "rsa")]

# RFC 9113 §9.2.2: ephemeral keys and authenticated encryption.
CIPHERS = {"1.3": {"TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"},
           "1.2": {f"ECDHE-{key}-{cipher}" for key in ("ECDSA", "RSA")
                   for cipher in ("AES128-GCM-SHA256", "AES256-GCM-SHA384", "CHACHA20-POLY1305")}}

# What testssl.sh finds fault with and a server can't help, or is a site's choice.
EXCUSED = {
    "engine_problem": "this machine's openssl",
    "sessionresumption_ticket": "openssl's client may leave before TLS 1.3 has sent its ticket, behind the handshake",
    "cert_revocation": "the test's certificates name no place that would revoke them",
    "DNS_CAArecord": "an address has none",
    "HSTS": "a site's choice: whoever has seen it comes back over TLS only",
    "security_headers": "a page's choice",
}
# And of a certificate that nobody has signed, for two weeks.
EXCUSED_OF_THROW_AWAY = {"cert_chain_of_trust", "cert_expirationStatus", "cert_notAfter", "cert_trust",
                         "cert_extlifeSpan", "OCSP_stapling"}


def ocsp_response(made):
    """A file with the authority's answer that the certificate is good."""
    out = made.certificate + ".ocsp"
    index = out + ".index"
    serial = run("openssl", "x509", "-in", made.certificate, "-noout", "-serial").strip().split("=")[1]
    with open(index, "w", encoding="ascii") as text:
        text.write(f"V\t350101000000Z\t\t{serial}\tunknown\t/CN=made\n")
    run("openssl", "ocsp", "-index", index, "-CA", AUTHORITY.certificate, "-rsigner", AUTHORITY.certificate,
        "-rkey", AUTHORITY.key, "-issuer", AUTHORITY.certificate, "-cert", made.certificate, "-ndays", "1",
        "-respout", out)
    return out


def where(server):
    return f"{server.host}:{server.port}"


def sslscan(server, lowest):
    out = os.path.join(SCRATCH.name, "sslscan.xml")
    run(require("sslscan"), f"--xml={out}", "--ocsp", where(server))
    found = xml.etree.ElementTree.parse(out).getroot().find("ssltest")
    enabled = {one.get("type") + one.get("version") for one in found.iter("protocol") if one.get("enabled") == "1"}
    equal(enabled, {"tls1.3"} if lowest == "1.3" else {"tls1.2", "tls1.3"})
    ciphers = {}
    for one in found.iter("cipher"):
        ciphers.setdefault(one.get("sslversion").replace("TLSv", ""), set()).add(one.get("cipher"))
    for version, names in ciphers.items():
        holds(names <= CIPHERS[version], f"TLS {version}: {names - CIPHERS[version]}")
    holds({"TLS_AES_128_GCM_SHA256"} <= ciphers["1.3"], ciphers)
    equal("1.2" in ciphers, lowest != "1.3")
    equal([one.get("supported") for one in found.iter("compression")], ["0"] * len(list(found.iter("compression"))))
    for one in found.iter("renegotiation"):
        equal(one.get("supported"), "0", "renegotiation")
    for one in found.iter("heartbleed"):
        equal(one.get("vulnerable"), "0", "heartbleed")
    groups = {one.get("name") for one in found.iter("group")}
    equal(groups, {"secp256r1 (NIST P-256)", "secp384r1 (NIST P-384)", "x25519"})


def testssl(server, excused, stapled):
    out = os.path.join(SCRATCH.name, "testssl.json")
    if os.path.exists(out):
        os.remove(out)
    # (Its exit code is the number of what it finds fault with, excused or not.)
    said = subprocess.run([require("testssl"), "--color", "0", "--quiet", "--warnings", "batch", "--add-ca",
                           AUTHORITY.certificate, "--jsonfile", out, where(server)], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=PATIENCE, check=False).stdout
    with open(out, encoding="utf-8", errors="replace") as text:
        findings = json.load(text)
    faults = [f"{one['id']} {one['severity']}: {one['finding']}" for one in findings
              if one["severity"] not in ("OK", "INFO") and one["id"].split(" ")[0] not in excused]
    equal(faults, [])
    told = {one["id"]: one["finding"] for one in findings}
    for what in ("SSLv2", "SSLv3", "TLS1", "TLS1_1"):
        holds(told[what].startswith("not offered"), f"{what}: {told[what]}")
    for what in ("secure_client_renego", "CRIME_TLS", "ROBOT", "heartbleed", "ticketbleed"):
        holds(what in told, f"it does not speak of {what}: {said[-500:]}")
    equal((told["ALPN_HTTP2"], told["ALPN"]), ("h2", "http/1.1"))
    if stapled:
        holds(any(name.startswith("OCSP_stapling") and text == "offered" for name, text in told.items()),
              [text for name, text in told.items() if name.startswith("OCSP_stapling")])


def main():
    report = Report("scanners")
    own = ["--tls_cert=" + ",".join(one.certificate for one in PAIR), "--tls_key=" + ",".join(one.key for one in PAIR)]
    stapling = [*own, "--tls_ocsp=" + ",".join(map(ocsp_response, PAIR))]
    for name, flags, lowest in (("throw-away", ["--tls"], "1.2"), ("of one's own", own, "1.2"),
                                ("of one's own, stapled", stapling, "1.2"),
                                ("TLS 1.3 only", ["--tls_lowest=1.3", *own], "1.3")):
        with_testssl = "--testssl" in sys.argv
        server = Server(SERVE, *flags)
        try:
            if not with_testssl:
                report.run(f"sslscan, {name}", sslscan, server, lowest)
            elif name in ("throw-away", "of one's own, stapled"):
                excused = {*EXCUSED, *(EXCUSED_OF_THROW_AWAY if name == "throw-away" else ())}
                report.run(f"testssl.sh, {name}", testssl, server, excused, "stapled" in name)
            report.add(f"{name}: the server is alive and ends cleanly", server.stop())
        finally:
            server.kill()
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())
