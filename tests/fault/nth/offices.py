# SPDX-License-Identifier: Apache-2.0
"""Offices and readers under a fault, against a centre that works: their commands, the daemon that sends, and a `watch`."""
import itertools
import json
import signal
import threading

import judge
import tiendo_pb2 as pb
from commands import LIMIT, Command, files
from harness import CALLS, MEMORY

KEPT = ("waiting", "last_seq", "settled", "taken", "refused_n", "voided", "catalogue_entry", "epoch")
QUICK, HEALED = 1.5, 60.0  # seconds: under a fault; when it is gone
STOP = 60.0  # to end


def table():
    agent, reader = "agent", "reader"
    ends = ["--server-key", "{key}", "--query", "{query}"]
    return [
        Command("agent init", agent, ["init", *ends, "--ingest", "{ingest}", "--clock", "{clock}", "--json"], place="", fixed=False,
                again=(0, 3)),
        Command("agent report", agent, ["report", "KH.C", "--value", "1.387", "--note", "lần nữa", "--json"], place="office", repeats=True),
        Command("agent import", agent, ["import", "{all}/reports.csv", "--json"], place="office", repeats=True),
        Command("agent extension", agent, ["extension", "KH.T1", "--due", "2024-12-31", "--reason", "chờ hướng dẫn", "--json"], place="office",
                repeats=True),
        Command("agent obstacle", agent, ["obstacle", "raise", "KH.T1", "--cause", "kinh phí", "--own", "--text", "thiếu vốn", "--json"],
                place="office", repeats=True),
        Command("agent status", agent, ["status", "--json"], place="office"),
        Command("agent receipts", agent, ["receipts", "--json"], place="office"),
        Command("agent inbox", agent, ["inbox", "--all", "--json"], place="office"),
        Command("agent mine", agent, ["mine", "--json"], place="office", fixed=False),
        Command("reader init", reader, ["init", *ends, "--feed", "{feed}"], place="", fixed=False, again=(0, 1)),
        Command("get", reader, ["get", "--all", "40", "--json"], place="reader"),
        Command("explain", reader, ["explain", "40", "KH.C", "--json"], place="reader"),
    ]


def status(w, directory):
    r = w.run("agent", ["--dir", directory, "status", "--json"])
    return {k: v for k, v in json.loads(r.out).items() if k in KEPT} if r.code == 0 else r.out + r.err


class Turns:
    """Handshakes are limited per key, so the places take turns. Each has its own run without a fault."""

    def __init__(self, places, kept):
        self.lock, self.next, self.clean, self.places, self.kept = threading.Lock(), itertools.count(), {}, places, kept

    def take(self):
        with self.lock:
            return next(self.next) % len(self.kept)


class OfficeCommands(Turns):
    def __init__(self, command, places, verdict):
        super().__init__(places, {"office": places.offices, "reader": places.readers}.get(command.place, [None]))
        self.c, self.verdict, self.name = command, verdict, command.name

    def arguments(self, directory):
        world = self.places.world
        words = {"{all}": str(self.places.tmp), "{key}": self.places.server_key, "{clock}": f"file:{world.clock}",
                 **{"{%s}" % n: e for n, e in world.end.items()}}
        args = list(self.c.args)
        for a, b in words.items():
            args = [x.replace(a, b) for x in args]
        return ["--dir", directory, *args]

    def fresh(self, w, i):
        return w.fresh(self.kept[i]) if self.c.place else w.remove("copy")

    def place_for(self, w):
        return self.fresh(w, self.take())

    def arguments_for(self, w, directory):
        return self.arguments(directory)

    def state(self, w, directory):
        return status(w, directory) if self.c.place == "office" else None

    def trace(self, w):
        for i in range(len(self.kept)):
            directory = self.fresh(w, i)
            before = self.state(w, directory)
            r = w.run(self.c.program, self.arguments(directory), record=True)
            assert r.code == 0, f"{self.name} does not work without any fault: {r.code} {r.err}{r.out}"
            traced = w.control.traced(MEMORY), w.control.traced(CALLS)
            r.before, r.after, self.clean[i] = before, self.state(w, directory), r
            r.files = files(directory)
        return traced

    def run(self, w, fault):
        c, i = self.c, self.take()
        directory, clean = self.fresh(w, i), self.clean[i]
        r = w.run(c.program, self.arguments(directory), fault, LIMIT * w.patient)
        if not r.hit:
            return False
        kind, wrong = judge.of_command(r, clean.out if c.fixed else None, c.codes)
        wrong = wrong or self.aftermath(w, directory, r, clean)
        if wrong:
            self.verdict.bad(self.name, fault, wrong, r)
        else:
            self.verdict.allowed(kind, r)
        return True

    def aftermath(self, w, directory, r, clean):
        c = self.c
        if c.name == "agent mine" and r.code == 0:
            now, then = json.loads(r.out), json.loads(clean.out)
            if now["fresh"] and now["cells"] != then["cells"]:
                return f"other figures: {now['cells']}"
        if r.code == 0 and not c.place and (made := files(directory)) != clean.files:
            return f"says that it is done, but made {made}, not {clean.files}"
        found = self.state(w, directory)
        if c.place == "office" and found not in ([clean.after] if r.code == 0 else [clean.before, clean.after]):
            return f"afterwards the queue is {found}, not {clean.after} or {clean.before}"
        again = w.run(c.program, self.arguments(directory))
        if again.code not in (0, *c.again):
            return f"cannot be run again: {again.code} {again.err}{again.out}"
        if c.place == "office" and c.repeats:
            rows = clean.after["last_seq"] - clean.before["last_seq"]
            if self.state(w, directory)["last_seq"] != found["last_seq"] + rows:
                return f"run again it queued {self.state(w, directory)} after {found}"
        if not c.place and again.code:
            made = w.run(c.program, ["--dir", directory, *(["status"] if c.program == "agent" else ["get", "40"]), "--json"])
            if made.code != 0 and not (c.program == "reader" and made.code == 1):  # its key is registered nowhere
                return f"half made, and it says that it is there: {again.err}{again.out} / {made.err}{made.out}"
        return None


