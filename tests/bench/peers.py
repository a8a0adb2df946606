# SPDX-License-Identifier: Apache-2.0
"""make bench-peers: tiendo beside the systems that would be taken instead, on this machine, in the same run.

Every row is the same updates (what load.c sends: world.c), 100 clients with batches of 64 and four batches of each in
flight; some rows also one client with one update in flight. Rounds are interleaved, figures are medians. After each run
the server must hold what it acknowledged: all sums of the centre, the provinces and the districts where it keeps sums,
else the number of messages. One JSON line per row goes to standard output and to build/peers/lines.json; the table to
build/bench/peers.md; the picture to build/peers/peers.svg; with --docs also into docs/.
"""
import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

import peers_report as report
import peers_servers as servers
import worlds
from peers_rows import ROWS

ROOT = Path(__file__).resolve().parent.parent.parent
DATA = next((p for p in (ROOT.parent / "shared/data/vn63/units_2023-04.csv", ROOT.parent.parent / "shared/data/vn63/units_2023-04.csv")
             if p.exists()), Path("/nowhere"))
PATIENCE = 150
SIZES = {"quick": dict(rounds=1, ms=1000, share=0.25, single=300, single_ms=800),
         "default": dict(rounds=3, ms=2000, share=1, single=1000, single_ms=1500),
         "full": dict(rounds=5, ms=8000, share=1.5, single=5000, single_ms=8000)}
AGAIN = dict(agents=1, batch=64, window=1, cells=320)  # four times each: a difference that is wrong shows here
CROWD, ONE = dict(agents=100, batch=64, window=4), dict(agents=1, batch=1, window=1)


def say(text):
    print(f"peers: {text}", file=sys.stderr, flush=True)


class Bench:
    def __init__(self, build, size, rounds, only):
        self.build, self.size, self.rounds = build, size, rounds
        self.work = ROOT / "build/peers"
        shutil.rmtree(self.work, ignore_errors=True)
        self.work.mkdir(parents=True)
        self.world = worlds.national(DATA)
        self.world.file, self.world.catalogue = self.work / "world", self.work / "catalogue"
        self.world.write(self.world.catalogue, self.world.file)
        kinds = [servers.Tiendo(self.work, build, self.world), servers.Postgres(self.work, build, self.world),
                 servers.Redis(self.work), servers.Rabbitmq(self.work), servers.Nats(self.work), servers.Mosquitto(self.work)]
        self.servers = {s.name: s for s in kinds if not only or s.name in only or s.name == "tiendo"}
        self.left_out, self.versions, self.runs, self.sums, self.checked = {}, {}, {}, {}, {}

    def look(self):
        """Who can be measured here?"""
        for name, s in self.servers.items():
            why = s.missing()
            if not why and name != "tiendo" and not (self.build / "bench/peers" / name).exists():
                why = "its load generator was not built: a library is missing"
            if why:
                self.leave_out(name, why)
            else:
                self.versions[name] = s.version()

    def leave_out(self, name, why):
        say(f"{name} is left out: {why}")
        self.left_out[name] = why

    # ---- one run ----
    def options(self, shape, updates, ms, mode):
        more = ["--mode", mode] if mode else []
        return [*more, *(x for k, v in shape.items() for x in (f"--{k}", v)), "--updates", updates, "--ms", ms]

    def call(self, command):
        done = subprocess.run([str(c) for c in command], capture_output=True, text=True, timeout=PATIENCE)
        if done.returncode:
            raise servers.Failed(done.stderr.strip()[-400:] or f"ended with {done.returncode}")
        return json.loads(done.stdout)

    def expected(self, args):
        """What tiendo's figures must be after these pushes."""
        key = tuple(map(str, args))
        if key not in self.sums:
            self.sums[key] = self.call([self.build / "bench/peers/nobody", self.world.file, *args])["sums"]
        return self.sums[key]

    def compare(self, figures, expected):
        """Counts are sums of values; points stand only at who reported them, and a task's figure is its state."""
        kinds, compared = dict(self.world.sets[0]), 0
        for unit, items in expected.items():
            for item, (reported, numerator, denominator) in items.items():
                f = figures[unit][item]
                held = {"r": (f["numerator"], f["denominator"]), "c": (f["value"], 0)}.get(kinds.get(item), (numerator, denominator))
                if (f["reported"], *(x or 0 for x in held)) != (reported, numerator, denominator):
                    raise servers.Failed(f"{unit} {item} is {f}, not {(reported, numerator, denominator)}")
                compared += 1
        return compared

    def run(self, s, mode, shape, updates, ms):
        args = self.options(shape, updates, ms, mode)
        if not s.process:
            s.start()
        before = s.cpu() if s.name == "tiendo" else None
        line = self.call(s.load(self.world, self.build / "bench/peers" / s.name, args))
        if s.name == "tiendo":
            line["server_cpu_us"] = (s.cpu() - before) / line["updates"] * 1e6
            line["sums_compared"] = self.compare(s.figures(), self.expected(self.options(shape, updates, 600000, None)))
        if not getattr(s, "stays", False):
            s.stop()
        return line

    def row(self, row):
        s, z = self.servers.get(row.server), self.size
        if not s or row.server in self.left_out:
            return
        try:
            updates = int(row.updates * z["share"])
            if row.sums != "none" and row.key not in self.checked and row.server != "tiendo":
                self.checked[row.key] = self.run(s, row.mode, AGAIN, 1280, 60000)["sums_compared"]
            self.keep(f"{row.key}, 100 x 64", row, self.run(s, row.mode, CROWD, updates, z["ms"]))
            if row.single:
                self.keep(f"{row.key}, one in flight", row, self.run(s, row.mode, ONE, z["single"], z["single_ms"]))
        except (servers.Failed, subprocess.SubprocessError, OSError) as e:
            s.stop()
            if row.server == "tiendo":
                raise
            self.leave_out(row.server, f"{row.key}: {e}")

    def keep(self, name, row, line):
        self.runs.setdefault(name, (row, []))[1].append(line)

    def all(self):
        try:
            self.look()
            for n in range(self.rounds):
                say(f"round {n + 1} of {self.rounds}, load average {os.getloadavg()[0]:.1f}")
                for row in ROWS:
                    self.row(row)
                    following = next((r.server for r in ROWS[ROWS.index(row) + 1:]), None)
                    if row.server in self.servers and following != row.server and self.servers[row.server].process:
                        self.servers[row.server].stop()
        finally:
            for s in self.servers.values():
                s.stop()
                s.remove()


