#!/usr/bin/python3
"""Runs a command on a system that has no io_uring for it: without_io_uring.py REASON COMMAND...

REASON is "missing" (an old kernel: ENOSYS) or "forbidden" (EPERM). A seccomp filter sees to it.
"""

import ctypes
import errno
import os
import platform
import struct
import sys

IO_URING_SETUP = {"x86_64": 425, "aarch64": 425}[platform.machine()]
ERRORS = {"missing": errno.ENOSYS, "forbidden": errno.EPERM}

# linux/filter.h, linux/seccomp.h, linux/prctl.h
LOAD_WORD, JUMP_IF_EQUAL, RETURN = 0x20, 0x15, 0x06
ALLOW, FAIL_WITH = 0x7FFF0000, 0x00050000
SET_SECCOMP, FILTER, SET_NO_NEW_PRIVILEGES = 22, 2, 38


def forbid(error):
    program = b"".join(struct.pack("HBBI", *step) for step in (
        (LOAD_WORD, 0, 0, 0),  # the system call's number
        (JUMP_IF_EQUAL, 0, 1, IO_URING_SETUP),
        (RETURN, 0, 0, FAIL_WITH | error),
        (RETURN, 0, 0, ALLOW)))
    code = ctypes.create_string_buffer(program)
    description = struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(code))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(SET_NO_NEW_PRIVILEGES, 1, 0, 0, 0) or libc.prctl(SET_SECCOMP, FILTER, description):
        sys.exit(f"seccomp: {os.strerror(ctypes.get_errno())}")


def main():
    if len(sys.argv) < 3 or sys.argv[1] not in ERRORS:
        sys.exit(__doc__)
    forbid(ERRORS[sys.argv[1]])
    os.execvp(sys.argv[2], sys.argv[2:])


if __name__ == "__main__":
    main()
