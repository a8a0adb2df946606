# SPDX-License-Identifier: Apache-2.0
"""The gateway under load: a real tiendo-web beside a real server, and browsers.c playing its readers (run.py calls it).

50 changed units a second, from all over the country; every figure is taken from the journal's commit to the last byte of the
event at the browser, beside a raw ZeroMQ subscriber in the same run.
"""
import json
import os
import re
import shutil
import statistics
import struct
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

from centre import PATIENCE, Server, Talker, spread, start

ROOT = Path(__file__).resolve().parent.parent.parent
CHROMIUM = Path("/usr/bin/chromium")
PACE_MS = 20  # between two changed units: 50 a second
STREAMS = 15000  # as many as anybody wants: the limits are the tests' business
FIRST_CHANGES = 50  # before anything is measured: streams and the feed's pace have settled
QUESTIONS = {"board": "board?unit=VN", "tree": "tree?unit=VN&plan=QG", "below": "below?unit=VN&item=QG", "search": "search?q=tan+thanh",
             "figures": "figures?unit=VN", "items": "items", "state": "state"}


class Gateway:
    def __init__(self, bench, server, program=None, public=True):
        self.bench, self.server = bench, server
        self.program = program or bench.build / "tiendo-web"
        self.dir = server.dir / "web"
        key = self.cli("init", "--server-key", server.known["key"], "--query", server.known["query"], "--feed",
                       server.known["feed"], "--port", "0", *(["--public"] if public else []))
        conf = self.dir / "web.conf"
        conf.write_text(re.sub(r"(?m)^#?\s*(connections|streams|streams_each) = .*$", rf"\1 = {STREAMS}", conf.read_text()))
        bench.cli("--dir", server.dir, "agent", "add", "--unit", "VN", "--role", "operator", "--key", key.strip())
        self.process = None

    def cli(self, *args):
        done = subprocess.run([self.program, "--dir", self.dir, *args], capture_output=True, text=True, timeout=PATIENCE)
        if done.returncode:
            raise SystemExit(f"tiendo-web {args}: {done.stdout}{done.stderr}")
        return done.stdout

    def start(self):
        """Seconds until it has the whole picture, and shows it."""
        began = time.monotonic()
        with open(self.dir / "log", "wb") as log:
            self.process = start([self.program, "--dir", self.dir, "run"], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self.port = None
        while not self.shows():
            if self.process.poll() is not None or time.monotonic() > began + PATIENCE:
                raise SystemExit(f"the gateway did not start:\n{self.log()[-2000:]}")
            time.sleep(0.005)
        return time.monotonic() - began

    def log(self):
        return (self.dir / "log").read_text()

    def shows(self):
        if not self.port:
            line = next((x for x in self.log().splitlines() if "http://" in x), None)
            self.port = line and int(line.split("http://", 1)[1].split("/", 1)[0].rsplit(":", 1)[1])
        try:
            return self.port and self.get("state")
        except (urllib.error.URLError, ConnectionError):
            return None

    def get(self, what, packed=False):
        ask = urllib.request.Request(f"http://127.0.0.1:{self.port}/api/v1/{what}",
                                     headers={"Accept-Encoding": "gzip"} if packed else {})
        with urllib.request.urlopen(ask, timeout=PATIENCE) as answer:
            return answer.read()

    def memory_mb(self, name="VmRSS"):
        for line in Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith(name + ":"):
                return int(line.split()[1]) / 1024
        return None

    def cpu(self):
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def stop(self):
        self.process.terminate()
        self.process.wait(PATIENCE)


class Live:
    """A server whose commits are noted, with every cell of the country reported, its gateway, and browsers."""

    def __init__(self, bench, filled=False):
        self.bench, self.world = bench, bench.worlds["national"]
        self.commits = bench.work / "commits"
        self.server = Server(bench, self.world, environment={**os.environ, "LD_PRELOAD": str(bench.tool("commits.so")),
                                                             "BENCH_COMMITS": str(self.commits)})
        self.server.start()
        if filled:
            cells = self.world.cells()
            self.server.load("--agents", 1, "--batch", 64, "--window", 4, "--lazy", 1, "--updates", -(-cells // 64) * 64,
                             feed=False)
        self.gateway = Gateway(bench, self.server)
        self.probe = 0

    def browsers(self, n, depth):
        s = self.server
        self.pages = Talker(self.bench.tool("browsers"), self.world.file, self.gateway.port, s.known["feed"], s.known["key"],
                            n, depth)
        return self.pages.hear()

    def tell(self, text):
        self.pages.tell(text)
        return self.pages.hear()

    def change(self, n):
        """n units change, one each PACE_MS; what browsers.c saw of it, and what it cost the gateway."""
        self.report(FIRST_CHANGES)
        self.tell("forget")
        cpu, began = self.gateway.cpu(), time.monotonic()
        log = self.report(n)
        line = self.tell(f"check {self.commits} {log}")
        line["gateway_cpu_cores"] = (self.gateway.cpu() - cpu) / (time.monotonic() - began)
        return line

    def report(self, n):
        log = self.bench.work / "probes.web"
        self.server.load("--agents", 0, "--updates", n, "--probe", "VN/", "--probe-agent", self.probe, "--probe-ms", PACE_MS,
                         "--probe-log", log, feed=False)
        self.probe += 1
        return log

    def end(self):
        self.gateway.stop()
        self.server.stop()
        self.server.remove()


def streams(bench, n, depth):
    live = Live(bench)
    live.gateway.start()
    before = live.gateway.memory_mb()
    line = live.browsers(n, depth)
    greeted = live.gateway.memory_mb()
    line.update(live.change(bench.size["changes"]))
    line.update(depth=depth, rss_before_mb=before, rss_greeted_mb=greeted, rss_mb=live.gateway.memory_mb(),
                grown_mb=live.gateway.memory_mb() - before)
    live.pages.end()
    live.end()
    return line


def stalled(bench):
    """100 good ones alone, then beside 100 that ask and never read."""
    live = Live(bench)
    live.gateway.start()
    line = live.browsers(100, "all")
    line["alone"] = live.change(bench.size["changes"])
    line["alone_mb"] = live.gateway.memory_mb()
    line.update(live.tell("stall 100"))
    line["beside"] = live.change(bench.size["changes"])
    line["beside_mb"] = live.gateway.memory_mb()
    live.pages.end()
    live.end()
    return line


def timed(gateway, what, packed, times):
    ms, size = [], 0
    for _ in range(times):
        began = time.monotonic()
        size = len(gateway.get(what, packed))
        ms.append((time.monotonic() - began) * 1000)
    # what nobody has asked for since something moved; then the same for all who ask
    return {"bytes": size, "first_ms": ms[0], "ms": spread(ms[1:])}


def swap(live):
    """A new catalogue: everything is fetched beside what is shown, and takes its place. The most memory there was."""
    g = live.gateway

    def generation():
        return json.loads(g.get("state"))["generation"]
    before, end = generation(), time.monotonic() + PATIENCE
    catalogue = live.world.file.parent / "catalogue"
    items = (catalogue / "items.csv").read_text(encoding="utf-8")
    new = live.server.dir / "catalogue"
    shutil.copytree(catalogue, new)
    (new / "items.csv").write_text(items.replace("Kế hoạch của VN", "Kế hoạch mới của VN"), encoding="utf-8")
    live.bench.cli("--dir", live.server.dir, "catalogue", "load", new)
    while generation() == before:
        if time.monotonic() > end:
            raise SystemExit("the gateway does not come to the new catalogue")
        time.sleep(0.01)
    return g.memory_mb("VmHWM")


def national(bench):
    """Every cell of the country reported; a fresh gateway; what its answers take."""
    live = Live(bench, filled=True)
    g = live.gateway
    line = {"cells": live.world.cells(), "start_s": g.start(), "rss_mb": g.memory_mb(), "rss_most_mb": g.memory_mb("VmHWM"),
            "rss_anon_mb": g.memory_mb("RssAnon")}
    for name, what in QUESTIONS.items():
        line[name] = timed(g, what, False, bench.size["answers"])
        line[f"{name}, packed"] = timed(g, what, True, bench.size["answers"])
    line["rss_after_mb"] = g.memory_mb()
    line["swap_mb"] = swap(live)
    live.end()
    return line


# ---- a real browser ----

def median_of(loads, name):
    return statistics.median(x[name] for x in loads)


def commits_of(path):
    return [c for c in struct.iter_unpack("=Qq", path.read_bytes()) if c[0]]


def painted(live, log, events):
    """Milliseconds from the commit to the paint of the figures that moved with it: the country's and its province's."""
    ahead = time.time() - time.monotonic()
    commits, at, out = commits_of(live.commits), 0, []
    for line in log.read_text().splitlines():
        entry = int(line.split()[0])
        while commits[at][0] < entry:
            at += 1
        top = next((e for e in events if e["unit"] == "VN" and e["version"] >= entry), None)
        mine = [e for e in events if e["version"] == entry] + ([top] if top else [])
        if not mine or None in (seen := [e["painted"] for e in mine]):
            raise SystemExit(f"entry {entry} was never painted")
        out.append(max(seen) - (commits[at][1] / 1e9 + ahead) * 1000)
    return spread(out)


def browser(bench):
    """The overview of the whole country, every cell reported: painted after how long; and live changes, drawn one by one."""
    live = Live(bench, filled=True)
    live.gateway.start()
    provinces = sum(u[2] == 1 for u in live.world.units)
    page = Talker("node", ROOT / "tests/bench/paint.mjs", CHROMIUM, f"http://127.0.0.1:{live.gateway.port}/", provinces,
                  bench.size["loads"])
    loads = page.hear()["loads"]
    line = {"cells": provinces, "loads": len(loads), **{name: median_of(loads, name) for name in loads[0]},
            "slowest_ms": max(x["painted_ms"] for x in loads)}
    page.tell("watch")
    page.hear()
    log = live.report(bench.size["changes"])
    page.tell("log")
    events = page.hear()["events"]
    line.update(changes=bench.size["changes"], events=len(events), paint_ms=painted(live, log, events),
                frame_ms=spread([e["painted"] - e["came"] for e in events]), most_cells=max(e["cells"] for e in events),
                rows_redrawn=sum(e["rows"] for e in events))
    page.end()
    live.end()
    return line


STEPS = [("web: 100 streams", lambda b: streams(b, 100, "all")),
         ("web: 1,000 streams", lambda b: streams(b, 1000, "all")),
         ("web: 1,000 overviews", lambda b: streams(b, 1000, "1")),
         ("web: 100 stalled beside 100", stalled),
         ("web: the country", national),
         *([("web: a browser", browser)] if CHROMIUM.exists() else [])]
