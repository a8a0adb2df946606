# SPDX-License-Identifier: Apache-2.0
"""Runs a program with a fault: the shared control block (shim.h), the forking programs (zygote.c), and what a run came to."""
import ctypes
import errno
import mmap
import os
import re
import select
import signal
import struct
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent
TRACE, FRAMES, WHERE = 1 << 16, 12, 96
MEMORY, CALLS = 0, 1
CLASSES = ("memory", "calls")
SHORT, DONE = 1000000, 1000001
NAMES = re.findall(r"^CALL\((\w+),", (HERE / "calls.def").read_text(), re.M)


class Trace(ctypes.Structure):
    _fields_ = [("site", ctypes.c_uint64), ("call", ctypes.c_uint16), ("choices", ctypes.c_uint16), ("foreign", ctypes.c_uint32)]


class Block(ctypes.Structure):
    _fields_ = [("armed", ctypes.c_uint32), ("record", ctypes.c_uint32), ("cls", ctypes.c_uint32), ("mode", ctypes.c_uint32),
                ("n", ctypes.c_uint64), ("site", ctypes.c_uint64), ("pick", ctypes.c_uint32), ("pad", ctypes.c_uint32),
                ("count", ctypes.c_uint64 * 2), ("hits", ctypes.c_uint32), ("past", ctypes.c_uint32),
                ("hit_call", ctypes.c_uint32), ("choices", ctypes.c_uint32),
                ("hit_error", ctypes.c_int32), ("broken", ctypes.c_int32), ("burst", ctypes.c_int64),
                ("hit_site", ctypes.c_uint64), ("where", ctypes.c_char * WHERE), ("frames", ctypes.c_uint64 * FRAMES),
                ("main_frames", ctypes.c_uint32 * FRAMES), ("trace_n", ctypes.c_uint32 * 2), ("trace", (Trace * TRACE) * 2)]


HEAD = Block.trace.offset


@dataclass(frozen=True)
class Fault:
    """Call number n of its class (at its site) fails with its choice `pick`, once or for ever."""
    cls: int
    n: int
    pick: int
    ever: bool = False
    site: int = 0

    def __str__(self):
        return f"{CLASSES[self.cls]} {self.n} choice {self.pick} {'for ever' if self.ever else 'once'}"


class Control:
    def __init__(self, path):
        self.path = path
        with open(path, "wb+") as f:
            f.truncate(ctypes.sizeof(Block))
            self.map = mmap.mmap(f.fileno(), ctypes.sizeof(Block))
        self.block = Block.from_buffer(self.map)

    def arm(self, fault=None, record=False):
        ctypes.memset(ctypes.addressof(self.block), 0, HEAD)
        b = self.block
        if fault:
            b.cls, b.n, b.pick, b.mode, b.site, b.armed = fault.cls, fault.n, fault.pick, int(fault.ever), fault.site, 1
        elif record:
            b.record = b.armed = 1

    def disarm(self):
        self.block.armed = 0

    def traced(self, cls):
        """[(site, call, choices)] in the order of the calls."""
        return [(t.site, t.call, t.choices) for t in self.block.trace[cls][:self.block.trace_n[cls]]]

    def hit(self):
        """What was failed, as words; "" = nothing."""
        b = self.block
        if not b.hits:
            return ""
        what = {SHORT: "part only", DONE: "EIO, although done"}.get(b.hit_error) or errno.errorcode.get(b.hit_error, str(b.hit_error))
        return f"{NAMES[b.hit_call]} {what} in {b.where.decode()}"

    def stack(self):
        """Addresses of the hit in the program itself, for addr2line."""
        b = self.block
        return [hex(b.frames[i] - 1) for i in range(FRAMES) if b.main_frames[i]]


@dataclass
class Result:
    status: int  # as of waitpid; None = had to be killed
    out: str
    err: str
    seconds: float
    hit: str = ""
    past: bool = False
    stack: list = field(default_factory=list)
    site: int = 0
    program: str = ""

    @property
    def code(self):
        return os.WEXITSTATUS(self.status) if self.status is not None and os.WIFEXITED(self.status) else None

    @property
    def signal(self):
        return os.WTERMSIG(self.status) if self.status is not None and os.WIFSIGNALED(self.status) else 0


class Child:
    def __init__(self, zygote, pid, out, err):
        self.zygote, self.pid, self.out, self.err, self.status = zygote, pid, out, err, None
        self.began = time.monotonic()

    now = staticmethod(time.monotonic)

    def poll(self):
        if self.status is None:
            self.zygote.listen(0)
        return self.status

    def wait(self, seconds):
        deadline = time.monotonic() + seconds
        while self.status is None and (left := deadline - time.monotonic()) > 0:
            self.zygote.listen(left)
        return self.status

    def kill(self, how=signal.SIGKILL):
        if self.poll() is None:
            os.kill(self.pid, how)  # not reaped before `ended` was read, so it is still that process


class Zygote:
    """One of the programs of BUILD/nth, waiting to be forked."""

    def __init__(self, program, tmp, env):
        self.tmp, self.serial = Path(tmp), 0
        self.name = Path(program).name
        self.process = subprocess.Popen([str(program)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0,
                                        env=dict(env, NTH_ZYGOTE="1"))
        self.children, self.early, self.text, self.begun = {}, {}, b"", []

    def listen(self, seconds):
        """Reads one answer, or none in this time."""
        if b"\n" not in self.text:
            if not select.select([self.process.stdout], [], [], max(0, seconds))[0]:
                return
            chunk = os.read(self.process.stdout.fileno(), 65536)
            assert chunk, f"{self.name} (which is forked) has ended"
            self.text += chunk
        while b"\n" in self.text:
            line, self.text = self.text.split(b"\n", 1)
            word = line.split()
            if word[0] == b"began":
                self.begun.append(int(word[1]))
            elif int(word[1]) in self.children:
                self.children.pop(int(word[1])).status = int(word[2])
            else:
                self.early[int(word[1])] = int(word[2])

    def start(self, args, control=None, out=None):
        self.serial += 1
        err = self.tmp / f"{self.name}.{self.serial}.err"
        out = Path(out) if out else err.with_suffix(".out")
        words = [str(control.path) if control else "", str(out), str(err), *map(str, args)]
        body = b"".join(w.encode("utf-8", "surrogateescape") + b"\0" for w in words)
        self.process.stdin.write(struct.pack("<I", len(body)) + body)
        while not self.begun:
            self.listen(30)
        pid = self.begun.pop()
        child = Child(self, pid, out, err)
        child.status = self.early.pop(pid, None)
        if child.status is None:
            self.children[pid] = child
        return child

    def finish(self, child, seconds, control=None):
        """Waits so long and gives the result; then it is killed, and has no status."""
        status = child.wait(seconds)
        took = time.monotonic() - child.began
        if status is None:
            child.kill()
            child.wait(30)
        texts = []
        for path in (child.out, child.err):
            ours = path.parent == self.tmp
            texts.append(path.read_text(errors="replace") if ours and path.exists() else "")
            if ours:
                path.unlink(missing_ok=True)
        result = Result(status, *texts, took, program=self.name)
        if control:
            result.hit, result.past, result.site = control.hit(), bool(control.block.past), control.block.hit_site
            result.stack = control.stack() if result.hit else []
        return result

    def run(self, args, fault=None, control=None, seconds=60, record=False):
        if control:
            control.arm(fault, record)
        return self.finish(self.start(args, control if fault or record else None), seconds, control if fault else None)

    def close(self):
        for child in list(self.children.values()):
            child.kill()
        self.process.stdin.close()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()
