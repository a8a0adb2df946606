# SPDX-License-Identifier: Apache-2.0
"""make bench: what the main job costs on this machine, beside floors measured in the same run.

A real server (release build, CURVE, chain, MACs, full sync, one subscriber of the whole country) in build/bench/, and
load.c playing the agents over loopback. One JSON line per workload goes to standard output and to build/bench/lines.json;
build/bench/table.md is the table that docs/PERFORMANCE.md holds. Rounds are interleaved (every workload and every floor
once, then again), the figures are medians; each run begins from a fresh copy of the same prepared store.
"""
import argparse
import json
import os
import shutil
import signal
import statistics
import subprocess
import sys
import time
from pathlib import Path

import worlds

ROOT = Path(__file__).resolve().parent.parent.parent
DATA = ROOT.parent / "shared/data/vn63/units_2023-04.csv"
if not DATA.exists():  # a second work tree stands one folder deeper
    DATA = ROOT.parent.parent / "shared/data/vn63/units_2023-04.csv"
PATIENCE = 120


def say(text):
    print(f"bench: {text}", file=sys.stderr, flush=True)


class Server:
    """One run on a copy of a prepared store."""

    def __init__(self, bench, store, place=None):
        self.bench = bench
        self.dir = (place or bench.dir) / "run"
        shutil.rmtree(self.dir, ignore_errors=True)
        shutil.copytree(store, self.dir)
        self.process, self.known = None, {}

    def start(self):
        """Seconds until it is ready for agents."""
        (self.dir / "endpoints").unlink(missing_ok=True)
        began = time.monotonic()
        self.log = open(self.dir / "log", "ab")
        self.process = subprocess.Popen([self.bench.server, "--dir", self.dir, "run"], stdin=subprocess.DEVNULL,
                                        stdout=self.log, stderr=self.log)
        while not self.ready():
            if self.process.poll() is not None or time.monotonic() > began + PATIENCE:
                raise SystemExit(f"the server did not start:\n{(self.dir / 'log').read_text()}")
            time.sleep(0.001)
        return time.monotonic() - began

    def ready(self):
        """Written when the sockets are bound and the self-test is done: whoever connects now is served."""
        try:
            lines = (self.dir / "endpoints").read_text().splitlines()
        except FileNotFoundError:
            return False
        self.known = dict(line.split(" = ", 1) for line in lines)
        return "pid" in self.known

    def stop(self, how=signal.SIGTERM):
        self.process.send_signal(how)
        self.process.wait(PATIENCE)

    def remove(self):
        shutil.rmtree(self.dir, ignore_errors=True)

    # ---- what it used ----
    def cpu(self):
        """Seconds on a core by thread: {'ingest loop': ...}; the names are the kernel's, so they are told apart by use."""
        out = {"io": 0.0, "own": 0.0}
        for task in Path(f"/proc/{self.process.pid}/task").iterdir():
            name = (task / "comm").read_text().strip()
            seconds = int((task / "schedstat").read_text().split()[0]) / 1e9
            out["io" if name.startswith("ZMQ") else "own"] += seconds
        return out

    def memory_mb(self):
        for line in Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("RssAnon"):
                return int(line.split()[1]) / 1024
        return None

    def journal(self):
        """Bytes that the file takes on disk."""
        return (self.dir / "journal/data.mdb").stat().st_blocks * 512

    def metrics(self):
        import urllib.request
        with urllib.request.urlopen(self.known["health"] + "/metrics", timeout=10) as answer:
            lines = answer.read().decode().splitlines()
        return {k: float(v) for k, v in (line.rsplit(" ", 1) for line in lines if line and line[0] != "#")}

    # ---- load ----
    def load(self, world, *args, feed=True):
        command = [self.bench.load, "push", world.file, "--ingest", self.known["ingest"], "--key", self.known["key"],
                   *(["--feed", self.known["feed"]] if feed else []), *map(str, args)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE * 2)
        if done.returncode:
            raise SystemExit(f"{done.stderr}\nthe server said:\n{(self.dir / 'log').read_text()[-2000:]}")
        return json.loads(done.stdout)

    def measured(self, world, *args):
        """The load's line with what the server used for it."""
        cpu, disk, was = self.cpu(), self.journal(), self.metrics()
        line = self.load(world, *args)
        after, now = self.cpu(), self.metrics()
        updates = line["updates"] or 1
        commits = now["tiendo_commits"] - was["tiendo_commits"]
        entries = now["tiendo_entries"] - was["tiendo_entries"]
        line.update(commits=commits, entries=entries, entries_per_commit=entries / max(commits, 1),
                    server_cpu_us=(after["own"] - cpu["own"]) / updates * 1e6,
                    server_io_us=(after["io"] - cpu["io"]) / updates * 1e6,
                    disk_bytes=(self.journal() - disk) / updates, rss_anon_mb=self.memory_mb())
        return line