def medians(runs):
    def walk(path):
        value = runs[-1]
        for p in path:
            value = value[p]
        if isinstance(value, dict):
            return {k: walk(path + (k,)) for k in value}
        out = []
        for r in runs:
            for p in path:
                r = r[p]
            out.append(r)
        return statistics.median(out)
    return walk(())


def lines(bench):
    out = []
    for name, (row, runs) in bench.runs.items():
        if row.server in bench.left_out:
            continue
        rates = [r["updates_s"] for r in runs]
        out.append({"workload": name, "peer": row.key, "server": row.server, "version": bench.versions[row.server],
                    "rounds": len(runs), **medians(runs), "updates_s_range": [min(rates), max(rates)]})
    return out


def machine():
    model = next((line.split(":", 1)[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), "?")
    load = os.getloadavg()[0]
    busy = " (busy with other work: too low, and noisy)" if load > 1 else ""
    return f"{os.cpu_count()} cores ({model}), Linux {os.uname().release}, load average at the start {load:.1f}{busy}"


def main():
    p = argparse.ArgumentParser()
    p.add_argument("build", type=Path)
    p.add_argument("--size", choices=SIZES, default="default")
    p.add_argument("--rounds", type=int)
    p.add_argument("--only", nargs="*", help="postgres redis rabbitmq nats mosquitto")
    p.add_argument("--docs", action="store_true", help="docs/PERFORMANCE.md and docs/peers.svg too")
    a = p.parse_args()
    size, about, began = SIZES[a.size], machine(), time.monotonic()
    bench = Bench((ROOT / a.build).resolve(), size, a.rounds or size["rounds"], a.only)
    bench.all()
    all_lines = lines(bench)
    all_lines.append(report.goal(all_lines))
    with open(bench.work / "lines.json", "w", encoding="utf-8") as f:
        for line in all_lines:
            text = json.dumps(line, ensure_ascii=False)
            print(text)
            f.write(text + "\n")
    about += f"; {bench.rounds} interleaved rounds, size `{a.size}`, {time.monotonic() - began:.0f} s"
    report.write(ROOT, bench.work, all_lines, about, bench.left_out, {n: s.settings for n, s in bench.servers.items()}, a.docs)
    say(f"{ROOT / 'build/bench/peers.md'}")


if __name__ == "__main__":
    main()
