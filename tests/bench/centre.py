# SPDX-License-Identifier: Apache-2.0
"""One run of a real server on a copy of a prepared store, and what it used."""
import json
import re
import shutil
import signal
import subprocess
import time
import urllib.request
from pathlib import Path

PATIENCE = 120
LONG = 1800  # for what goes through a whole journal
STARTED = []


def end_all():
    """Whatever a failed run left behind."""
    for process in STARTED:
        if process.poll() is None:
            process.kill()
            process.wait()


def start(command, **options):
    process = subprocess.Popen([str(c) for c in command], **options)
    STARTED.append(process)
    return process


def spread(ms):
    """As load.c prints it."""
    v = sorted(ms)
    return {"n": len(v), "p50": v[len(v) // 2], "p99": v[len(v) - 1 - len(v) // 100], "max": v[-1]} if v else None


class Server:
    def __init__(self, bench, world, place=None, environment=None, log=None):
        self.bench, self.world = bench, world
        self.dir = (place or bench.work) / "run"
        shutil.rmtree(self.dir, ignore_errors=True)
        shutil.copytree(world.store, self.dir)
        self.process, self.known, self.environment = None, {}, environment
        if log:
            self.configure(log=log)

    def configure(self, **options):
        """Lines of tiendo.conf; the last one of a name is the one that is there."""
        path = self.dir / "tiendo.conf"
        lines = [x for x in path.read_text().splitlines() if not re.match(rf"\s*({'|'.join(options)})\s*=", x)]
        path.write_text("\n".join(lines + [f"{k} = {v}" for k, v in options.items()]) + "\n")

    def start(self):
        """Seconds until it is ready for agents."""
        (self.dir / "endpoints").unlink(missing_ok=True)
        self.began = time.monotonic()
        with open(self.dir / "log", "ab") as log:
            self.log_from = log.tell()
            self.process = start([self.bench.server, "--dir", self.dir, "run"], stdin=subprocess.DEVNULL, stdout=log,
                                 stderr=log, env=self.environment)
        while not self.ready():
            if self.process.poll() is not None or time.monotonic() > self.began + PATIENCE:
                raise SystemExit(f"the server did not start:\n{self.log()[-2000:]}")
            time.sleep(0.001)
        return time.monotonic() - self.began

    def ready(self):
        """Written when the sockets are bound and the self-test is done: whoever connects now is served."""
        try:
            lines = (self.dir / "endpoints").read_text().splitlines()
        except FileNotFoundError:
            return False
        self.known = dict(line.split(" = ", 1) for line in lines)
        return "pid" in self.known

    def log(self):
        return (self.dir / "log").read_text()

    def parts(self):
        """What the last start says that it spent its time on, in seconds; entries of the tail."""
        while "ready: entry" not in (text := self.log()[self.log_from:]):  # its last line comes when it serves already
            if self.process.poll() is not None or time.monotonic() > self.began + PATIENCE:
                raise SystemExit(f"the server does not say that it is ready:\n{text[-2000:]}")
            time.sleep(0.01)
        load = re.search(r"loaded the checkpoint of entry (\d+) in (\d+) ms", text)
        fold = re.search(r"folded (\d+) entries in (\d+) ms, compared the sums with a recomputation in (\d+) ms", text)
        ready = re.search(r"ready: entry (\d+)", text)
        return {"entry": int(ready[1]), "load_s": int(load[2]) / 1e3 if load else 0, "tail_entries": int(fold[1]),
                "fold_s": int(fold[2]) / 1e3, "check_s": int(fold[3]) / 1e3}

    def ports(self):
        return {f"port_{name}": self.known[name].rsplit(":", 1)[1] for name in ("ingest", "feed", "query", "health")}

    def stop(self, how=signal.SIGTERM):
        self.process.send_signal(how)
        self.process.wait(PATIENCE)

    def remove(self):
        shutil.rmtree(self.dir, ignore_errors=True)

    # ---- what it used ----
    def cpu(self):
        """Seconds on a core: ZeroMQ's thread (TCP, CURVE), all others."""
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
        """Bytes that the files take on disk."""
        return sum(f.stat().st_blocks * 512 for f in (self.dir / "journal").iterdir())

    def metrics(self):
        with urllib.request.urlopen(self.known["health"] + "/metrics", timeout=10) as answer:
            lines = answer.read().decode().splitlines()
        return {k: float(v) for k, v in (line.rsplit(" ", 1) for line in lines if line and line[0] != "#")}

    # ---- load ----
    def command(self, *args, feed=True):
        return [str(a) for a in (self.bench.tool("load"), "push", self.world.file, "--ingest", self.known["ingest"], "--key",
                                 self.known["key"], *(["--feed", self.known["feed"]] if feed else []), "--seconds", PATIENCE,
                                 *args)]

    def load(self, *args, feed=True):
        done = subprocess.run(self.command(*args, feed=feed), capture_output=True, text=True, timeout=PATIENCE * 2)
        if done.returncode:
            raise SystemExit(f"{done.stderr}\nthe server said:\n{self.log()[-2000:]}")
        return json.loads(done.stdout)

    def measured(self, *args, feed=True):
        """The load's line with what the server used for it."""
        cpu, disk, was = self.cpu(), self.journal(), self.metrics()
        line = self.load(*args, feed=feed)
        after, now = self.cpu(), self.metrics()
        updates = line["updates"] or 1
        commits = now["tiendo_commits"] - was["tiendo_commits"]
        entries = now["tiendo_entries"] - was["tiendo_entries"]
        line.update(commits=commits, entries=entries, entries_per_commit=entries / max(commits, 1),
                    server_cpu_us=(after["own"] - cpu["own"]) / updates * 1e6,
                    server_io_us=(after["io"] - cpu["io"]) / updates * 1e6,
                    disk_bytes=(self.journal() - disk) / updates, rss_anon_mb=self.memory_mb())
        return line

    def snapshot(self, times=1):
        return [str(a) for a in (self.bench.tool("load"), "snapshot", self.world.file, "--query", self.known["query"],
                                 "--key", self.known["key"], "--updates", times)]

    def catalogue_load(self):
        return [str(a) for a in (self.bench.server, "--dir", self.dir, "catalogue", "load", self.world.file.parent / "catalogue")]


class Talker:
    """A program that says a JSON line when it is ready, and one for each line it is told."""

    def __init__(self, *command):
        self.process = start(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def hear(self):
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit(f"{self.process.args[0]} ended with {self.process.wait(PATIENCE)}")
        return json.loads(line)

    def tell(self, text):
        self.process.stdin.write(text + "\n")
        self.process.stdin.flush()

    def cpu(self):
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / 100

    def end(self):
        self.process.stdin.close()
        self.process.wait(PATIENCE)
