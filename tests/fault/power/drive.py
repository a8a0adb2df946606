# SPDX-License-Identifier: Apache-2.0
"""The run that is recorded: a centre and three offices at work, with everything that ends or changes a store.

All that is written below `world.tmp` goes through the recorder's programs; what this driver does itself to a directory it
says in a record of its own. After a command has said that something is done, a note says so (promise.h).
"""
import os
import random
import signal
import struct
import subprocess
import time

import tiendo_pb2 as pb
from clerk import Clerk
from client import NoAnswer
from world import ITEMS, PATIENCE, UNITS, World, until

WRITE, SYNC, MKDIR, DIRSYNC, NOTE = 2, 4, 6, 11, 13  # powerlog.h
OFFICES = {"412": ("KH.C", "KH.R", "16702"), "413": ("KH.C", "KH.C", "413"), "40": ("KH.R", "KH.R", "16703")}


class Recorded(World):
    def __init__(self, tmp, build, variant, recorder, log, seed, strict=True, **more):
        self.strict = strict
        self.log_path, self.recorder, self.naming, self.dice = log, recorder, "server", random.Random(seed)
        self.tmp = tmp
        self.own_directory("server")  # as people do, and nobody synced its name
        self.build, self.variant = build, variant
        self.die_after("made", "server/journal/data.mdb")
        self.cli("--dir", tmp / "server", "init", ok=(-signal.SIGKILL,))
        super().__init__(tmp, build, variant, None, **more)
        self.note("server", "made")
        self.told()

    # ---- the log ----
    def put(self, kind, path=b"", data=b"", ino=0, at=0):
        size = 48 + len(path) + len(data)
        record = struct.pack("=6I3Q", (size + 7) & ~7, kind, os.getpid(), len(path), 0, len(data), ino, at, 0) + path + data
        with open(self.log_path, "ab", buffering=0) as f:
            f.write(record.ljust((size + 7) & ~7, b"\0"))

    def note(self, machine, *words):
        self.put(NOTE, data=" ".join((machine, *map(str, words))).encode())

    def own_directory(self, name, synced=False):
        """Ours, not the programs'."""
        (self.tmp / name).mkdir()
        self.put(MKDIR, name.encode() + b"\0")
        if synced:
            self.put(DIRSYNC, b"\0")

    def damage(self, name):
        """A bit of every page behind the heads, as no power cut does it."""
        path = self.tmp / name
        with open(path, "r+b", buffering=0) as f:
            ino, size = os.fstat(f.fileno()).st_ino, os.fstat(f.fileno()).st_size
            for at in range(8192 + 40, size, 4096):
                f.seek(at)
                changed = bytes([f.read(1)[0] ^ 0x10])
                f.seek(at)
                f.write(changed)
                self.put(WRITE, data=changed, ino=ino, at=at)
            self.put(SYNC, ino=ino)

    # ---- programs ----
    def environment(self, guarded=False):
        return dict(super().environment(), LD_PRELOAD=str(self.recorder), POWER_ROOT=str(self.tmp), POWER_LOG=str(self.log_path),
                    POWER_NAME=self.naming)

    def named(self, name, call, *args, **more):
        before, self.naming = self.naming, name
        try:
            return call(*args, **more)
        finally:
            self.naming = before

    def cli(self, *args, program="tiendo-server", **more):
        name = str(args[1]).removeprefix(f"{self.tmp}/") if args[0] == "--dir" else self.naming
        return self.named(name, super().cli, *args, program=program, **more)

    def agent_run(self, name):
        return self.named(f"agents/{name}", super().agent_run, name)

    def told(self, machine="server"):
        """The head, as `status` tells it to people."""
        self.note(machine, "entry", self.cli_json(machine, "status")["details"]["entry"])

    def cli_json(self, machine, *args):
        import json
        return json.loads(self.cli("--dir", self.tmp / machine, *args, "--json").stdout)

    def die_after(self, what, part):
        """The next process that does so to such a path ends there, by its own hand."""
        self.log_path.with_suffix(".log.die").write_text(f"{what} {part}\n")

    def forget_death(self):
        self.log_path.with_suffix(".log.die").unlink(missing_ok=True)

    def died(self):
        """A mutant that never does what it is to die of is helped."""
        p, self.server_process = self.server_process, None
        try:
            assert p.wait(PATIENCE if self.strict else 1) == -signal.SIGKILL, self.log()
        except subprocess.TimeoutExpired:
            assert not self.strict, "it went on"
            self.forget_death()
            p.kill()
            p.wait()


