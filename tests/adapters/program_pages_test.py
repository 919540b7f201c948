#!/usr/bin/python3
"""Man pages and completions of the programs (tools/program_pages): every flag is there, and groff and bash take them."""

import pathlib
import re
import subprocess
import sys
import tempfile


def run(*command):
    done = subprocess.run(command, check=False, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert done.returncode == 0, (command, done.stdout)
    return done.stdout


def check(pages, program):
    name = "headrace-" + pathlib.Path(program).name
    with tempfile.TemporaryDirectory() as out:
        run(pages, program, name, out)
        flags = set(re.findall(r"^  (?:-\w, )?--([\w.-]+)", run(program, "--help"), re.M))
        assert {"help", "version"} < flags, flags
        page = f"{out}/{name}.1"
        said = run("groff", "-man", "-ww", "-Tutf8", "-P-cbou", page)
        assert "warning" not in said and "error:" not in said.split("NAME")[0], said[:500]
        for section in "NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "EXIT STATUS":
            assert f"\n{section}\n" in said, section
        source = pathlib.Path(page).read_text().replace("\\-", "-")
        for flag in flags:
            assert f"\\fB--{flag}\\fR" in source, flag
            assert f"-l {flag} " in pathlib.Path(out, f"{name}.fish").read_text(), flag
            assert f"'--{flag}" in pathlib.Path(out, f"_{name}").read_text(), flag
        completed = run("bash", "-c", f"source {out}/{name}.bash; compopt() {{ :; }}; COMP_WORDS=(x --); COMP_CWORD=1; "
                        f"_{name.replace('-', '_')}; echo ${{COMPREPLY[@]}}").split()
        assert {word.removeprefix("--").removesuffix("=") for word in completed} == flags, completed
        assert run(program, "--version").split()[1:2] == ["(Headrace)"]


def main():
    for program in sys.argv[2:]:
        check(sys.argv[1], program)


if __name__ == "__main__":
    main()
