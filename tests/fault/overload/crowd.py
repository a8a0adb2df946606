#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The crowd beside the offices that are measured: a process of its own, told what to do on standard input.

  crowd.py rude|full ENDPOINT SERVER PUBLIC SECRET    one office with a good key that sends what it can
  crowd.py deaf ENDPOINT SERVER N PUBLIC SECRET ...   N subscribers of everything, over the keys in turn; they never read
  crowd.py idle N PORT ...                            N connections without a word, made anew when they are cut
  crowd.py knock RATE PORT ...                        bad handshakes: rubbish, other mechanisms, a CURVE hello of nobody

Prints "ready"; on each line "go" it works until "rest", then prints a line with what it has done. The end of input ends it.
"""
import errno
import os
import random
import select
import socket
import sys
import time

import zmq

COMMUNES = 400


def lines():
    """What has been said since: non-blocking."""
    said = []
    while select.select([sys.stdin], [], [], 0)[0]:
        line = sys.stdin.readline()
        if not line:
            sys.exit(0)
        said.append(line.strip())
    return said


def rested(step):
    """`step` again and again between "go" and "rest"; gives the sum of what it gave."""
    while "go" not in lines():
        time.sleep(0.002)
    done = 0
    while "rest" not in lines():
        done += step()
    return done


def say(text):
    print(text, flush=True)


# ---- an office ----

class Flood:
    """Batches of 64 in a window of 4, as fast as it is let ("full"); or single updates at RATE, whatever is answered ("rude")."""

    RATE = 1000

    def __init__(self, kind, endpoint, server, public, secret):
        import tiendo_pb2 as pb
        from client import Office
        self.pb, self.kind = pb, kind
        self.batch, self.window = (64, 4) if kind == "full" else (1, 10**9)
        self.office = Office(zmq.Context.instance(), endpoint, server, (public.encode(), secret.encode()))
        self.office.socket.setsockopt(zmq.SNDHWM, 100000)
        self.office.hello()
        self.office._note = lambda ack: None
        self.next, self.mark, self.flying, self.hold, self.blobs, self.due = 1, 0, 0, 0, {}, 0
        self.counts = dict.fromkeys(("sent", "taken", "busy"), 0)

    def blob(self, seq):
        if seq not in self.blobs:
            self.blobs.pop(seq - 5000, None)
            self.blobs[seq] = self.pb.Update(
                seq=seq, unit=f"9{seq * 7 % COMMUNES:04}", item="KH.R", as_of=20240301,
                ratio=self.pb.Ratio(numerator=seq % 900, denominator=1000)).SerializeToString()
        return self.blobs[seq]

    def hear(self):
        while self.office.socket.poll(0):
            kind, m = self.office.receive()
            self.flying = max(0, self.flying - 1)
            if kind == 5:
                assert m.spans[0].outcomes[0].WhichOneof("outcome") == "taken", m
                self.counts["taken"] += max(0, m.mark - self.mark)
                self.mark = max(self.mark, m.mark)
            elif kind == 6 and m.reason == self.pb.REASON_GAP:
                self.next = m.expected_seq
            elif kind == 6:
                self.counts["busy"] += 1
                self.next = self.mark + 1
                self.hold = time.monotonic() + (m.retry_ms / 1000 if self.kind == "full" else 0)

    def step(self):
        self.hear()
        now = time.monotonic()
        if self.kind == "rude":
            if now < self.due:
                time.sleep(0.0005)
                return 0
            self.due = max(self.due, now - 0.05) + 1 / self.RATE
        elif now < self.hold or self.flying >= self.window:
            self.office.socket.poll(5)
            return 0
        self.office.push(self.next, [self.blob(s) for s in range(self.next, self.next + self.batch)])
        self.next += self.batch
        self.flying += 1
        self.counts["sent"] += 1
        return 1

    def run(self):
        say("ready")
        while True:
            self.counts = dict.fromkeys(self.counts, 0)
            rested(self.step)
            say(" ".join(f"{k}={v}" for k, v in self.counts.items()))


# ---- subscribers ----

def deaf(endpoint, server, n, *keys):
    context, sockets = zmq.Context.instance(), []
    context.set(zmq.MAX_SOCKETS, 4096)
    for i in range(int(n)):
        s = context.socket(zmq.SUB)
        for option, value in ((zmq.LINGER, 0), (zmq.RCVHWM, 1), (zmq.RCVBUF, 4096), (zmq.RECONNECT_IVL, 200),
                              (zmq.CURVE_SERVERKEY, server.encode()), (zmq.CURVE_PUBLICKEY, keys[i * 2 % len(keys)].encode()),
                              (zmq.CURVE_SECRETKEY, keys[i * 2 % len(keys) + 1].encode()), (zmq.SUBSCRIBE, b"")):
            s.setsockopt(option, value)
        s.connect(endpoint)
        sockets.append(s)
    for s in sockets:
        assert s.poll(60000), "no heartbeat"
    say("ready")
    while sys.stdin.readline():
        pass


# ---- strangers ----

class Idle:
    """Connections that say nothing. The server may cut them; then they are made again."""

    def __init__(self, n, *ports):
        self.n, self.ports, self.open, self.made = int(n), [int(p) for p in ports], {}, 0
        self.epoll = select.epoll()

    def fill(self, most):
        for _ in range(min(most, self.n - len(self.open))):
            s = socket.socket()
            s.setblocking(False)
            try:
                s.connect(("127.0.0.1", self.ports[self.made % len(self.ports)]))
            except BlockingIOError:
                pass
            except OSError:
                s.close()
                return
            self.made += 1
            self.open[s.fileno()] = s
            self.epoll.register(s.fileno(), select.EPOLLIN | select.EPOLLHUP)

    def step(self):
        self.fill(50)
        for fd, _ in self.epoll.poll(0.005):
            s = self.open[fd]
            try:
                data = s.recv(4096)
            except BlockingIOError:
                continue
            except OSError:
                data = b""
            if not data:
                self.epoll.unregister(fd)
                self.open.pop(fd).close()
        return 0

    def run(self):
        while len(self.open) < self.n:
            self.step()
        say("ready")
        while True:
            before = self.made
            while "go" not in lines():
                self.step()
            while "rest" not in lines():
                self.step()
            say(f"open={len(self.open)} made={self.made - before}")


GREETING = b"\xff" + bytes(8) + b"\x7f\x03\x01"


class Knock:
    """RATE bad handshakes a second, five kinds in turn; each is closed once the server has answered, or after half a second."""

    def __init__(self, rate, *ports):
        self.gap, self.ports, self.due, self.open, self.n = 1 / float(rate), [int(p) for p in ports], 0, [], 0
        self.epoll, self.sent = select.epoll(), {}

    def words(self):
        junk = os.urandom
        curve = GREETING + b"CURVE".ljust(20, b"\0") + b"\0" + bytes(31)
        return (junk(random.randrange(1, 200)), GREETING + b"NULL".ljust(20, b"\0") + b"\0" + bytes(31) + b"\x04\x05\x05READY",
                curve + b"\x04\xc8" + b"\x05HELLO\x01\x00" + bytes(72) + junk(32) + bytes(8) + junk(80),
                curve + b"\x04\xff" + b"\x08INITIATE" + junk(246), b"GET / HTTP/1.1\r\nHost: tiendo\r\n\r\n")[self.n % 5]

    def knock(self, now):
        s = socket.socket()
        s.setblocking(False)
        code = s.connect_ex(("127.0.0.1", self.ports[self.n % len(self.ports)]))
        if code not in (0, errno.EINPROGRESS):
            s.close()
            return 0
        self.sent[s.fileno()] = s
        self.epoll.register(s.fileno(), select.EPOLLOUT)
        self.open.append((now + 0.5, s))
        return 1

    def step(self):
        now = time.monotonic()
        done = 0
        if now >= self.due:
            self.due = max(self.due, now - 0.05) + self.gap
            done = self.knock(now)
            self.n += done
        for fd, _ in self.epoll.poll(max(0, min(0.005, self.due - now))):
            s = self.sent.pop(fd)
            self.epoll.unregister(fd)
            try:
                s.send(self.words())
            except OSError:
                pass
        while self.open and self.open[0][0] < now:
            s = self.open.pop(0)[1]
            if self.sent.pop(s.fileno(), None):
                self.epoll.unregister(s.fileno())
            s.close()
        return done

    def run(self):
        say("ready")
        while True:
            began = time.monotonic()
            n = rested(self.step)
            say(f"knocks={n} seconds={time.monotonic() - began:.2f}")


if __name__ == "__main__":
    what, *rest = sys.argv[1:]
    if what in ("rude", "full"):
        Flood(what, *rest).run()
    elif what == "deaf":
        deaf(*rest)
    else:
        {"idle": Idle, "knock": Knock}[what](*rest).run()