class Bench:
    def __init__(self, build, size, rounds):
        self.build, self.size, self.rounds = build, size, rounds
        self.dir = ROOT / "build/bench"
        self.server, self.load_program, self.floor_program = (build / n for n in ("tiendo-server", "bench/load", "bench/floor"))
        self.load = self.load_program
        shutil.rmtree(self.dir, ignore_errors=True)
        self.dir.mkdir(parents=True)
        self.memory = Path("/dev/shm") / f"tiendo-bench.{os.getpid()}"
        self.runs = {}     # name -> [dict]
        self.worlds = {}

    def cli(self, *args):
        done = subprocess.run([self.server, *map(str, args)], capture_output=True, text=True, timeout=PATIENCE)
        if done.returncode:
            raise SystemExit(f"tiendo-server {args}: {done.stdout}{done.stderr}")
        return done.stdout

    def prepare(self, name):
        say(f"making the store `{name}`")
        w = getattr(worlds, name)(DATA)
        base = self.dir / name
        w.probe_path = w.probe()
        w.file, w.store = base / "world", base / "store"
        w.write(base / "catalogue", w.file)
        ports = [x for p in ("ingest", "feed", "query", "health") for x in (f"--port-{p}", "0")]
        self.cli("--dir", w.store, "init", "--name", "bench", *ports)
        self.cli("--dir", w.store, "catalogue", "load", base / "catalogue")
        s = Server(self, w.store)
        s.start()
        subprocess.run([self.load, "register", w.file, s.dir], check=True, capture_output=True, timeout=PATIENCE)
        s.stop()
        shutil.rmtree(w.store)
        s.dir.rename(w.store)
        self.worlds[name] = w

    def keep(self, name, **line):
        self.runs.setdefault(name, []).append(line)

    # ---- floors ----
    def floor(self, what, *args, place=None):
        where = (place or self.dir) / "floor"
        shutil.rmtree(where, ignore_errors=True)
        where.mkdir(parents=True)
        out = subprocess.run([self.floor_program, what, where, *map(str, args)], check=True, capture_output=True, text=True,
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

    # ---- workloads ----
    def push(self, name, world, agents, batch, window, updates, place=None, floors=True, probe=True):
        w = self.worlds[world]
        s = Server(self, w.store, place)
        s.start()
        line = s.measured(w, "--agents", agents, "--batch", batch, "--window", window, "--updates", updates, "--seconds",
                          PATIENCE, *(["--probe", w.probe_path] if probe else []))
        self.keep(name, **line)
        s.stop()
        s.remove()
        if floors:
            self.floors_of(name, line, window)

    def seen(self):
        """Nobody else reports: how long until a subscriber holds a figure."""
        w = self.worlds["national"]
        s = Server(self, w.store)
        s.start()
        # further apart than the feed's pace of 50 ms: each finds it at rest
        line = s.load(w, "--agents", 0, "--updates", self.size["probes"], "--probe", w.probe_path, "--probe-ms", 70,
                      "--seconds", PATIENCE)
        self.keep("seen, idle", probe_ack_ms=line["probe_ack_ms"], seen_ms=line["seen_ms"])
        s.stop()
        s.remove()

    def beside(self, name, command):
        """100 x 64, and one heavy thing beside it: what the agents notice is the longest time without any ack."""
        w = self.worlds["national"]
        s = Server(self, w.store)
        s.start()
        push = [self.load, "push", w.file, "--ingest", s.known["ingest"], "--key", s.known["key"], "--feed", s.known["feed"],
                "--agents", 100, "--batch", 64, "--window", 4, "--updates", self.size["many"], "--seconds", PATIENCE]
        before = s.metrics()["tiendo_entries"]
        load = subprocess.Popen([str(a) for a in push], stdout=subprocess.PIPE, text=True)
        while s.metrics()["tiendo_entries"] < before + 500:  # it is under way
            time.sleep(0.01)
        done = subprocess.run([str(a) for a in command(s, w)], capture_output=True, text=True, timeout=PATIENCE)
        text, _ = load.communicate(timeout=PATIENCE)
        if done.returncode or load.returncode:
            raise SystemExit(f"{command(s, w)}: {done.stdout}{done.stderr}")
        line = json.loads(text)
        if name.startswith("snapshot"):
            line["snapshot"] = json.loads(done.stdout)
        self.keep(f"100 x 64 beside a {name}", **line)
        s.stop()
        s.remove()

    def snapshot(self):
        """A dashboard of the whole country starts while nobody reports."""
        w = self.worlds["national"]
        s = Server(self, w.store)
        s.start()
        s.load(w, "--agents", 100, "--batch", 64, "--window", 4, "--updates", self.size["many"], "--seconds", PATIENCE)
        out = subprocess.run([self.load, "snapshot", w.file, "--query", s.known["query"], "--key", s.known["key"],
                              "--updates", "1"], check=True, capture_output=True, text=True, timeout=PATIENCE).stdout
        self.keep("national snapshot, idle", **json.loads(out))
        s.stop()
        s.remove()

    def idle(self):
        """2,100 agents that are connected, welcome, and say nothing."""
        w = self.worlds["national"]
        s = Server(self, w.store)
        s.start()
        before = s.memory_mb()
        began = time.monotonic()
        crowd = [subprocess.Popen([self.load, "idle", w.file, "--ingest", s.known["ingest"], "--key", s.known["key"],
                                   "--agents", "700"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
                 for _ in range(3)]
        if not all(p.stdout.readline().strip() for p in crowd):
            raise SystemExit("idle agents were not welcomed")
        self.keep("2,100 idle agents", welcome_s=time.monotonic() - began, rss_anon_mb=s.memory_mb() - before)
        for p in crowd:
            p.stdin.close()
            p.wait(PATIENCE)
        s.stop()
        s.remove()

    def restart(self):
        """Killed with -9 under load; then started, then folded again from nothing."""
        w = self.worlds["national"]
        s = Server(self, w.store)
        empty = s.start()
        rss = s.memory_mb()
        updates = self.size["restart"]
        line = s.measured(w, "--agents", 100, "--batch", 64, "--window", 4, "--updates", updates, "--seconds", PATIENCE)
        s.stop(signal.SIGKILL)
        again = s.start()
        s.stop(signal.SIGKILL)
        began = time.monotonic()
        self.cli("--dir", s.dir, "rebuild")
        rebuild = time.monotonic() - began
        began = time.monotonic()
        self.cli("--dir", s.dir, "verify")
        verify = time.monotonic() - began
        s.remove()
        self.keep("restart", updates=line["updates"], entries=line["entries"], empty_s=empty, ready_s=again,
                  rebuild_s=rebuild, verify_s=verify, rebuild_updates_s=line["updates"] / max(rebuild - empty, 1e-3),
                  rss_anon_idle_mb=rss, rss_anon_mb=line["rss_anon_mb"])

    def round(self, n):
        z = self.size
        say(f"round {n + 1} of {self.rounds}, load average {os.getloadavg()[0]:.1f}")
        self.keep("floor: sync", **self.floor("sync", z["syncs"]))
        self.push("1 agent, one in flight", "national", 1, 1, 1, z["single"], probe=False)
        self.push("100 agents, one in flight", "national", 100, 1, 1, z["hundred"])
        self.push("1 x 64", "national", 1, 64, 4, z["one"])
        self.push("100 x 64", "national", 100, 64, 4, z["many"])
        self.push("100 x 64, sync costs nothing", "national", 100, 64, 4, z["many"], place=self.memory, floors=False)
        if "more" in z:
            self.push("700 x 64", "national", 700, 64, 4, z["more"])
            self.push("100 x 64, 63 provinces", "provinces", 100, 64, 4, z["more"], floors=False)
        self.seen()
        self.snapshot()
        self.beside("snapshot", lambda s, w: [self.load, "snapshot", w.file, "--query", s.known["query"], "--key",
                                              s.known["key"], "--updates", 1])
        self.beside("catalogue load", lambda s, w: [self.server, "--dir", s.dir, "catalogue", "load",
                                                    w.file.parent / "catalogue"])
        if "more" in z and n == 0:
            self.idle()
        self.restart()

    def run(self):
        try:
            for name in ["national"] + (["provinces"] if "more" in self.size else []):
                self.prepare(name)
            for n in range(self.rounds):
                self.round(n)
        finally:
            shutil.rmtree(self.memory, ignore_errors=True)


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
            b_updates = f["lmdb"]["records_s"] * line["batch"]
            line["floor_b"], line["floor_c"] = f["lmdb"], f["tcp"]
            line["of_lmdb"] = over(line["updates_s"], b_updates)
            line["of_tcp"] = over(line["updates_s"], f["tcp"]["messages_s"] * line["batch"])
            line["ack_over_lmdb"] = over(line["ack_ms"]["p50"] * 1e3, f["lmdb"]["commit_us"]["p50"])
        if name == "100 x 64":
            free = bench.runs["100 x 64, sync costs nothing"]
            line["of_no_sync"] = over(line["updates_s"], median(free, "updates_s"))
        out.append(line)
    return out


def number(value, digits=0):
    return "–" if value is None else f"{value:,.{digits}f}"


def table(bench, all_lines):
    by = {line["workload"]: line for line in all_lines}
    rows = ["| workload | updates/s | ack p50 / p99 / max ms | entries a commit | of LMDB alone (b) | of TCP + file (c) | "
            "server CPU µs an update: own + ZeroMQ | disk B an update |", "|---|---|---|---|---|---|---|---|"]
    for line in all_lines:
        if "server_cpu_us" not in line:
            continue
        ack = line["ack_ms"]
        rows.append(f"| {line['workload']} | {number(line['updates_s'])} | {ack['p50']:.2f} / {ack['p99']:.1f} / {ack['max']:.1f} | "
                    f"{number(line['entries_per_commit'], 1)} | {number(line.get('of_lmdb'), 2)} | {number(line.get('of_tcp'), 2)} | "
                    f"{line['server_cpu_us']:.2f} + {line['server_io_us']:.2f} | {number(line['disk_bytes'])} |")
    sync, one, restart = by["floor: sync"], by["1 agent, one in flight"], by["restart"]
    rows += ["", "| what | figure |", "|---|---|",
             f"| floor (a): fdatasync of a 128-byte append, file grows | {sync['growing_us']['p50']:.0f} µs (p99 {sync['growing_us']['p99']:.0f}) |",
             f"| floor (a): the same, blocks written before | {sync['filled_us']['p50']:.0f} µs (p99 {sync['filled_us']['p99']:.0f}) |",
             f"| floor (b): LMDB commit of one record | {one['floor_b']['commit_us']['p50']:.0f} µs |",
             f"| 1 agent, one in flight: median ack / floor (b) | {number(one['ack_over_lmdb'], 2)} |",
             f"| 100 x 64 / the same with a store in memory (sync costs nothing) | {number(by['100 x 64'].get('of_no_sync'), 2)} |"]
    for name in ("seen, idle", "100 x 64"):
        label = "one report at a time" if name == "seen, idle" else "under 100 x 64"
        if "seen_ms" in by[name]:
            rows.append(f"| acknowledged -> held by a subscriber, {label}: p50 / p99 | {by[name]['seen_ms']['p50']:.0f} / {by[name]['seen_ms']['p99']:.0f} ms |")
    rows.append(f"| longest time without any ack under 100 x 64 (a group takes as long; a checkpoint is among it) | "
                f"{by['100 x 64']['stall_ms']:.0f} ms |")
    for what in ("snapshot", "catalogue load"):
        rows.append(f"| ... while a national {what} is made | {by['100 x 64 beside a ' + what]['stall_ms']:.0f} ms |")
    snapshot, under = by["national snapshot, idle"], by["100 x 64 beside a snapshot"]["snapshot"]
    rows.append(f"| national snapshot, {number(snapshot['grains'])} grains, {snapshot['bytes'] / 2**20:.0f} MiB: idle / under "
                f"100 x 64 | {snapshot['seconds']:.2f} / {under['seconds']:.2f} s |")
    if "2,100 idle agents" in by:
        rows.append(f"| 2,100 idle agents more: RssAnon; all welcome after | {by['2,100 idle agents']['rss_anon_mb']:.0f} MiB; "
                    f"{by['2,100 idle agents']['welcome_s']:.1f} s |")
    rows += [
             f"| start of an empty national store | {restart['empty_s']:.2f} s |",
             f"| ready after kill -9, {number(restart['entries'])} entries, {number(restart['updates'])} updates | {restart['ready_s']:.2f} s |",
             f"| `rebuild`, updates/s | {number(restart['rebuild_updates_s'])} |",
             f"| `verify` of the same | {restart['verify_s']:.2f} s |",
             f"| RssAnon, national tree, empty / after {number(restart['updates'])} updates | {restart['rss_anon_idle_mb']:.0f} / {restart['rss_anon_mb']:.0f} MiB |"]
    if "100 x 64, 63 provinces" in by:
        rows.append(f"| RssAnon, 63 provinces x 200 items | {by['100 x 64, 63 provinces']['rss_anon_mb']:.0f} MiB |")
    return "\n".join(rows) + "\n"


def machine():
    model = next((line.split(":", 1)[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), "?")
    return f"{os.cpu_count()} cores ({model}), Linux {os.uname().release}, load average at the start {os.getloadavg()[0]:.1f}"


SIZES = {
    "quick": dict(rounds=1, single=300, hundred=5000, one=30000, many=320000, probes=40, restart=320000, syncs=200, floor_ms=300),
    "default": dict(rounds=5, single=900, hundred=20000, one=60000, many=640000, more=627200, probes=50, restart=640000,
                    syncs=500, floor_ms=500),
    "full": dict(rounds=5, single=900, hundred=50000, one=60000, many=2000000, more=1881600, probes=200, restart=8000000,
                 syncs=1000, floor_ms=1000),
}


def main():
    p = argparse.ArgumentParser()
    p.add_argument("build", type=Path)
    p.add_argument("--size", choices=SIZES, default="default")
    p.add_argument("--rounds", type=int)
    a = p.parse_args()
    size = SIZES[a.size]
    about, began = machine(), time.monotonic()
    bench = Bench((ROOT / a.build).resolve(), size, a.rounds or size["rounds"])
    bench.run()
    all_lines = lines(bench)
    with open(bench.dir / "lines.json", "w", encoding="utf-8") as f:
        for line in all_lines:
            text = json.dumps(line, ensure_ascii=False)
            print(text)
            f.write(text + "\n")
    head = (f"{about}; {bench.rounds} interleaved rounds, size `{a.size}`, {time.monotonic() - began:.0f} s; "
            f"tree: {'vn63' if DATA.exists() else 'generated'}.\n\n")
    (bench.dir / "table.md").write_text(head + table(bench, all_lines), encoding="utf-8")
    say(f"{bench.dir / 'table.md'}")


if __name__ == "__main__":
    main()
