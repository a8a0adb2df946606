# SPDX-License-Identifier: Apache-2.0
"""A whole server under a fault: it starts after a kill, offices push, a reader asks, an operator commands, and it stops.

While the fault lasts it may be Busy, not ready, or end with a sentence. When the fault is gone it must be ready again by itself, or
have ended; then what was acknowledged is on disk once, the chain verifies, and the view from the checkpoint is the fold of all entries.
"""
import json
import signal
import socket
import time

import judge
import tiendo_pb2 as pb
import zmq
from client import NoAnswer, Office, Reader
from harness import CALLS, MEMORY
from journal import check_chain, check_office, incarnations, outcomes, read

START, STEP, HEALED, STOP = 1.0, 0.5, 60.0, 60.0  # seconds: to start under a fault; each step; when it is gone; to end
KEYS = "rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7"


class Line:
    """An office and a reader of this run, with lines that come back quickly."""

    def __init__(self, w, places):
        key, quick = places.server_key, {zmq.RECONNECT_IVL: 15, zmq.RECONNECT_IVL_MAX: 60}  # before they connect, or never
        self.office = Office(w.context, w.end["ingest"], key, places.office_keys, places.epoch, quick)
        self.reader = Reader(w.context, w.end["query"], key, places.reader_keys, quick)
        self.office.outcomes, self.office.blobs = dict(places.outcomes), dict(places.blobs)

    def close(self):
        self.office.close()
        self.reader.close()


class Visit:
    """One server under one fault: what is done to it."""

    def __init__(self, w, places, directory, child):
        self.w, self.places, self.directory, self.child, self.lost, self.line = w, places, directory, child, None, None

    # ---- what is done to it ----
    def health(self, path="/ready"):
        try:
            with socket.create_connection(("127.0.0.1", self.w.ports["health"]), 0.5) as s:
                s.sendall(f"GET {path} HTTP/1.0\r\n\r\n".encode())
                s.settimeout(0.5)
                return int(s.recv(4096).split()[1])
        except (OSError, IndexError, ValueError):
            return 0

    def ready(self, seconds):
        deadline = time.monotonic() + seconds
        while self.child.poll() is None and time.monotonic() < deadline:
            if self.health() == 200:
                return True
            self.child.wait(0.004)
        return False

    def push(self, seconds):
        """Two batches more; True when both were acknowledged in this time."""
        o, deadline = self.line.office, time.monotonic() + seconds
        while self.child.poll() is None and time.monotonic() < deadline:
            try:
                if not o.session:
                    welcome = o.hello(min(0.15, seconds))
                    if not o.session:
                        continue
                    self.mark = welcome.mark
                    if welcome.mark < max(o.outcomes):
                        self.lost = f"the mark is {welcome.mark}, and {max(o.outcomes)} was acknowledged"
                        return False
                first = max(o.outcomes) + 1
                blobs = [o.blobs.get(s) or o.update(s, "412", "KH.X" if s % 5 == 0 else "KH.C", 20240401, count=pb.Count(value=s),
                                                    note="n" * (s % 4 * 200)) for s in range(first, first + 6)]
                answer = o.offer(first, blobs, 0.2)
                if isinstance(answer, pb.Ack) and max(o.outcomes) >= self.goal:
                    return True
                if isinstance(answer, pb.Nack):
                    o.session = 0 if answer.reason == pb.REASON_BAD_SESSION else o.session
                    time.sleep(0.01)
            except NoAnswer:
                o.session = 0
        return False

    def ask(self, seconds):
        deadline = time.monotonic() + seconds
        while self.child.poll() is None and time.monotonic() < deadline:
            try:
                reply = self.line.reader.ask(0.15, catch_up=pb.CatchUp(path="VN/40/"))
                if reply.HasField("catch_up"):
                    return True
            except NoAnswer:
                pass
        return False

    def command(self, seconds, *args):
        r = self.w.run("server", ["--dir", self.directory, *args], seconds=seconds)
        return r.code in (0, 1)  # 1: it was done before

    def work(self, seconds):
        """Everything once; True when all of it was done."""
        self.line = self.line or Line(self.w, self.places)
        return (self.push_more(12, seconds) and self.ask(seconds) and
                self.command(seconds, "agent", "add", "--unit", "412", "--key", KEYS) and
                self.command(seconds, "catalogue", "load", self.places.tmp / "more") and
                self.health("/metrics") == 200 and self.push_more(6, seconds))

    def push_more(self, n, seconds):
        self.goal = max(self.line.office.outcomes) + n
        return self.push(seconds)


class Servers:
    def __init__(self, places, verdict, marked):
        self.places, self.verdict, self.marked = places, verdict, marked
        self.name = "a restored backup starts" if marked else "a server"

    def trace(self, w):
        self.run(w, None, record=True)
        return self.traced

    def run(self, w, fault, record=False):
        directory = w.fresh(self.places.backup if self.marked else self.places.centre)
        w.own_ports(directory)
        w.control.arm(fault, record)
        server = w.zygotes["server"]
        child = server.start(["--dir", directory, "run"], w.control)
        visit, healed = Visit(w, self.places, directory, child), True
        try:
            good = visit.ready(20 if record else START * w.patient) and visit.work(20 if record else STEP * w.patient)
            if not good and child.poll() is None:
                w.control.disarm()
                healed = visit.ready(HEALED * w.patient) and visit.work(HEALED * w.patient)
            ended = child.poll() is not None
            child.kill(signal.SIGTERM)
            r = server.finish(child, STOP * w.patient, w.control)
        finally:
            if visit.line:
                visit.line.close()
        if record:
            self.traced = w.control.traced(MEMORY), w.control.traced(CALLS)
        elif not r.hit:
            return False
        wrong = visit.lost or self.judge(r, healed or ended) or self.store(w, directory, visit.line)
        assert not record or good and not wrong, f"{self.name} does not work without any fault: {wrong}: {r.err}"
        if wrong:
            self.verdict.bad(self.name, fault, wrong, r)
        elif not record:
            self.verdict.allowed(self.kind(r, good), r)
        return True

    def kind(self, r, good):
        if r.code == 0:
            return "worked on" if good else "was not ready, and was again"
        return "ended by a library, and recovered" if r.signal else "ended with a sentence, and recovered"

    def judge(self, r, healed):
        if r.status is None:
            return f"hangs: does not end after SIGTERM: {r.err[-400:]}"
        if not healed:
            return f"does not come back when the fault is gone: {r.err[-400:]}"
        return judge.of_command(r, None)[1]

    def store(self, w, directory, line):
        """What is wrong with the store afterwards."""
        verify = w.run("server", ["--dir", directory, "verify", "--json"])
        if verify.code:
            return f"verify: {verify.err}"
        proven = json.loads(verify.out)
        status = w.run("server", ["--dir", directory, "status", "--digest", "--json"])
        if status.code:
            return f"the next start: {status.err}"
        view = json.loads(status.out)["details"]
        if view["entry"] == proven["entries"] and view["digest"] != proven["digest"]:
            return "the view that the next start makes is not the fold of the entries"
        entries = read(directory)
        try:
            check_chain(entries)
            streams = outcomes(entries)
            if line:
                check_office(line.office, self.places.principals[line.office.public]["principal"], streams, incarnations(entries))
        except AssertionError as e:
            return f"acknowledged, and not so on disk: {e}"
        return None