class Daemon(Turns):
    """`tiendo-agent run` with three reports in its queue. The centre has them from the run without a fault: the same receipts must come."""

    name = "the agent sends"

    def __init__(self, places, verdict):
        super().__init__(places, places.offices)
        self.verdict = verdict

    def receipts(self, w, directory):
        r = w.run("agent", ["--dir", directory, "receipts", "--json"])
        return r.out if r.code == 0 else f"{r.code} {r.err}"

    def drained(self, w, directory, child, seconds):
        ends = child.began + seconds
        while child.poll() is None and child.now() < ends:
            s = status(w, directory)
            if isinstance(s, dict) and s["waiting"] == 0:
                return True
            child.wait(0.02)
        return False

    def once(self, w, i, fault, record=False):
        """(drained under the fault, drained in the end, the result, directory)."""
        directory = w.fresh(self.kept[i])
        w.control.arm(fault, record)
        child = w.zygotes["agent"].start(["--dir", directory, "run"], w.control)
        good = healed = self.drained(w, directory, child, HEALED if record else QUICK * w.patient)
        if not good and child.poll() is None:
            w.control.disarm()
            healed = self.drained(w, directory, child, HEALED * w.patient)
        child.kill(signal.SIGTERM)
        r = w.zygotes["agent"].finish(child, STOP * w.patient, w.control)
        return good, healed, r, directory

    def trace(self, w):
        for i in range(len(self.kept)):
            good, _, r, directory = self.once(w, i, None, record=True)
            assert good and r.code == 0, f"the agent does not send without any fault: {r.code} {r.err}"
            traced = w.control.traced(MEMORY), w.control.traced(CALLS)
            self.clean[i] = self.receipts(w, directory)
        return traced

    def run(self, w, fault):
        i = self.take()
        good, healed, r, directory = self.once(w, i, fault)
        if not r.hit:
            return False
        _, wrong = judge.of_command(r, None)
        if not wrong and not healed and r.code == 0:
            wrong = f"does not send when the fault is gone: {r.err[-400:]}"
        if not wrong and not healed:
            child = w.zygotes["agent"].start(["--dir", directory, "run"])
            if not self.drained(w, directory, child, HEALED * w.patient):
                wrong = "the next start does not send"
            child.kill(signal.SIGTERM)
            child.wait(STOP)
        if not wrong and self.receipts(w, directory) != self.clean[i]:
            wrong = f"other receipts: {self.receipts(w, directory)[:600]}, expected {self.clean[i][:600]}"
        if wrong:
            self.verdict.bad(self.name, fault, wrong, r)
        else:
            self.verdict.allowed("worked on" if good else "was not ready, and was again" if healed else
                                 "ended by a library, and recovered" if r.signal else "ended with a sentence, and recovered", r)
        return True


class Watch(Turns):
    """`tiendo watch`, while an office reports: two lines must come, or a sentence."""

    name = "a subscriber"

    def __init__(self, places, verdict):
        super().__init__(places, places.readers)
        self.verdict, self.office = verdict, None
        self.pushing = threading.Lock()

    def push(self):
        with self.pushing:
            world = self.places.world
            if not self.office:
                self.office = world.office(self.places.office_keys)
                self.seq = 0
            self.seq += 1
            o = self.office
            return isinstance(o.offer(self.seq, [o.update(self.seq, "413", "KH.C", 20240402, count=pb.Count(value=self.seq))]), pb.Ack)

    def once(self, w, i, fault, record=False):
        directory = w.fresh(self.kept[i])
        w.control.arm(fault, record)
        child = w.zygotes["reader"].start(["--dir", directory, "watch", "40", "KH.C", "--count", "2", "--json"], w.control)
        ends = child.began + (HEALED if record else QUICK) * w.patient
        while child.poll() is None and child.now() < ends:
            self.push()
            child.wait(0.1)
        w.control.disarm()
        ends = child.now() + HEALED * w.patient
        while child.poll() is None and child.now() < ends:
            self.push()
            child.wait(0.1)
        return w.zygotes["reader"].finish(child, 0.01, w.control)

    def trace(self, w):
        r = self.once(w, 0, None, record=True)
        assert r.code == 0 and len(r.out.splitlines()) == 2, f"watch does not work without any fault: {r.code} {r.err}{r.out}"
        return w.control.traced(MEMORY), w.control.traced(CALLS)

    def run(self, w, fault):
        r = self.once(w, self.take(), fault)
        if not r.hit:
            return False
        kind, wrong = judge.of_command(r, None)
        if not wrong and r.code == 0 and len(r.out.splitlines()) != 2:
            wrong = f"says that it is done, and gave {r.out!r}"
        if not wrong:
            wrong = self.wrong_figures(r)
        if wrong:
            self.verdict.bad(self.name, fault, wrong, r)
        else:
            self.verdict.allowed(kind, r)
        return True

    def wrong_figures(self, r):
        for line in r.out.splitlines():
            value = json.loads(line)["value"]
            if not isinstance(value, int) or not 0 <= value <= self.seq + 2000:
                return f"a figure that was never reported: {line}"
        return None
