#!/usr/bin/python3
"""Runs a command on a system that has no io_uring for it: without_io_uring.py REASON COMMAND...

REASON is one of those below, or "locked=KIB": so much memory may be locked, whether or not the rings of
this kernel count as such. For the others a seccomp filter sees to it.
"""

import ctypes
import errno
import os
import platform
import resource
import struct
import sys
from collections import namedtuple

# The same numbers on both.
IO_URING_SETUP, IO_URING_ENTER, IO_URING_REGISTER = {
    "x86_64": (425, 426, 427), "aarch64": (425, 426, 427)}[platform.machine()]

# A system call that fails with `error` where its argument of that number is `least` or more.
Refusal = namedtuple("Refusal", "call error argument least", defaults=(0, 0))

REASONS = {
    # An old kernel.
    "missing": Refusal(IO_URING_SETUP, errno.ENOSYS),
    # A sandbox may forbid any of the three calls.
    "forbidden": Refusal(IO_URING_SETUP, errno.EPERM),
    "enter_forbidden": Refusal(IO_URING_ENTER, errno.EPERM),
    "register_forbidden": Refusal(IO_URING_REGISTER, errno.EPERM),
    # The first rings of many can be made, and then no more: their descriptors count up.
    "only_some": Refusal(IO_URING_REGISTER, errno.ENOMEM, 0, 40),
    # Rings can be made, and nothing can be submitted.
    "broken": Refusal(IO_URING_ENTER, errno.EIO, 1, 1),
}

# linux/filter.h, linux/seccomp.h, linux/prctl.h, linux/capability.h
LOAD_WORD, JUMP_IF_EQUAL, JUMP_IF_AT_LEAST, RETURN = 0x20, 0x15, 0x35, 0x06
FIRST_ARGUMENT = 16
ALLOW, FAIL_WITH = 0x7FFF0000, 0x00050000
SET_SECCOMP, FILTER, SET_NO_NEW_PRIVILEGES, DROP_FROM_BOUNDING_SET = 22, 2, 38, 24
LOCK_MEMORY = 14

LIBC = ctypes.CDLL(None, use_errno=True)


def refuse(refusal):
    program = b"".join(struct.pack("HBBI", *step) for step in (
        (LOAD_WORD, 0, 0, 0),  # the system call's number
        (JUMP_IF_EQUAL, 0, 3, refusal.call),
        (LOAD_WORD, 0, 0, FIRST_ARGUMENT + 8 * refusal.argument),  # its lower half
        (JUMP_IF_AT_LEAST, 0, 1, refusal.least),
        (RETURN, 0, 0, FAIL_WITH | refusal.error),
        (RETURN, 0, 0, ALLOW)))
    code = ctypes.create_string_buffer(program)
    description = struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(code))
    if LIBC.prctl(SET_NO_NEW_PRIVILEGES, 1, 0, 0, 0) or LIBC.prctl(SET_SECCOMP, FILTER, description):
        sys.exit(f"seccomp: {os.strerror(ctypes.get_errno())}")


def bound_locked_memory(kib):
    resource.setrlimit(resource.RLIMIT_MEMLOCK, (kib * 1024, kib * 1024))
    # Root is above the limit; whoever may not give that up seldom has it.
    LIBC.prctl(DROP_FROM_BOUNDING_SET, LOCK_MEMORY, 0, 0, 0)


def main():
    reason = sys.argv[1] if len(sys.argv) > 2 else ""
    if reason.startswith("locked="):
        bound_locked_memory(int(reason.removeprefix("locked=")))
    elif reason in REASONS:
        refuse(REASONS[reason])
    else:
        sys.exit(__doc__)
    os.execvp(sys.argv[2], sys.argv[2:])


if __name__ == "__main__":
    main()
