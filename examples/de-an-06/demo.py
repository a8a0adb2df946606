#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""make demo: the example province, with the real programs.

One tiendo-server and one tiendo-agent process per reporting office, each with its own key, under a simulated clock of
2022-2024. The offices report; the server is stopped while most rows are imported; all offices send at once; the server is
killed with -9 on the first receipt and started again. A subscriber prints the figures as they move. Then half a year of
half-month reports is played day by day (half_year.py), and read as a leader reads it. At the end the figures stand beside
expected.csv and expected_office.csv. Exit status 0 only if every one is equal. Then tiendo-web shows them in the browser: pictures of
the overview are left in OUT where Debian's Chromium is installed.

  demo.py BUILD [--keep] [--data DIR] [--out DIR] [--quiet]      demo.py --stop [--out DIR]
Nothing is written outside OUT (build/demo) and no process stays, but with --keep.
"""
import argparse
import csv
import json
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path

sys.dont_write_bytecode = True  # the build leaves no file beside the sources
from board import Board  # noqa: E402
from half_year import HalfYear  # noqa: E402
from leaders import Leaders  # noqa: E402

HERE = Path(__file__).resolve().parent
LIVE = "2022-07-31"          # the day of the live part: what is dated until then is reported while all are up
BACK = "2023-09-29"          # ... until then it is imported while the server is stopped; what comes later is half_year.py's
LAST = "2024-04-02"          # office date at which the figures are judged
PATIENCE = 90                # seconds until something that should happen is called a failure
CLOCK_SEEN = 0.025           # seconds until every process has read the simulated clock again


def fail(text):
    raise SystemExit(f"demo: {text}")


def free_ports(n):
    """Ports below the kernel's ephemeral range (32768), so that no outgoing connection takes one, and below those of the tests. They are
    bound only after a while: who plays the example beside us looks elsewhere first."""
    found, held = [], []
    own = 12000 + os.getpid() % 100 * 40
    for port in random.sample(range(own, own + 40), 40) + random.sample(range(12000, 16000), 400):
        s = socket.socket()
        try:
            s.bind(("127.0.0.1", port))
        except OSError:
            s.close()
            continue
        held.append(s)
        found.append(port)
        if len(found) == n:
            break
    for s in held:
        s.close()
    return found


class Demo:
    def __init__(self, build, data, out, quiet):
        self.build, self.data, self.out, self.quiet = Path(build).resolve(), data, out, quiet
        self.processes = {}  # name -> Popen
        self.ports = free_ports(4)
        self.clock = out / "clock"
        self.offices = []
        self.started = time.monotonic()

    # ---- small things ----
    def say(self, text=""):
        print(text, flush=True)

    def step(self, text):
        self.say(f"\n[{time.monotonic() - self.started:5.1f} s] {text}")

    def tell(self, text):
        if not self.quiet:
            self.say(text)

    def set_clock(self, day, at="08:00:00"):
        new = self.clock.with_suffix(".new")
        new.write_text(f"{day}T{at}+07:00\n")
        new.rename(self.clock)
        time.sleep(CLOCK_SEEN)

    def run(self, *args, ok=(0,)):
        done = subprocess.run([str(a) for a in args], capture_output=True, text=True, timeout=PATIENCE)
        if done.returncode not in ok:
            fail(f"{' '.join(map(str, args))}\n  ended with status {done.returncode}\n{done.stdout}{done.stderr}")
        return done.stdout

    def spawn(self, name, *args, stdout=None):
        log = open(self.out / "log" / f"{name}.log", "ab")
        self.processes[name] = subprocess.Popen([str(a) for a in args], stdin=subprocess.DEVNULL, stdout=stdout or log,
                                                stderr=log)
        return self.processes[name]

    def server(self, *args, **more):
        return self.run(self.build / "tiendo-server", "--dir", self.out / "server", *args, **more)

    def agent(self, unit, *args, **more):
        return self.run(self.build / "tiendo-agent", "--dir", self.out / "agents" / unit, *args, **more)

    def reader(self, *args, **more):
        return self.run(self.build / "tiendo", "--dir", self.out / "viewer", *args, **more)

    def wait(self, what, condition):
        deadline = time.monotonic() + PATIENCE
        while not (value := condition()):
            if time.monotonic() > deadline:
                fail(f"waited {PATIENCE} s in vain: {what}")
            time.sleep(0.01)
        return value

    # ---- the parts ----
    def prepare(self):
        shutil.rmtree(self.out, ignore_errors=True)
        for d in ("log", "agents", "rows"):
            (self.out / d).mkdir(parents=True)
        self.set_clock(LIVE)
        ingest, feed, query = (f"tcp://127.0.0.1:{p}" for p in self.ports[:3])
        key = self.server("init", "--name", "Đề án 06", "--illustrative", "--clock", f"file:{self.clock}",
                          *(word for name, port in zip(("ingest", "feed", "query", "health"), self.ports)
                            for word in (f"--port-{name}", port))).strip()
        self.server("catalogue", "load", self.data)
        self.start_server()
        self.offices = sorted(p.stem for p in (self.data / "reports").glob("*.csv"))
        for unit in self.offices:
            keys = json.loads(self.agent(unit, "init", "--server-key", key, "--ingest", ingest, "--query", query,
                                         "--clock", f"file:{self.clock}", "--json"))
            self.impatient(self.out / "agents" / unit / "agent.conf")
            self.server("agent", "add", "--unit", unit, "--key", keys["public_key"])
        mine = self.reader("init", "--server-key", key, "--feed", feed, "--query", query).strip()
        self.server("agent", "add", "--unit", "VN", "--role", "viewer", "--key", mine)
        for unit in self.offices:
            self.run_agent(unit)

    def run_agent(self, unit):
        self.spawn(f"agent-{unit}", self.build / "tiendo-agent", "--dir", self.out / "agents" / unit, "run")

    @staticmethod
    def impatient(conf):
        """An office waits up to a minute before it connects anew; a demo has less. No ping, which tells the centre's time: the clock
        jumps by days, and processes see that up to 20 ms apart."""
        text = conf.read_text()
        for name, value in (("retry", "100ms"), ("retry_max", "1s"), ("reply", "3s"), ("ping", "1h")):
            text, n = re.subn(rf"^{name} = .*$", f"{name} = {value}", text, flags=re.M)
            if n != 1:
                fail(f"{conf}: no line `{name} =`")
        conf.write_text(text)

    def start_server(self):
        self.spawn("server", self.build / "tiendo-server", "--dir", self.out / "server", "run", "--accept-clock")
        self.wait("the server to be ready", self.ready)

    def ready(self):
        if self.processes["server"].poll() is not None:
            fail("the server ended; see " + str(self.out / "log" / "server.log"))
        return " 200 " in self.health("/ready").partition("\n")[0]

    def health(self, path):
        """What the server says over HTTP; "" = nothing."""
        try:
            with socket.create_connection(("127.0.0.1", self.ports[3]), 1) as s:
                s.sendall(f"GET {path} HTTP/1.0\r\n\r\n".encode())
                return b"".join(iter(lambda: s.recv(65536), b"")).decode()
        except OSError:
            return ""

    def stop(self, name, how=signal.SIGTERM):
        p = self.processes.pop(name)
        p.send_signal(how)
        p.wait(PATIENCE)

    def reports(self, after, until):
        """The rows of reports/ with an as-of date in (after, until]: {unit: rows}."""
        found = {}
        for unit in self.offices:
            with open(self.data / "reports" / f"{unit}.csv", encoding="utf-8-sig", newline="") as f:
                rows = [r for r in csv.DictReader(f) if after < r["as_of"] <= until]
            if rows:
                found[unit] = rows
        return found

    def import_rows(self, unit, rows, name):
        """An office imports rows, from a file of their own."""
        path = self.out / "rows" / f"{unit}-{name}.csv"
        with open(path, "w", encoding="utf-8", newline="") as f:
            w = csv.DictWriter(f, rows[0].keys())
            w.writeheader()
            w.writerows(rows)
        return json.loads(self.agent(unit, "import", path, "--json"))

    def queued(self, unit):
        return json.loads(self.agent(unit, "status", "--json"))["waiting"]

    def drained(self, units):
        while units and self.queued(units[-1]) == 0:
            units.pop()
        return not units

    def report_by_hand(self, unit, row):
        """One row as a clerk types it."""
        args = ["report", row["item"], "--as-of", row["as_of"]]
        for column, option in (("period", "--period"), ("state", "--state"), ("percent", "--percent"),
                               ("numerator", "--num"), ("denominator", "--den"), ("value", "--value"),
                               ("product_ref", "--product"), ("done_on", "--done-on"), ("reason", "--reason"),
                               ("note", "--note")):
            if row[column]:
                args += [option, row[column]]
        if row["nothing"]:
            args.append("--none-arisen")
        self.agent(unit, *args)

    def watch(self, unit):
        """A subscriber, its lines among ours."""
        if self.quiet:
            return
        p = self.spawn("watch", self.build / "tiendo", "--dir", self.out / "viewer", "watch", unit, stdout=subprocess.PIPE)
        self.watched = 0
        threading.Thread(target=self.show, args=(p.stdout,), daemon=True).start()

    def show(self, lines):
        for line in lines:
            self.say(line.decode().rstrip("\n"))
            self.watched += 1

    def unwatch(self, lines):
        if not self.quiet:
            self.wait("the subscriber to see figures move", lambda: self.watched >= lines)
            self.stop("watch")

    def live(self):
        early = self.reports("", LIVE)
        # Every office knows its part of the catalogue before it loses the line.
        self.wait("every office to have its catalogue", lambda: all(
            json.loads(self.agent(u, "status", "--json")).get("catalogue_entry") for u in self.offices))
        self.watch("40")
        self.wait("the subscriber to have caught up", lambda: self.quiet or self.watched)
        self.step("live: offices report, the subscriber sees the figures of Nghệ An (40) move")
        for unit, rows in early.items():
            if len(rows) <= 2:
                for row in rows:
                    self.report_by_hand(unit, row)
            else:
                self.import_rows(unit, rows, "early")
        self.wait("every office to have its receipts", lambda u=list(early): self.drained(u))
        self.unwatch(2)  # behind its first line

    def offline(self):
        self.step("the server is stopped; the offices go on")
        self.stop("server")
        self.set_clock(BACK)
        late = self.reports(LIVE, BACK)
        for unit, rows in late.items():
            self.import_rows(unit, rows, "late")
        n = sum(map(len, late.values()))
        if n < 1000:
            fail(f"only {n} rows were imported while the server was stopped; 1,000 are wanted")
        held = sum(self.queued(u) for u in late)
        self.say(f"  {n} rows imported and held on the offices' own disks ({held} queued)")
        if held != n:
            fail(f"{n} rows were imported, but {held} are queued")
        return late

    def kill(self, late):
        self.step("the server starts; all offices send at once; kill -9 on the first receipt")
        self.start_server()
        self.watch("38")
        first = self.wait("the first receipt", lambda: next((u for u in late if self.queued(u) < len(late[u])), None))
        self.stop("server", signal.SIGKILL)
        self.say(f"  killed after the first receipt of {first}; "
                 f"{sum(self.queued(u) for u in late)} updates are still with the offices")
        self.start_server()
        self.wait("every office to have its receipts", lambda u=list(late): self.drained(u))
        self.unwatch(1)
        self.step("every queue is empty again")

    def play(self):
        self.prepare()
        self.step(f"{len(self.offices)} offices run, each with its own key; the office date is {LIVE} (simulated)")
        self.live()
        self.kill(self.offline())
        self.step("half a year of reports every 15 days, Nghệ An, October 2023 to March 2024")
        HalfYear(self, self.reports(BACK, LAST), fail).run()
        self.set_clock(LAST)
        self.wait("the tick of the last day", lambda: f"tiendo_today {LAST.replace('-', '')}\n" in self.health("/metrics"))

    def read(self):
        """As leaders read it; how many figures differ."""
        leaders = Leaders(self)
        if not self.quiet:
            self.step(f"Nghệ An on {LAST}, as its leaders read it")
            leaders.tell()
        return self.compare() + leaders.compare()

    # ---- the proof ----
    def figures(self):
        with open(self.data / "expected.csv", encoding="utf-8", newline="") as f:
            expected = list(csv.DictReader(f))
        pairs = list(dict.fromkeys((e["unit"], e["item"]) for e in expected))
        (self.out / "pairs.csv").write_text("".join(f"{u},{i}\n" for u, i in pairs))
        figures = json.loads(self.reader("get", "--list", self.out / "pairs.csv", "--json"))
        (self.out / "figures.json").write_text(json.dumps(figures, ensure_ascii=False, indent=1) + "\n")
        return expected, {(f["unit"], f["item"]): f for f in figures}

    def compare(self):
        expected, figures = self.figures()
        wrong = 0
        self.say(f"\n{'đơn vị':8} {'chỉ tiêu':12} {'số liệu':24} {'mong đợi':>14} {'tính được':>14}  nguồn")
        for e in expected:
            value = figures.get((e["unit"], e["item"]), {})
            for key in e["key"].split("."):
                value = value.get(key) if isinstance(value, dict) else None
            text = "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
            same = text == e["value"]
            wrong += not same
            if not self.quiet or not same:
                self.say(f"{e['unit']:8} {e['item']:12} {e['key']:24} {e['value']:>14} {text or '(không có)':>14}  "
                         f"{e['source']}{'' if same else '   <-- SAI / WRONG'}")
        some = next(iter(figures.values()))
        self.say(f"\n{len(expected)} figures, {wrong} differ"
                 f"{' · Số liệu minh hoạ' if some['illustrative'] else ''}"
                 f"{' · thời gian mô phỏng' if some['simulated'] else ''}")
        return wrong

    def accepted(self):
        """Per key, from the journal itself."""
        counts, offices, units = Counter(), {}, {}
        for line in self.server("dump").splitlines():
            e = json.loads(line)
            if e["kind"] == "batch":
                counts[e["key_id"]] += len(e["taken"])
            elif e["kind"] == "catalogue":
                units = {r["unit"]["number"]: r["unit"]["code"] for r in e["rows"] if "unit" in r}
            elif e["kind"] == "registry":
                added = {p["principal"]: p for p in e.get("principals", [])}
                for k in e.get("keys", []):
                    if added[k["principal"]]["role"] == "agent":
                        offices[k["key_id"]] = units[added[k["principal"]]["unit"]]
        self.say("\naccepted updates per key (key/unit: count)")
        cells = [f"{k}/{unit}: {counts[k]}" for k, unit in sorted(offices.items())]
        for i in range(0, len(cells), 7):
            self.say("  " + "".join(f"{c:<18}" for c in cells[i:i + 7]))
        self.say(f"{len(offices)} keys, {sum(counts.values())} updates")
        return [unit for k, unit in offices.items() if not counts[k]]

    def end(self):
        for name in list(self.processes):
            p = self.processes.pop(name)
            if p.poll() is None:
                p.terminate()
                try:
                    p.wait(10)
                except subprocess.TimeoutExpired:
                    p.kill()
                    p.wait()

    def leave_running(self, board):
        pids = {name: p.pid for name, p in self.processes.items() if p.poll() is None}
        (self.out / "running.json").write_text(json.dumps(pids))
        self.say(f"""
