# SPDX-License-Identifier: Apache-2.0
"""Bad networks: real agents with the timings they are shipped with, a real server, a real `tiendo watch`, and a line that is lossy,
cut, half open, reset, down, narrow, or slow and broken into pieces. Whatever the line did: everything that was queued is delivered
exactly once and the watcher shows what the server shows, at most HEALED seconds after the line is good again.

`net.py BUILD VARIANT quick|soak` plays every trial, some at a time, each in a network namespace of its own (`unshare -n`);
`net.py BUILD VARIANT MODE TRIAL` plays one, inside. ONLY=name plays one trial, SEED=n repeats the dice of the load.
"""
import json
import os
import random
import select
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

HEALED = 30.0  # seconds, the bound
TOGETHER = 3   # trials at a time: they mostly wait
TIMINGS = {"retry": "2s", "retry_max": "60s", "reply": "15s", "ping": "20s"}  # shipped; asserted in trial
OFFICES = {"vinh": ("412", "KH.C"), "dien-chau": ("413", "KH.C"), "dong-vinh": ("16702", "KH.R")}


# ---- what is done to the line ----

def sh(*args):
    done = subprocess.run(args, capture_output=True, text=True)
    assert done.returncode == 0, f"{' '.join(args)}: {done.stderr.strip()}"


class Filter:
    """nft rules on what comes in at the server's ports (up) or from them (down). Nothing else of the namespace is touched."""

    def __init__(self, world):
        self.ports = "{ " + ", ".join(str(world.ports[n]) for n in ("ingest", "feed", "query")) + " }"
        sh("nft", "add", "table", "inet", "bad")
        sh("nft", "add chain inet bad in { type filter hook input priority 0; }")

    def do(self, action, ways=("dport", "sport")):
        for way in ways:
            sh("nft", f"add rule inet bad in tcp {way} {self.ports} {action}")

    def clear(self):
        sh("nft", "flush", "chain", "inet", "bad", "in")


def loss(percent):
    def play(line, seconds):
        line.filter.do(f"numgen random mod 100 < {percent} drop")
        yield from line.hold(seconds)
        line.filter.clear()
    return play


def cut(line, seconds):
    line.filter.do("drop")
    yield from line.hold(seconds)
    line.filter.clear()


def half_open(way):
    def play(line, seconds):
        line.filter.do("drop", ways=(way,))
        yield from line.hold(seconds)
        line.filter.clear()
    return play


