#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""sandbox.py FILTER PROGRAM ARGUMENTS: runs the program with the system calls and address families that a unit's SystemCallFilter and
RestrictAddressFamilies leave it. FILTER is a file with what `made` gives: a seccomp filter of our own, from the unit and the sets that
`systemd-analyze syscall-filter` prints. Where systemd would answer EPERM unseen, this one kills (SIGSYS).
"""
import ctypes
import os
import re
import socket
import struct
import subprocess
import sys

LOAD, EQUAL, RETURN = 0x20, 0x15, 0x06  # BPF_LD|W|ABS, BPF_JMP|JEQ|K, BPF_RET|K
ALLOW, KILL = 0x7FFF0000, 0x80000000
NR, FIRST_ARGUMENT = 0, 16              # offsets in struct seccomp_data
PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, FILTER = 38, 22, 2


def settings(unit, key):
    return re.findall(rf"^{key}=(.*)$", unit.read_text(), re.M)


def expanded(words):
    """Names of system calls; @sets in it opened, sets of sets too."""
    names = set()
    for word in words:
        if word.startswith("@"):
            lines = subprocess.run(["systemd-analyze", "syscall-filter", word], capture_output=True, text=True, check=True).stdout.splitlines()
            names |= expanded(line.strip() for line in lines[1:] if line.strip() and not line.strip().startswith("#"))
        else:
            names.add(word)
    return names


def allowed(unit):
    """As systemd reads it: the first line says what is meant, ~ takes away, later lines win."""
    names = expanded(["@default"])
    for value in settings(unit, "SystemCallFilter"):
        if value.startswith("~"):
            names -= expanded(value[1:].split())
        else:
            names |= expanded(value.split())
    return names


def numbers():
    out = subprocess.run(["gcc", "-E", "-dM", "-include", "sys/syscall.h", "-xc", "/dev/null"], capture_output=True, text=True, check=True).stdout
    return {name: int(n) for name, n in re.findall(r"^#define __NR_(\w+) (\d+)$", out, re.M)}


def made(unit):
    """The filter: who asks for what is not in it is dead."""
    known, steps = numbers(), [(LOAD, 0, 0, NR)]
    families = [getattr(socket, f) for value in settings(unit, "RestrictAddressFamilies") for f in value.split()]
    for name in sorted(allowed(unit) & known.keys()):
        if name != "socket":
            steps += [(EQUAL, 0, 1, known[name]), (RETURN, 0, 0, ALLOW)]
    steps += [(EQUAL, 1, 0, known["socket"]), (RETURN, 0, 0, KILL), (LOAD, 0, 0, FIRST_ARGUMENT)]
    for family in families:
        steps += [(EQUAL, 0, 1, family), (RETURN, 0, 0, ALLOW)]
    return b"".join(struct.pack("HBBI", *s) for s in [*steps, (RETURN, 0, 0, KILL)])


def main(path, *command):
    with open(path, "rb") as f:
        code = f.read()
    libc, held = ctypes.CDLL(None, use_errno=True), ctypes.create_string_buffer(code)
    description = struct.pack("HxxxxxxP", len(code) // 8, ctypes.addressof(held))
    if libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) or libc.prctl(PR_SET_SECCOMP, FILTER, description, 0, 0):
        sys.exit(f"sandbox.py: no seccomp here: {os.strerror(ctypes.get_errno())}")
    os.execv(command[0], command)


if __name__ == "__main__":
    main(*sys.argv[1:])