class Drive:
    def __init__(self, world):
        self.w, self.dice, self.offices = world, world.dice, {}

    # ---- offices that speak the protocol ----
    def push(self, unit, n=None):
        """Sends a batch without waiting; some of it is refused."""
        o, (first, second, below) = self.offices[unit], OFFICES[unit]
        n = n or self.dice.choice((1, 1, 2, 5, 12, 64))
        at = o.next
        o.next += n
        blobs = []
        for seq in range(at, at + n):
            item, value = self.dice.choice((first, second)), self.dice.randrange(1000)
            body = {"ratio": pb.Ratio(numerator=value, denominator=value + self.dice.randrange(9))} if item == "KH.R" else \
                {"count": pb.Count(value=value)}
            where = below if item == "KH.R" else unit
            if self.dice.random() < 0.1:
                item = "KH.NONE"
            blobs.append(o.update(seq, where, item, 20240101 + self.dice.randrange(28), note="x" * self.dice.randrange(120), **body))
        o.push(at, blobs)
        return at, blobs

    def rounds(self, n):
        """Several batches on their way at once: what is ready together is one group commit."""
        for _ in range(n):
            sent = [u for u in self.offices for _ in range(self.dice.randrange(3)) if self.push(u)]
            for unit in sent:
                answer = self.offices[unit].answer()
                assert isinstance(answer, pb.Ack), answer

    def answered(self, unit):
        """Is the push answered, before the centre ends by its own hand? (A mutant may do neither.)"""
        end = time.monotonic() + (PATIENCE if self.w.strict else 5)
        while time.monotonic() < end:
            ended = self.w.server_process.poll() is not None
            try:
                self.offices[unit].answer(timeout=0.2)
                return True
            except NoAnswer:
                if ended:
                    return False
        return False

    def connect(self):
        for o in self.offices.values():
            o.close()
        for unit, keys in self.keys.items():
            old = self.offices.get(unit)
            self.offices[unit] = o = self.w.office(keys, epoch=old.epoch if old else None)
            o.next = o.welcome.mark + 1
            if old:
                o.blobs = old.blobs

    # ---- clerks ----
    def clerk(self, name, unit, cut):
        """An office whose first `init` was cut short, and was run again."""
        self.w.die_after(cut, f"agents/{name}/spool")
        self.w.cli("--dir", self.w.tmp / "agents" / name, "init", "--server-key", self.w.server_key, program="tiendo-agent",
                   ok=(-signal.SIGKILL,))
        c = Clerk(self.w, name, unit)
        c.queued = 0
        self.w.note(f"agents/{name}", "made")
        return c

    def reports(self, c, n):
        for _ in range(n):
            c.report("KH.C", "--value", str(self.dice.randrange(999)), "--as-of", f"2024-03-{self.dice.randrange(1, 29):02}")
            self.promise(c)

    def promise(self, c):
        self.w.note(f"agents/{c.name}", "queued", len(c.promised))

    # ---- the run ----
    def work(self):
        w = self.w
        w.start()
        self.keys = {unit: w.principal(unit) for unit in OFFICES}
        w.told()
        self.connect()
        self.rounds(12)
        w.own_directory("agents", synced=True)
        vinh = self.clerk("vinh", "412", cut="mkdir")
        chau = self.clerk("chau", "413", cut="made")
        vinh.run().knows(), chau.run().knows()
        self.reports(vinh, 4)
        chau.file([{"item": "KH.C", "value": i, "as_of": "2024-02-02"} for i in range(9)])
        self.promise(chau)
        vinh.drained(), chau.drained()
        self.changes(chau)
        self.stops()
        self.cut_short(vinh)
        self.another_epoch(vinh)
        self.copy(vinh, chau)

    def changes(self, chau):
        """The catalogue, keys, a day."""
        w = self.w
        chau.stop()
        w.write_catalogue(units=UNITS, items=ITEMS.replace("kind:district@40", "412", 1))
        self.reports(chau, 2)
        chau.report("KH.T2", "--state", "not_started", "--as-of", "2024-03-01")  # refused by the catalogue that comes
        self.promise(chau)
        w.server_cli("catalogue", "load", w.catalogue)
        w.told()
        self.rounds(4)
        w.server_cli("checkpoint")
        self.rounds(4)
        chau.run().drained()
        assert chau.status()["refused_n"] == 1
        other = w.principal("38")
        w.add_key(other, (b"a" * 40, b"b" * 40))
        w.revoke(other)
        w.told()
        w.set_clock("2024-04-03")
        self.rounds(6)
        w.server_cli("checkpoint")

    def stops(self):
        w = self.w
        for how in (signal.SIGTERM, signal.SIGKILL, signal.SIGTERM):
            self.rounds(3)
            w.stop(how)
            if how == signal.SIGTERM:
                w.told()
            if how == signal.SIGKILL:
                w.damage("server/view/data.mdb")  # set aside, and made anew
            w.start()
            self.connect()
            self.rounds(3)

    def cut_short(self, vinh):
        """A kill in the middle of a commit: what the next process reads may not be on disk yet, but is soon told of."""
        w = self.w
        for part in ("write", "sync", "synced"):
            self.rounds(2)
            at, blobs = self.push("412", 3)
            w.die_after(part, "server/journal/data.mdb")
            if self.answered("412"):  # that one was made before; the next is not
                at, blobs = self.push("412", 3)
            w.died()
            w.start()
            mark = self.offices["412"].next
            self.connect()
            self.offices["412"].next = mark
            assert isinstance(self.offices["412"].offer(at, blobs), pb.Ack)
            w.stop(signal.SIGKILL)
            w.start()
            self.connect()
        for part, beside in (("write", False), ("synced", False), ("synced", True)):
            if not beside:
                vinh.stop()
            before, note = vinh.status()["last_seq"], vinh.note()
            w.die_after(part, "agents/vinh/spool/data.mdb")
            vinh.cli("report", "KH.C", "--value", "7", "--note", note, ok=(-signal.SIGKILL,) if w.strict else None)
            w.forget_death()
            if vinh.status()["last_seq"] > before:
                vinh.promised.append(note)
                self.promise(vinh)
            else:
                vinh.numbers = iter(range(len(vinh.promised) + 1, 10**6))
            if beside:  # the daemon finds it, and says hello to a centre that has just started
                w.stop()
                w.start()
                self.connect()
            else:
                vinh.run()
            vinh.drained()
            self.reports(vinh, 2)
            vinh.drained()

    def another_epoch(self, vinh):
        """Somebody with the same key and epoch was there: the office begins another."""
        w = self.w
        vinh.stop()
        lines = dict(line.split(" = ", 1) for line in (vinh.dir / "agent.key").read_text().splitlines())
        status = vinh.status()
        twin = w.office((lines["public"].encode(), lines["secret"].encode()), epoch=bytes.fromhex(status["epoch_id"]))
        seq = status["last_seq"] + 1
        twin.offer(seq, [twin.update(seq, "412", "KH.C", 20240301, count=pb.Count(value=1), note="somebody 0")])
        twin.close()
        self.reports(vinh, 3)
        vinh.run().drained()
        assert vinh.status()["epoch"] > status["epoch"]
        self.reports(vinh, 2)
        vinh.drained()

    def copy(self, vinh, chau):
        """A backup of the running centre; the centre goes on, is lost, and the copy takes its place."""
        w = self.w
        w.server_cli("backup", w.tmp / "backup")
        entry = w.server_json("status")["details"]["entry"]
        w.note("backup", "made")
        self.rounds(4)
        self.reports(vinh, 2)
        vinh.drained()
        w.stop()
        w.told()
        w.server_cli("rebuild")
        w.server_cli("verify")
        w.naming, w.dir = "backup", w.tmp / "backup"
        w.start()
        assert w.server_json("status")["details"]["entry"] >= entry
        w.server_cli("agent", "confirm", ok=None)
        vinh.drained(), self.reports(vinh, 2), vinh.drained()
        self.reports(chau, 1)
        chau.drained()
        self.connect()
        self.rounds(4)
        vinh.stop(), chau.stop()
        w.stop()
        w.told("backup")


def drive(world):
    d = Drive(world)
    d.work()
    return d
