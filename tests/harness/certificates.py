"""Certificates for servers under test, made by the openssl program: an authority, and what it signs."""

import functools
import os
import subprocess
import tempfile

# Gone when the program ends.
SCRATCH = tempfile.TemporaryDirectory(dir=os.environ.get("TEST_TMPDIR"))
HOSTS = ("localhost", "127.0.0.1", "::1")


def openssl(*arguments, **options):
    subprocess.run(["openssl", *arguments], check=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                   **options)


class Certificate:
    """The files `certificate` and `key`."""

    def __init__(self, name):
        self.certificate = os.path.join(SCRATCH.name, name + ".pem")
        self.key = os.path.join(SCRATCH.name, name + ".key")


def key_options(kind):
    return ["-newkey", "rsa:2048"] if kind == "rsa" else [
        "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]


def authority(name="authority"):
    made = Certificate(name)
    openssl("req", "-x509", *key_options("ecdsa"), "-nodes", "-subj", f"/CN={name}", "-days", "30",
            "-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign",
            "-keyout", made.key, "-out", made.certificate)
    return made


def issue(signer, name, hosts=HOSTS, kind="ecdsa", days=30, usage="serverAuth", early=False):
    """A certificate for `hosts` by `signer`; days below 0 make one that has expired, `early` one that is not valid
    yet."""
    made = Certificate(name)
    request = os.path.join(SCRATCH.name, name + ".csr")
    extensions = os.path.join(SCRATCH.name, name + ".ext")
    names = ",".join(("IP:" if host[0].isdigit() or ":" in host else "DNS:") + host for host in hosts)
    with open(extensions, "w", encoding="ascii") as out:
        out.write(f"basicConstraints=critical,CA:FALSE\nextendedKeyUsage={usage}\n"
                  f"subjectAltName={names}\nauthorityKeyIdentifier=keyid\n")
    openssl("req", *key_options(kind), "-nodes", "-subj", f"/CN={name}", "-keyout", made.key, "-out", request)
    if early:
        sign_for_later(signer, request, extensions, made)
        return made
    openssl("x509", "-req", "-in", request, "-CA", signer.certificate, "-CAkey", signer.key,
            "-set_serial", str(int.from_bytes(os.urandom(8), "big") >> 1), "-days", str(days),
            "-extfile", extensions, "-out", made.certificate)
    return made


def sign_for_later(signer, request, extensions, made):
    """From 2100 on."""
    config = os.path.join(SCRATCH.name, "ca.conf")
    index = os.path.join(SCRATCH.name, "ca.index")
    with open(config, "w", encoding="ascii") as out:
        out.write(f"[ca]\ndefault_ca = one\n[one]\ndatabase = {index}\nserial = {index}.serial\n"
                  f"new_certs_dir = {SCRATCH.name}\npolicy = any\n[any]\ncommonName = supplied\n")
    open(index, "w", encoding="ascii").close()
    openssl("ca", "-batch", "-config", config, "-cert", signer.certificate, "-keyfile", signer.key, "-md", "sha256",
            "-rand_serial", "-notext", "-startdate", "21000101000000Z", "-enddate", "21010101000000Z",
            "-in", request, "-extfile", extensions, "-out", made.certificate)


@functools.cache
def for_servers_authority():
    return authority()


@functools.cache
def for_servers():
    """Certificates of both kinds, for all servers of this program, whose peers trust them."""
    signer = for_servers_authority()
    trust(signer)
    return [issue(signer, kind, kind=kind) for kind in ("ecdsa", "rsa")]


def trust(signer):
    """Peers that this program starts, and Python itself, trust `signer` and nobody else."""
    os.environ["SSL_CERT_FILE"] = signer.certificate  # OpenSSL's, Go's and curl's
    os.environ["CURL_CA_BUNDLE"] = signer.certificate
    os.environ["NODE_EXTRA_CA_CERTS"] = signer.certificate
