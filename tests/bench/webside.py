# SPDX-License-Identifier: Apache-2.0
"""The gateway under load: a real tiendo-web beside a real server, and browsers.c playing its readers (run.py calls it).

50 changed units a second, from all over the country; every figure is taken from the journal's commit to the last byte of the
event at the browser, beside a raw ZeroMQ subscriber in the same run.
"""
import json
import os
import re
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

from centre import PATIENCE, Server, Talker, spread, start

PACE_MS = 20  # between two changed units: 50 a second
STREAMS = 15000  # as many as anybody wants: the limits are the tests' business
FIRST_CHANGES = 100  # before anything is measured: streams, caches and the feed's pace have settled
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
    return {"bytes": size, "ms": spread(ms)}


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
    live.end()
    return line


STEPS = [("web: 100 streams", lambda b: streams(b, 100, "all")),
         ("web: 1,000 streams", lambda b: streams(b, 1000, "all")),
         ("web: 1,000 overviews", lambda b: streams(b, 1000, "1")),
         ("web: 100 stalled beside 100", stalled),
         ("web: the country", national)]