def reset(line, seconds):
    """Every packet is answered with RST, in bursts, so that fresh connections die too."""
    for _ in range(max(1, int(seconds // 4))):
        line.filter.do("reject with tcp reset")
        yield from line.hold(1)
        line.filter.clear()
        yield from line.hold(1)


def down(line, seconds):
    sh("ip", "link", "set", "lo", "down")
    yield from line.hold(seconds)
    sh("ip", "link", "set", "lo", "up")


def narrow(line, seconds):
    sh("ip", "link", "set", "lo", "mtu", "1500")
    sh("tc", "qdisc", "add", "dev", "lo", "root", "tbf", "rate", "64kbit", "burst", "3000", "latency", "800ms")
    yield from line.hold(seconds)
    sh("tc", "qdisc", "del", "dev", "lo", "root")


def pieces(line, seconds):
    line.proxy.bad = True
    yield from line.hold(seconds)
    line.proxy.bad = False


TRIALS = {  # name: (what is done, seconds quick, seconds soak)
    "loss 1 %": (loss(1), 6, 60), "loss 5 %": (loss(5), 6, 60), "loss 20 %": (loss(20), 10, 60), "loss 50 %": (loss(50), 12, 60),
    "cut": (cut, 20, 60), "half open, nothing up": (half_open("dport"), 18, 60), "half open, nothing down": (half_open("sport"), 18, 60),
    "reset": (reset, 8, 40), "link down": (down, 10, 60), "64 kbit/s": (narrow, 10, 60),
    "late and in pieces": (pieces, 10, 60),
}


class Proxy:
    """Hands bytes on between the offices and the ingest port. While it is bad each piece (1 to 1,400 bytes) waits 0 to 400 ms, in
    each direction and connection for itself, so that what different connections and directions say arrives in another order than it
    was said (within a connection TCP keeps the order, on any network)."""

    def __init__(self, to, port, dice):
        self.to, self.port, self.dice, self.bad = to, port, dice, False
        self.listener = socket.create_server(("127.0.0.1", port))
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                a, _ = self.listener.accept()
                b = socket.create_connection(("127.0.0.1", self.to))
            except OSError:
                if self.listener.fileno() < 0:
                    return
                continue
            for x, y in ((a, b), (b, a)):
                threading.Thread(target=self.move, args=(x, y), daemon=True).start()

    def move(self, a, b):
        try:
            while data := a.recv(self.dice.randrange(1, 1400) if self.bad else 65536):
                if self.bad:
                    select.select([], [], [], self.dice.random() * 0.4)
                b.sendall(data)
        except OSError:
            pass
        for s in (a, b):
            try:
                s.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def close(self):
        self.listener.close()


# ---- one trial ----

def shown(figure):
    return {k: v for k, v in figure.items() if k not in ("version", "generation")}


class Watcher:
    """A real `tiendo watch VN`: what it last said of each figure."""

    def __init__(self, world):
        self.dir, self.said = world.tmp / "watcher", {}
        made = world.cli("--dir", self.dir, "init", "--server-key", world.server_key, "--query", world.end["query"],
                         "--feed", world.end["feed"], "--json", program="tiendo")
        world.server_cli("agent", "add", "--unit", "VN", "--role", "viewer", "--key", json.loads(made.stdout)["public_key"])
        self.process = subprocess.Popen([str(world.build / "tiendo"), "--dir", str(self.dir), "watch", "40", "--json"],
                                        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                        text=True, env=world.environment())
        world.processes.append(self.process)
        for line in self.process.stderr:  # a picture is there; from now on it says what moves
            if "theo dõi" in line:
                break
        for read in (self.read, self.process.stderr.read):
            threading.Thread(target=read, daemon=True).start()

    def read(self):
        for line in self.process.stdout:
            figure = json.loads(line)
            self.said[figure["item"]] = shown(figure)

    def truth(self, world):
        """What somebody who asks now is told. Asked once: a key may shake hands only so often."""
        got = world.cli("--dir", self.dir, "get", "--all", "40", "--json", program="tiendo").stdout
        return {f["item"]: shown(f) for f in json.loads(got) if f["item"] in ("KH.C", "KH.R")}


class Line:
    """The world of one trial, and the load that goes on while the line is bad."""

    def __init__(self, world, seed, clerks):
        self.world, self.dice, self.clerks = world, random.Random(seed), clerks
        self.filter = self.proxy = None
        self.in_the_dark = 0

    def work(self, rows):
        for clerk in self.clerks:
            unit, item = OFFICES[clerk.name]
            made = []
            for _ in range(rows):
                n = self.dice.randrange(10**6)
                figures = {"value": n} if item == "KH.C" else {"numerator": n, "denominator": n + self.dice.randrange(1, 9)}
                made.append({"unit": unit, "item": item, "as_of": f"2024-03-{self.dice.randrange(1, 29):02}"} | figures)
            clerk.file(made)

    def hold(self, seconds):
        """The bad time: the offices go on queueing, whatever the line does."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.work(self.dice.choice((1, 5, 70)))
            yield
            time.sleep(0.5)  # a load, not a wait for something
        self.in_the_dark = sum(c.status()["waiting"] for c in self.clerks)


def trial(build, variant, mode, name, seed):
    from clerk import Clerk, delivered
    from journal import audit
    from world import World, free_port, until
    play, quick, soak = TRIALS[name]
    sh("ip", "link", "set", "lo", "up")
    (build / "tmp").mkdir(parents=True, exist_ok=True)
    world = World(tempfile.mkdtemp(dir=build / "tmp"), build, variant, build / "tests" / "ackguard-net.so")
    try:
        shipped = world.cli("init", "--help", program="tiendo-agent").stdout
        assert all(f"(mặc định {v})" in shipped for v in TIMINGS.values()), "the shipped timings are others now"
        world.start()
        port = free_port()
        clerks = []
        for office, (unit, _) in OFFICES.items():
            through = {"ingest": f"tcp://127.0.0.1:{port}"} if play is pieces else {}
            clerks.append(Clerk(world, office, unit, **TIMINGS, **through))
        line = Line(world, seed, clerks)
        line.filter = Filter(world)
        if play is pieces:
            line.proxy = Proxy(world.ports["ingest"], port, line.dice)
        for clerk in clerks:
            clerk.run().knows()
        watcher = Watcher(world)
        line.work(100)
        for clerk in clerks:
            clerk.drained()
        for _ in play(line, quick if mode == "quick" else soak):
            pass
        good = time.monotonic()
        for clerk in clerks:
            clerk.drained()
        drained = time.monotonic() - good
        truth = watcher.truth(world)
        until("the watcher to show what the server shows", lambda: truth.items() <= dict(watcher.said).items())
        healed = time.monotonic() - good
        delivered(world, *clerks)
        audit(world)
        for clerk in clerks:
            s = clerk.status()
            assert (s["refused_n"], s["voided"], s["epoch"], s["taken"]) == (0, 0, 1, len(clerk.promised)), s
        assert drained <= HEALED, f"all delivered only {drained:.1f} s after the line was good again"
        assert healed <= HEALED, f"the watcher was right only {healed:.1f} s after the line was good again"
        return {"trial": name, "updates": sum(len(c.promised) for c in clerks), "waiting_when_healed": line.in_the_dark,
                "drained_s": round(drained, 1), "watcher_s": round(healed, 1)}
    finally:
        subprocess.run(["ip", "link", "set", "lo", "up"], capture_output=True)
        world.close()


# ---- all trials ----

def permitted():
    if missing := [p for p in ("unshare", "nft", "tc", "ip") if not shutil.which(p)]:
        return f"{', '.join(missing)} not installed"
    probe = "ip link set lo up && nft add table inet t && tc qdisc add dev lo root tbf rate 1mbit burst 3000 latency 100ms"
    done = subprocess.run(["unshare", "-n", "sh", "-c", probe], capture_output=True, text=True)
    return done.stderr.strip().splitlines()[-1] if done.returncode else ""


def main(build, variant, mode):
    seed = int(os.environ.get("SEED") or random.SystemRandom().getrandbits(32))
    print(f"SEED={seed}")
    out = build / "reliability"
    out.mkdir(parents=True, exist_ok=True)
    if why := permitted():
        (out / "net.json").write_text(json.dumps({"piece": "net", "skipped": why}) + "\n")
        print(f"skipped, no network namespaces here: {why}\n0 passed, 0 failed")
        return 0
    from world import shared_object
    shared_object("tests/system/ackguard.c", build / "tests" / "ackguard-net.so")
    names = [n for n in TRIALS if os.environ.get("ONLY", n) == n]
    waiting, playing, results, failed, start = list(names), {}, [], 0, time.monotonic()
    while waiting or playing:
        while waiting and len(playing) < TOGETHER:
            name = waiting.pop(0)
            playing[name] = subprocess.Popen(
                ["unshare", "-n", sys.executable, __file__, build, variant, mode, name], stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT, text=True, env=dict(os.environ, SEED=str(seed)))
        name = next(iter(playing))
        said = playing[name].communicate()[0]
        if playing.pop(name).returncode:
            failed += 1
            print(f"--- {name}: FAILED\n{said[-6000:]}")
            continue
        results.append(json.loads(said.splitlines()[-1]))
        print(results[-1], flush=True)
    (out / "net.json").write_text(json.dumps({
        "piece": "net", "mode": mode, "seed": seed, "seconds": round(time.monotonic() - start), "trials": results,
        "failed": failed, "updates": sum(r["updates"] for r in results), "lost": 0 if not failed else None,
        "worst_drained_s": max((r["drained_s"] for r in results), default=None)}) + "\n")
    print(f"{len(results)} passed, {failed} failed")
    return failed != 0


if __name__ == "__main__":
    build = Path(sys.argv[1]).resolve()
    if len(sys.argv) == 4:
        sys.exit(main(build, sys.argv[2], sys.argv[3]))
    print(json.dumps(trial(build, sys.argv[2], sys.argv[3], sys.argv[4], int(os.environ["SEED"]))))
