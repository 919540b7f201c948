"""What the checks of an installation have in common: who installs, and how it is told."""

import os
import pathlib
import re
import shlex
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
NOBODY = 65534
_outcomes = []


def report(name, why=None):
    _outcomes.append(why is None)
    print(f"{name}: {'passed' if why is None else 'FAILED'}", flush=True)
    if why is not None:
        print("  " + why.strip()[-3000:].replace("\n", "\n  "), flush=True)


def has_failed():
    return not all(_outcomes)


class Stranger:
    """A user without rights, in a directory of his own."""

    def __init__(self, home):
        self.home = home
        self.prefix = home / "a prefix"
        self.source = home / "headrace-0.1.0"
        root = os.geteuid() == 0
        self.as_nobody = ("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups") if root else ()
        self.without_network = ("unshare", "--net") if root else ()
        self.environment = {"PATH": "/usr/bin:/bin", "HOME": str(home), "TMPDIR": str(home), "LC_ALL": "C.UTF-8",
                            "PKG_CONFIG_PATH": str(self.prefix / "lib/pkgconfig")}

    def unpack(self):
        files = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT,
                               check=True, stdout=subprocess.PIPE).stdout
        here = b"\0".join(name for name in files.split(b"\0") if name and (ROOT / name.decode()).exists())
        self.source.mkdir()
        tar = subprocess.run(["tar", "--create", "--null", "--files-from=-"], cwd=ROOT, input=here, check=True,
                             stdout=subprocess.PIPE).stdout
        subprocess.run(["tar", "--extract", "--no-same-owner"], cwd=self.source, input=tar, check=True)
        if self.as_nobody:
            subprocess.run(["chown", "--recursive", f"{NOBODY}:{NOBODY}", self.home], check=True)

    def run(self, *command, network=True, stdin=os.devnull, **variables):
        before = self.as_nobody if network else self.without_network + self.as_nobody
        with open(stdin, "rb") as given:
            done = subprocess.run([*before, *map(str, command)], cwd=self.home, text=True, check=False,
                                  env=self.environment | variables, stdin=given, stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT)
        return done.returncode, done.stdout

    def try_to(self, name, *command, **options):
        code, said = self.run(*command, **options)
        found = "\n".join(line for line in said.split("\n") if re.search(r"error|undefined|Error", line))
        report(name, None if code == 0 else f"$ {shlex.join(map(str, command))}\n{said[-2000:]}\n{found[-900:]}")
        return code == 0

    def flags(self, package, *options):
        code, said = self.run("pkg-config", "--cflags", "--libs", *options, *package.split())
        if code != 0:
            raise SystemExit(f"pkg-config {package}: {said}")
        return shlex.split(said)
