# SPDX-License-Identifier: Apache-2.0
"""make bench: what the main job costs on this machine, beside floors measured in the same run.

A real server (release build, CURVE, chain, MACs, full sync, one subscriber of the whole country) in build/bench/, and
load.c, crowd.c, fan.c playing offices and dashboards over loopback. One JSON line per workload goes to standard output and
to build/bench/lines-SIZE.json; report.py makes the tables of docs/PERFORMANCE.md from them. Rounds are interleaved (every
workload and every floor once, then again), the figures are medians; each run begins from a fresh copy of the same prepared
store. What takes long is done in the first rounds only: each line says in how many it was.
"""
import argparse
import json
import os
import shutil
import signal
import statistics
import struct
import subprocess
import sys
import time
from pathlib import Path

import reading
import report
import webside
import worlds
from centre import LONG, PATIENCE, Server, Talker, end_all, spread, start

ROOT = Path(__file__).resolve().parent.parent.parent
DATA = ROOT.parent / "shared/data/vn63/units_2023-04.csv"
if not DATA.exists():  # a second work tree stands one folder deeper
    DATA = ROOT.parent.parent / "shared/data/vn63/units_2023-04.csv"


def say(text):
    print(f"bench: {text}", file=sys.stderr, flush=True)


class Bench:
    def __init__(self, build, size, rounds, only):
        self.build, self.size, self.rounds, self.only = build, size, rounds, only
        self.dir = ROOT / "build/bench"
        self.work = self.dir / "work"
        self.server = build / "tiendo-server"
        shutil.rmtree(self.work, ignore_errors=True)
        self.work.mkdir(parents=True)
        self.memory = Path("/dev/shm") / f"tiendo-bench.{os.getpid()}"
        self.runs = {}     # name -> [dict]
        self.worlds = {}

    def tool(self, name):
        return self.build / "bench" / name

    def cli(self, *args):
        done = subprocess.run([self.server, *map(str, args)], capture_output=True, text=True, timeout=LONG)
        if done.returncode:
            raise SystemExit(f"tiendo-server {args}: {done.stdout}{done.stderr}")
        return done.stdout

    def timed(self, *args):
        began = time.monotonic()
        self.cli(*args)
        return time.monotonic() - began

    def prepare(self, name):
        say(f"making the store `{name}`")
        w = getattr(worlds, name)(DATA)
        base = self.work / name
        w.probe_path = w.probe()
        w.file, w.store = base / "world", base / "store"
        w.write(base / "catalogue", w.file)
        ports = [x for p in ("ingest", "feed", "query", "health") for x in (f"--port-{p}", "0")]
        self.cli("--dir", w.store, "init", "--name", "bench", *ports)
        self.cli("--dir", w.store, "catalogue", "load", base / "catalogue")
        s = Server(self, w)
        s.start()
        subprocess.run([self.tool("load"), "register", w.file, s.dir], check=True, capture_output=True, timeout=PATIENCE)
        s.stop()
        shutil.rmtree(w.store)
        s.dir.rename(w.store)
        self.worlds[name] = w

    def keep(self, name, **line):
        self.runs.setdefault(name, []).append(line)

    def wanted(self, name):
        return not self.only or any(o in name for o in self.only)

    # ---- floors ----
    def floor(self, what, *args):
        where = self.work / "floor"
        shutil.rmtree(where, ignore_errors=True)
        where.mkdir(parents=True)
        out = subprocess.run([self.tool("floor"), what, where, *map(str, args)], check=True, capture_output=True, text=True,
                             timeout=PATIENCE).stdout
        shutil.rmtree(where)
        return json.loads(out)

    def floors_of(self, name, line, window):
        """(b) and (c) with the record size, group size, connections and window that the run just had."""
        entry = max(64, line["push_bytes"] + 100)  # the blobs, and the entry's header and hash
        group = max(1, round(line["entries_per_commit"]))
        b = self.floor("lmdb", group, entry, self.size["floor_ms"])
        c = self.floor("tcp", max(line["agents"], 1), window, line["push_bytes"], line["ack_bytes"], self.size["floor_ms"])
        self.keep(f"{name}/floor", lmdb=b, tcp=c)

    def floor_sync(self):
        self.keep("floor (a)", **self.floor("sync", self.size["syncs"]))

    # ---- the office's day ----
    def midnight(self):
        """In a process of its own: the fold of ticks over a country in which every leaf has half-months."""
        catalogue = self.work / "scheduled"
        if not catalogue.exists():
            worlds.scheduled(DATA).write(catalogue, self.work / "scheduled.world")
        out = subprocess.run([self.tool("midnight"), catalogue], check=True, capture_output=True, timeout=PATIENCE).stdout
        line = json.loads(out)
        self.keep(line.pop("workload"), **line)

    def reading(self):
        """Everybody is asked about, and nobody has reported: all are silent in the longest list there can be."""
        base = self.work / "reading"
        clock = base / "clock"
        base.mkdir(parents=True)
        set_day(clock, "2024-04-10")
        w = worlds.scheduled(DATA)
        w.file, w.store = base / "world", base / "store"
        w.write(base / "catalogue", w.file)
        ports = [x for p in ("ingest", "feed", "query", "health") for x in (f"--port-{p}", "0")]
        self.cli("--dir", w.store, "init", "--name", "bench", "--clock", f"file:{clock}", *ports)
        self.cli("--dir", w.store, "catalogue", "load", base / "catalogue")
        keys = reading.viewer(w.file)
        self.cli("--dir", w.store, "agent", "add", "--unit", "VN", "--role", "viewer", "--key", keys[0])
        s = Server(self, w)
        s.start()
        for name, day in (("live", "2024-04-17"), ("frozen", "2024-04-25")):
            set_day(clock, day)
            self.until_today(s, day)
            self.cli("--dir", s.dir, "checkpoint")
            reader = reading.Reader(s.known["query"], s.known["key"], keys)
            for kind, fields in reading.questions("2024-04a").items():
                self.keep(f"reading, {name}: {kind}", **reader.ask(kind, **fields))
            reader.close()
        s.stop()
        s.remove()
        shutil.rmtree(base)

    def until_today(self, server, day):
        end = time.monotonic() + PATIENCE
        while f"today {day}" not in self.cli("--dir", server.dir, "status"):
            if time.monotonic() > end:
                raise SystemExit(f"the server does not come to {day}")
            time.sleep(0.1)

    # ---- the main job ----
    def push(self, name, agents, batch, window, updates, world="national", place=None):
        if not self.wanted(name):
            return
        s = Server(self, self.worlds[world], place)
        s.start()
        line = s.measured("--agents", agents, "--batch", batch, "--window", window, "--updates", updates)
        self.keep(name, **line)
        s.stop()
        s.remove()
        if not place:
            self.floors_of(name, line, window)

    def pushes(self):
        z = self.size
        self.push("1 agent, one in flight", 1, 1, 1, z["single"])
        self.push("100 agents, one in flight", 100, 1, 1, z["hundred"])
        self.push("1 x 64", 1, 64, 4, z["one"])
        self.push("100 x 64", 100, 64, 4, z["many"])
        self.push("100 x 64, sync costs nothing", 100, 64, 4, z["many"], place=self.memory)
        if "more" in z:
            self.push("700 x 64", 700, 64, 4, z["more"])
            self.push("100 x 64, 700 units", 100, 64, 4, z["more"], world="districts")
            self.push("100 x 64, 63 provinces", 100, 64, 4, z["more"], world="provinces")

    # ---- what an agent waits for when something heavy runs ----
    def beside(self, name, command):
        """100 x 64, and one heavy thing beside it: the longest time without any ack."""
        s = Server(self, self.worlds["national"])
        s.start()
        before = s.metrics()["tiendo_entries"]
        load = start(s.command("--agents", 100, "--batch", 64, "--window", 4, "--updates", self.size["many"]),
                     stdout=subprocess.PIPE, text=True)
        while s.metrics()["tiendo_entries"] < before + 500:  # it is under way
            time.sleep(0.01)
        done = subprocess.run(command(s), capture_output=True, text=True, timeout=PATIENCE)
        text, _ = load.communicate(timeout=PATIENCE)
        if done.returncode or load.returncode:
            raise SystemExit(f"{command(s)}: {done.stdout}{done.stderr}")
        line = json.loads(text)
        if "snapshot" in name:
            line["snapshot"] = json.loads(done.stdout)
        self.keep(name, **line)
        s.stop()
        s.remove()

    def single_reports(self, s, agent, command=None, most=100, reports=None):
        """One report each 2 ms, one in flight: how long its acks take, with `command` again and again beside it."""
        load = start(s.command("--agents", 0, "--updates", reports or self.size["reports"], "--probe", s.world.probe_path,
                                "--probe-agent", agent, "--probe-ms", 2), stdout=subprocess.PIPE, text=True)
        times = 0
        time.sleep(0.1)
        while command and load.poll() is None and times < most:
            subprocess.run(command, check=True, capture_output=True, timeout=PATIENCE)
            times += load.poll() is None
        text, _ = load.communicate(timeout=PATIENCE)
        if load.returncode or (command and not times):
            raise SystemExit(f"single reports, {times} times beside {command}: {s.log()[-2000:]}")
        return {**json.loads(text)["probe_ack_ms"], "times": times}

    def stalls(self):
        """The load is light here, so that an ack waits for the heavy thing alone, not for a group of 16,000 updates."""
        s = Server(self, self.worlds["national"], log="debug")
        s.start()
        s.load("--agents", 100, "--batch", 64, "--window", 4, "--updates", 499200)
        quiet = self.single_reports(s, 0)  # the 500,000th update is among them: a checkpoint of the whole country
        if "checkpoint of entry" not in s.log():
            raise SystemExit("no checkpoint was made while single reports came")
        line = {"checkpoint": quiet, "quiet": self.single_reports(s, 1),
                "snapshot": self.single_reports(s, 2, s.snapshot(2)),
                "catalogue load": self.single_reports(s, 3, s.catalogue_load(), 1, 2 * self.size["reports"])}
        for what in ("checkpoint", "snapshot", "catalogue load"):
            line[what]["additional"] = max(0, line[what]["max"] - line["quiet"]["max"])
        self.keep("longest ack stall, one report each 2 ms", **line)
        s.stop()
        s.remove()

    def national_snapshot(self):
        """A dashboard of the whole country starts while nobody reports."""
        s = Server(self, self.worlds["national"])
        s.start()
        s.load("--agents", 100, "--batch", 64, "--window", 4, "--updates", self.size["many"])
        out = subprocess.run(s.snapshot(3), check=True, capture_output=True, text=True, timeout=PATIENCE).stdout
        self.keep("national snapshot, idle", **json.loads(out))
        s.stop()
        s.remove()

    # ---- many subscribers ----
    def held(self, commits, probes, log):
        """Milliseconds from the commit that took a single report until a subscriber held it; all that are concerned."""
        durable = [c for c in struct.iter_unpack("=Qq", commits.read_bytes()) if c[0]]
        seen = {}
        for line in log.read_text().splitlines():
            who, version, ns = map(int, line.split())
            seen.setdefault(who, []).append((version, ns))
        wanted = [tuple(map(int, line.split())) for line in probes.read_text().splitlines()]
        out, at = [], 0
        for entry, _, _ in wanted:
            while durable[at][0] < entry:
                at += 1
            for versions in seen.values():
                ns = next((ns for version, ns in versions if version >= entry), None)
                if ns is not None:
                    out.append((ns - durable[at][1]) / 1e6)
        return spread(out), len(wanted) * len(seen) - len(out)

    def fan(self, n):
        name = f"fan-out to {n:,}"
        w, z = self.worlds["national"], self.size
        commits, log = self.work / "commits", self.work / "seen"
        probes = {"idle": self.work / "probes.idle", "busy": self.work / "probes.busy"}
        environment = {**os.environ, "LD_PRELOAD": str(self.tool("commits.so")), "BENCH_COMMITS": str(commits)}
        s = Server(self, w, environment=environment)
        s.start()
        fan = Talker(self.tool("fan"), w.file, s.known["feed"], s.known["query"], s.known["key"], n, w.probe_path, log)
        line = {"start": fan.hear()}
        cpu = s.cpu()
        # further apart than the feed's pace of 50 ms: each finds it at rest
        idle = s.load("--agents", 0, "--updates", z["probes"], "--probe", w.probe_path, "--probe-ms", 70, "--probe-log",
                      probes["idle"], feed=False)
        line["idle_cpu_s"] = sum(s.cpu().values()) - sum(cpu.values())
        line["light_ack_ms"] = self.single_reports(s, 2)
        theirs = fan.cpu()
        busy = s.measured("--agents", 100, "--batch", 64, "--window", 4, "--updates", z["many"], "--probe", w.probe_path,
                          "--probe-agent", 1, "--probe-log", probes["busy"], feed=False)
        time.sleep(2.5)  # what is owed is published within 1.1 s; who lacks something now has missed it
        line["subscribers_cpu_s"] = fan.cpu() - theirs
        fan.tell("check")
        line["end"] = fan.hear()
        fan.end()
        for what in probes:
            line[f"held_{what}_ms"], line[f"never_{what}"] = self.held(commits, probes[what], log)
        s.stop()
        s.remove()
        if line["end"]["unequal"]:
            raise SystemExit(f"{name}: {line['end']['unequal']} mirrors do not equal the centre's view")
        self.keep(name, **busy, probe_idle_ms=idle["probe_ack_ms"], **line)

    # ---- many lines ----
    def crowd(self):
        """2,000 offices with the daemon's own state machine: idle; then the centre is killed, and all come back with work."""
        w = self.worlds["national"]
        s = Server(self, w)
        s.start()
        before = s.memory_mb()
        crowd = Talker(self.tool("crowd"), w.file, s.known["ingest"], s.known["key"], worlds.CROWD)
        first = crowd.hear()
        line = {"agents": first["agents"], "welcome_s": first["welcome_at"] - first["began_at"],
                "rss_anon_mb": s.memory_mb() - before, "updates": worlds.CROWD * self.size["backlog"]}
        s.configure(**s.ports())
        s.stop(signal.SIGKILL)
        crowd.tell(f"queue {self.size['backlog']}")
        time.sleep(self.size["outage_s"])
        line["ready_s"] = s.start()
        back = crowd.hear()
        crowd.end()
        line.update(outage_s=self.size["outage_s"], all_welcome_s=back["welcome_at"] - s.began,
                    drained_s=back["drained_at"] - s.began, acked=back["acked"])
        if back["settled"] != line["updates"]:
            raise SystemExit(f"the crowd: {back}")
        self.keep("2,000 agents", **line)
        s.stop()
        s.remove()

    # ---- restart ----
    def restart(self, name, entries):
        """Killed with -9 under full load once the journal holds `entries` of 64; started; folded again from nothing."""
        s = Server(self, self.worlds["national"])
        empty = s.start()
        rss = s.memory_mb()
        before = s.metrics()["tiendo_entries"]
        began = time.monotonic()
        load = start(s.command("--agents", 100, "--batch", 64, "--window", 4, "--updates", 2 * entries * 64,
                                "--lazy", 1, "--seconds", LONG), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while s.metrics()["tiendo_entries"] < before + entries:
            if load.poll() is not None or time.monotonic() > began + LONG:
                raise SystemExit(f"the load ended early: {s.log()[-2000:]}")
            time.sleep(0.02)
        line = {"rss_anon_mb": s.memory_mb(), "rss_anon_idle_mb": rss, "empty_s": empty}
        s.stop(signal.SIGKILL)
        load.kill()
        load.wait(PATIENCE)
        line["ready_s"] = s.start()
        line.update(s.parts())
        line["rest_s"] = line["ready_s"] - line["load_s"] - line["fold_s"] - line["check_s"]
        line["entries"] = line.pop("entry") - before
        line["updates"] = line["entries"] * 64
        line["journal_mb"] = s.journal() / 2**20
        s.stop(signal.SIGKILL)
        line["rebuild_s"] = self.timed("--dir", s.dir, "rebuild")
        line["rebuild_updates_s"] = line["updates"] / max(line["rebuild_s"] - empty, 1e-3)
        line["verify_s"] = self.timed("--dir", s.dir, "verify")
        s.remove()
        self.keep(name, **line)

    # ---- order ----
    def round(self, n):
        z = self.size
        say(f"round {n + 1} of {self.rounds}, load average {os.getloadavg()[0]:.1f}")
        steps = [("floor (a)", self.rounds, self.floor_sync), ("midnight", self.rounds, self.midnight),
                 ("reading", z["reading_rounds"], self.reading),
                 ("", self.rounds, self.pushes),
                 ("stall", z["stall_rounds"], self.stalls),
                 ("snapshot", self.rounds, self.national_snapshot),
                 ("beside", z["beside_rounds"], lambda: self.beside("100 x 64 beside a snapshot", Server.snapshot)),
                 ("beside", z["beside_rounds"], lambda: self.beside("100 x 64 beside a catalogue load", Server.catalogue_load)),
                 *[("fan-out", z["fan_rounds"], lambda k=k: self.fan(k)) for k in (1, 100, 1000)],
                 ("crowd", z["crowd_rounds"], self.crowd),
                 *[(name, z["web_rounds"], lambda n=name, step=step: self.keep(n, **step(self))) for name, step in webside.STEPS],
                 ("restart", self.rounds, lambda: self.restart("restart", z["entries"])),
                 ("large", z["large_rounds"], lambda: self.restart("restart, large", z["large"]))]
        for name, rounds, step in steps:
            if n < rounds and (not name or self.wanted(name)):
                step()

    def run(self):
        try:
            for name in ["national"] + (["districts", "provinces"] if "more" in self.size else []):
                self.prepare(name)
            for n in range(self.rounds):
                self.round(n)
        finally:
            end_all()
            shutil.rmtree(self.memory, ignore_errors=True)
            shutil.rmtree(self.work, ignore_errors=True)


def set_day(clock, day):
    new = clock.with_suffix(".new")
    new.write_text(f"{day}T08:00:00+07:00\n", encoding="utf-8")
    new.rename(clock)


# ---- saying ----

def median(runs, *path):
    def at(run):
        for p in path:
            run = run.get(p) if isinstance(run, dict) else None
        return run
    values = [v for v in map(at, runs) if isinstance(v, (int, float))]
    return statistics.median(values) if values else None


def medians(runs):
    """Every number as its median over the runs, in the shape of a run."""
    def walk(value, path):
        if isinstance(value, dict):
            return {k: walk(v, path + (k,)) for k, v in value.items()}
        return median(runs, *path) if isinstance(value, (int, float)) else value
    return walk(runs[-1], ())


def over(a, b):
    return a / b if a and b else None


def lines(bench):
    """One dict per workload: medians, spread, ratios."""
    out = []
    for name, runs in bench.runs.items():
        if name.endswith("/floor"):
            continue
        line = {"workload": name, "rounds": len(runs), **medians(runs)}
        rates = [r["updates_s"] for r in runs if "updates_s" in r]
        if rates:
            line["updates_s_range"] = [min(rates), max(rates)]
        floors = bench.runs.get(f"{name}/floor")
        if floors:
            f = medians(floors)
            line["floor_b"], line["floor_c"] = f["lmdb"], f["tcp"]
            line["of_lmdb"] = over(line["updates_s"], f["lmdb"]["records_s"] * line["batch"])
            line["of_tcp"] = over(line["updates_s"], f["tcp"]["messages_s"] * line["batch"])
            line["ack_over_lmdb"] = over(line["ack_ms"]["p50"] * 1e3, f["lmdb"]["commit_us"]["p50"])
        out.append(line)
    return out


def machine():
    model = next((line.split(":", 1)[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), "?")
    return f"{os.cpu_count()} cores ({model}), Linux {os.uname().release}, load average at the start {os.getloadavg()[0]:.1f}"


SIZES = {
    "quick": dict(rounds=1, single=300, hundred=5000, one=30000, many=320000, probes=20, reports=700, backlog=64, outage_s=1,
                  entries=5000, large=0, syncs=200, floor_ms=200, stall_rounds=1, beside_rounds=0, fan_rounds=1,
                  crowd_rounds=1, large_rounds=0, reading_rounds=1, web_rounds=1, changes=100, answers=20,
                  loads=3),
    "default": dict(rounds=5, single=900, hundred=20000, one=60000, many=640000, more=627200, probes=30, reports=1000,
                    backlog=64, outage_s=3, entries=10000, large=100000, syncs=500, floor_ms=500, stall_rounds=3,
                    beside_rounds=3, fan_rounds=1, crowd_rounds=1, large_rounds=1, reading_rounds=1, web_rounds=1, changes=1000,
                    answers=50, loads=10),
    "full": dict(rounds=5, single=900, hundred=50000, one=60000, many=1280000, more=1254400, probes=50, reports=1000,
                 backlog=64, outage_s=10, entries=30000, large=1000000, syncs=1000, floor_ms=1000, stall_rounds=5,
                 beside_rounds=5, fan_rounds=5, crowd_rounds=5, large_rounds=1, reading_rounds=3, web_rounds=3, changes=3000,
                 answers=100, loads=20),
}


def main():
    p = argparse.ArgumentParser()
    p.add_argument("build", type=Path)
    p.add_argument("--size", choices=SIZES, default="default")
    p.add_argument("--rounds", type=int)
    p.add_argument("--only", action="append", help="for a look at one thing: workloads whose name holds this; no report")
    a = p.parse_args()
    size = SIZES[a.size]
    about, began = machine(), time.monotonic()
    bench = Bench((ROOT / a.build).resolve(), size, a.rounds or size["rounds"], a.only)
    bench.run()
    head = {"workload": "about", "size": a.size, "rounds": bench.rounds, "machine": about,
            "seconds": time.monotonic() - began, "tree": "vn63" if DATA.exists() else "generated",
            "date": time.strftime("%Y-%m-%d", time.gmtime())}
    text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in [head] + lines(bench))
    print(text, end="", flush=True)
    if a.only:
        return
    path = bench.dir / f"lines-{a.size}.json"
    path.write_text(text, encoding="utf-8")
    (bench.dir / "table.md").write_text(report.tables(report.read(path)), encoding="utf-8")
    say(f"{path}, {bench.dir / 'table.md'}")


if __name__ == "__main__":
    main()
