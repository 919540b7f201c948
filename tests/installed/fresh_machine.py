"""A machine that has nothing but Debian's essential packages: a directory to change the root to, made by mmdebstrap.

What the documents say of installing is done in it, by root and by a newcomer who has no rights.
"""

import os
import pathlib
import shutil
import socket
import subprocess

NEWCOMER = 1000
SUITE = "bookworm"


class FreshMachine:
    """`run()` and `try_to()` take lines for sh, which run in the home of root or of the newcomer."""

    def __init__(self, root, report):
        self.root = pathlib.Path(root)
        self.report = report
        self.home = self.root / "home/newcomer"

    def is_made(self):
        """Says why not, where it cannot be."""
        if os.geteuid() != 0:
            why = "only root can make one (mmdebstrap, chroot): run this as root, in a container for instance"
        elif shutil.which("mmdebstrap") is None:
            why = "there is no mmdebstrap (Debian: apt-get install mmdebstrap, or tools/setup)"
        else:
            made = subprocess.run(["mmdebstrap", "--quiet", "--mode=root", "--variant=minbase", SUITE, self.root], text=True,
                                  check=False, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            why = None if made.returncode == 0 else f"mmdebstrap cannot make it (it wants a mirror of Debian):\n{made.stdout}"
        self.report("a fresh machine with Debian's essential packages", why)
        if why is not None:
            return False
        shutil.copy("/etc/resolv.conf", self.root / "etc/resolv.conf")
        return (self.try_to("a fresh machine: apt-get update", "apt-get update") and
                self.try_to("a fresh machine: a user", f"useradd --create-home --uid {NEWCOMER} newcomer"))

    def run(self, lines, user="root", network=True, **variables):
        owner = NEWCOMER if user == "newcomer" else 0
        home = "/home/newcomer" if user == "newcomer" else "/root"
        # (Its processes end with it, servers too; without a network not even loopback is there.)
        command = ["unshare", *(() if network else ("--net",)), "--mount", "--pid", "--fork", "--kill-child",
                   f"--mount-proc={self.root}/proc", "chroot", f"--userspec={owner}:{owner}", self.root, "sh", "-euc",
                   f"cd {home}\n{lines}"]
        environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": home, "LC_ALL": "C.UTF-8",
                       "DEBIAN_FRONTEND": "noninteractive"}
        done = subprocess.run(command, env=environment | variables, text=True, check=False, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        return done.returncode, done.stdout

    def try_to(self, name, lines, says="", **options):
        """Reports whether the lines succeed, and say `says`."""
        code, said = self.run(lines, **options)
        self.report(name, None if code == 0 and says in said else f"$ {lines}\n{said[-3000:]}")
        return code == 0

    def try_server(self, name, program, **variables):
        """Whether the guide's server answers, and ends when it is told to."""
        with socket.socket() as holder:
            holder.bind(("127.0.0.1", 0))
            port = holder.getsockname()[1]
        self.try_to(name, f"[ -x {program} ]; {program} {port} & server=$!\n"
                    "curl --silent --show-error --retry 60 --retry-delay 1 --retry-connrefused --http2-prior-knowledge"
                    f" http://127.0.0.1:{port}/\n"
                    "kill -TERM $server; wait $server", says="Hello\n", user="newcomer", **variables)

    def give(self, path, name):
        """A file for the newcomer."""
        target = self.home / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, target)
        self.own(target)

    def write(self, name, text):
        target = self.home / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)
        self.own(target)

    def own(self, target):
        while target != self.home:
            os.chown(target, NEWCOMER, NEWCOMER)
            target = target.parent

    def traces(self, below="."):
        """What there is with the library's name, but for what the newcomer has."""
        found = subprocess.run(["find", self.root / below, "-xdev", "-iname", "*headrace*", "-not", "-path",
                                f"{self.home}/*", "-not", "-path", f"{self.root}/proc/*"], text=True, check=True,
                               stdout=subprocess.PIPE).stdout
        return sorted(str(pathlib.Path("/", pathlib.Path(line).relative_to(self.root))) for line in found.splitlines())