It goes on running. The board: {board.address}/?unit=40
  users lanhdao (leader), vanhanh (operator), vinh (Thành phố Vinh); password {board.password}
In the terminal:
  {self.build}/tiendo --dir {self.out}/viewer top 40
  {self.build}/tiendo --dir {self.out}/viewer get 40
  {self.build}/tiendo --dir {self.out}/viewer explain 38 DA06TH.TT
  {self.build}/tiendo --dir {self.out}/viewer timeliness 40 BC15 --period 2024-03a
  {self.build}/tiendo-agent --dir {self.out}/agents/412 status
To stop:
  python3 {Path(__file__).resolve()} --stop""")


def board_port(keep):
    """5780 as documented, if nobody has it; 0 = any."""
    with socket.socket() as s:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            s.bind(("127.0.0.1", 5780))
        except OSError:
            return 0
    return 5780 if keep else 0


def stop_running(out):
    path = out / "running.json"
    if not path.exists():
        fail(f"nothing runs ({path} is not there)")
    for name, pid in json.loads(path.read_text()).items():
        try:
            command = Path(f"/proc/{pid}/cmdline").read_bytes()
            if b"tiendo" in command:
                os.kill(pid, signal.SIGTERM)
        except (FileNotFoundError, ProcessLookupError):
            pass
    path.unlink()
    print("stopped")


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("build", nargs="?")
    p.add_argument("--keep", action="store_true")
    p.add_argument("--stop", action="store_true")
    p.add_argument("--quiet", action="store_true")
    p.add_argument("--data", type=Path, default=HERE)
    p.add_argument("--out", type=Path, default=HERE.parent.parent / "build" / "demo")
    a = p.parse_args()
    if a.stop:
        return stop_running(a.out)
    if not a.build:
        p.error("BUILD is missing")
    demo = Demo(a.build, a.data.resolve(), a.out.resolve(), a.quiet)
    try:
        demo.play()
        wrong = demo.read()
        silent = demo.accepted()
        if silent:
            fail(f"no update was accepted of {', '.join(map(str, silent))}")
        board = Board(demo)
        demo.step(f"the board in the browser: {board.start(board_port(a.keep))}")
        for picture in board.pictures():
            demo.say(f"  {picture}")
        demo.say(f"{time.monotonic() - demo.started:.1f} s; figures in {demo.out / 'figures.json'}")
        if a.keep and not wrong:
            demo.leave_running(board)
            demo.processes.clear()
        return 1 if wrong else 0
    finally:
        demo.end()


if __name__ == "__main__":
    sys.exit(main())
