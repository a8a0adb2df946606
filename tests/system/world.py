# SPDX-License-Identifier: Apache-2.0
"""A small world for the system tests: a real server (under ackguard), real agents, the independent client.

Nothing here sleeps to wait: `until` asks again until an event has happened, and fails loudly when it does not.
"""
import csv
import fcntl
import io
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

import zmq

ROOT = Path(__file__).resolve().parent.parent.parent
PATIENCE = float(os.environ.get("PATIENCE", "60"))

UNITS = """code,parent,kind,type,branch,name,name_en,head,contact,opened,closed,source
VN,,central,,state,Việt Nam,,,,,,
40,VN,province,tỉnh,state,Tỉnh Nghệ An,,Chủ tịch UBND tỉnh,,,,
40.CA,40,department,ngành,sector,Công an tỉnh,,Giám đốc,,,,
412,40,district,thành phố,state,Thành phố Vinh,,Chủ tịch UBND thành phố,,,,
413,40,district,huyện,state,Huyện Diễn Châu,,Chủ tịch UBND huyện,,,,
16702,412,commune,phường,state,Phường Đông Vĩnh,,Chủ tịch UBND phường,,,,
16703,412,commune,phường,state,Phường Hà Huy Tập,,Chủ tịch UBND phường,,,,
414,40,district,huyện,state,Huyện cũ,,Chủ tịch UBND huyện,,,2023-01-01,
38,VN,province,tỉnh,state,Tỉnh Thanh Hoá,,Chủ tịch UBND tỉnh,,,,
"""
ITEM_COLUMNS = (
    "code parent owner kind name name_en doc_no doc_date issuer basis flags sector class lead coop person product product_unit "
    "start due answer reporters schedule measure aggregate num_def den_def uom target maximum direction bounded weight opened "
    "closed source").split()


def table(columns, rows):
    """CSV of rows given as dicts; what is not given is empty."""
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def item(code, parent, kind, **more):
    """A row of items.csv. A leaf has its "4 rõ", so that the check warns of nothing."""
    row = {"code": code, "parent": parent, "kind": kind, "name": f"Chỉ tiêu {code}"}
    if kind in ("task", "ratio", "count", "points"):
        row |= {"lead": "40", "person": "Trưởng phòng", "product": "Báo cáo", "product_unit": "văn bản", "start": "2023-01-01",
                "due": "2024-12-31", "answer": "all"}
    return row | more


ITEMS = table(ITEM_COLUMNS, [
    item("KH", "", "plan", owner="40", doc_no="1/KH-UBND", doc_date="2022-01-01", issuer="UBND tỉnh"),
    item("KH.G", "KH", "group"),
    item("KH.T1", "KH.G", "task", lead="412", flags="trong_tam", due="2023-12-31", answer="lead"),
    item("KH.T2", "KH.G", "task", due="2023-05-15", reporters="kind:district@40"),
    item("KH.R", "KH", "ratio", reporters="kind:commune@412|413", measure="stock", aggregate="sum", num_def="tử số",
         den_def="mẫu số", target="50%", direction="higher", bounded="yes"),
    item("KH.C", "KH", "count", reporters="kind:district@40", measure="flow", aggregate="sum", uom="dịch vụ", target="100",
         direction="higher", weight="2"),
    item("KH.P", "KH", "points", lead="412", answer="lead", measure="stock", aggregate="own", uom="điểm", maximum="18,00",
         direction="higher"),
    item("KH.OLD", "KH", "task", lead="412", start="2022-01-01", due="2022-12-31", answer="lead", closed="2023-01-01"),
])


def until(what, condition, patience=PATIENCE):
    """Asks until it is true; gives what it gave."""
    deadline = time.monotonic() + patience
    while True:
        value = condition()
        if value:
            return value
        assert time.monotonic() < deadline, f"waited {patience} s in vain: {what}"
        time.sleep(0.005)


class Ports:
    """Ports of this machine, each given to one test at a time: between our look and the bind of the program that we give it to (or
    while that program is down) it would be anybody's. So a byte of a file that every run of these tests shares is locked for it,
    until it is given back or this process ends. Above 32768 the kernel takes them for outgoing connections, below 20000 the
    example and the browser tests have theirs."""

    def __init__(self):
        self.file, self.given = None, set()

    def lock(self, port):
        # one descriptor for ever: closing any other of this file would give up all locks of the process
        self.file = self.file or os.open(Path(tempfile.gettempdir()) / f"tiendo-ports-{os.getuid()}", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.lockf(self.file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, port)
            return True
        except OSError:
            return False

    def take(self):
        for port in random.sample(range(20000, 32000), 2000):
            if port in self.given or not self.lock(port):
                continue
            with socket.socket() as s:
                try:
                    s.bind(("127.0.0.1", port))
                    self.given.add(port)
                    return port
                except OSError:
                    fcntl.lockf(self.file, fcntl.LOCK_UN, 1, port)
        raise AssertionError("no free port")

    def give_back(self, ports):
        for port in ports:
            self.given.discard(port)
            fcntl.lockf(self.file, fcntl.LOCK_UN, 1, port)


PORTS = Ports()
free_port = PORTS.take


def shared_object(source, out):
    """Compiled beside the programs. Others may be using the one that is there, or be making it too: a whole one takes its place."""
    out.parent.mkdir(parents=True, exist_ok=True)
    new = out.with_name(f"{out.name}.{os.getpid()}")
    subprocess.run(["gcc", "-shared", "-fPIC", "-O1", "-Wall", "-Wextra", "-Werror", "-o", new, ROOT / source, "-ldl"], check=True)
    new.rename(out)
    return out


class World:
    """A store directory, and everything started for it; `close` ends all of it."""

    def __init__(self, tmp, build, variant, guard, units=UNITS, items=ITEMS, more=None, today="2024-04-02", init=(),
                 simulated=True, store=None):
        self.tmp, self.build, self.variant, self.guard = Path(tmp), Path(build), variant, guard
        self.clock = self.tmp / "clock"
        self.set_clock(today)
        self.context = zmq.Context()
        self.processes, self.offices = [], []
        self.principals = {}
        self.server_process = None
        self.dir = Path(store or self.tmp / "server")
        self.forgive_guard = False  # a test that wants the guard to bite
        self.ports = {n: free_port() for n in ("ingest", "feed", "query", "health")}
        self.end = {n: f"tcp://127.0.0.1:{p}" for n, p in self.ports.items()}
        made = self.server_cli("init", "--name", "Thử", "--clock", f"file:{self.clock}" if simulated else "real",
                               *self.port_options(), *init)
        self.server_key = made.stdout.strip()
        self.catalogue = self.tmp / "catalogue"
        self.write_catalogue(units=units, items=items, **(more or {}))
        self.server_cli("catalogue", "load", self.catalogue)

    def port_options(self):
        return [x for name, port in self.ports.items() for x in (f"--port-{name}", port)]

    # ---- files ----
    def set_clock(self, day, time_="08:00:00"):
        new = self.clock.with_suffix(".new")
        new.write_text(f"{day}T{time_}+07:00\n")
        new.rename(self.clock)

    def write_catalogue(self, **files):
        self.catalogue.mkdir(exist_ok=True)
        for name, text in files.items():
            (self.catalogue / f"{name}.csv").write_text(text, encoding="utf-8")

    # ---- commands ----
    def environment(self, guarded=False):
        env = dict(os.environ, LC_ALL="C.UTF-8", ASAN_OPTIONS="verify_asan_link_order=0:detect_leaks=1")
        env.pop("LD_PRELOAD", None)
        if guarded and self.guard:
            env["LD_PRELOAD"] = str(self.guard)
        return env

    def cli(self, *args, ok=(0,), program="tiendo-server", env=None):
        done = subprocess.run([str(self.build / program), *map(str, args)], capture_output=True, encoding="utf-8",
                              errors="surrogateescape", timeout=PATIENCE, env=env or self.environment())
        assert ok is None or done.returncode in ok, (
            f"{program} {' '.join(map(str, args))}: status {done.returncode}\n{done.stdout}{done.stderr}")
        return done

    def server_cli(self, *args, **more):
        return self.cli("--dir", self.dir, *args, **more)

    def server_json(self, *args, **more):
        return json.loads(self.server_cli(*args, "--json", **more).stdout)

    def dump(self, *args):
        return [json.loads(line) for line in self.server_cli("dump", *args).stdout.splitlines()]

    # ---- the server ----
    def start(self, ready=True, *args, env=None, prefix=()):
        log = open(self.tmp / "server.log", "ab")
        self.server_process = subprocess.Popen(
            [*prefix, str(self.build / "tiendo-server"), "--dir", str(self.dir), "run", *args], stdin=subprocess.DEVNULL,
            stdout=log, stderr=log, env=env or self.environment(guarded=True))
        self.processes.append(self.server_process)
        if ready:
            until("the server to be ready", self.ready)
        return self.server_process

    def health(self, path="/ready"):
        try:
            with socket.create_connection(("127.0.0.1", self.ports["health"]), 1) as s:
                s.sendall(f"GET {path} HTTP/1.0\r\n\r\n".encode())
                data = b""
                while chunk := s.recv(65536):
                    data += chunk
        except OSError:
            return 0, ""
        head, _, body = data.partition(b"\r\n\r\n")
        return (int(head.split()[1]) if head else 0), body.decode()

    def ready(self):
        assert self.server_process.poll() is None, f"the server ended:\n{self.log()}"
        return self.health()[0] == 200

    def stop(self, how=signal.SIGTERM):
        p, self.server_process = self.server_process, None
        p.send_signal(how)
        return p.wait(PATIENCE)

    def kill(self):
        return self.stop(signal.SIGKILL)

    def log(self):
        return (self.tmp / "server.log").read_text(errors="replace")

    # ---- clients ----
    def principal(self, unit, role="agent", keys=None):
        """Registers a key for a new principal; gives (public, secret) as bytes Z85."""
        keys = keys or zmq.curve_keypair()
        self.principals[keys[0]] = self.server_json("agent", "add", "--unit", unit, "--role", role,
                                                    "--key", keys[0].decode())
        return keys

    def add_key(self, old, new):
        """One more key for the principal of `old`."""
        made = self.server_json("agent", "key", "add", self.principals[old[0]]["principal"], "--key", new[0].decode())
        self.principals[new[0]] = dict(self.principals[old[0]], **made)

    def revoke(self, keys):
        self.server_cli("agent", "key", "revoke", self.principals[keys[0]]["key"])

    def office(self, keys, epoch=None, hello=True):
        from client import Office
        o = Office(self.context, self.end["ingest"], self.server_key, keys, epoch)
        self.offices.append(o)
        if hello:
            answer = o.hello()
            assert o.session, answer
        return o

    def reader(self, keys):
        from client import Reader
        r = Reader(self.context, self.end["query"], self.server_key, keys)
        self.offices.append(r)
        return r

    def mirror(self, keys, path):
        from client import Mirror
        m = Mirror(self.context, self.end["feed"], self.end["query"], self.server_key, keys, path)
        self.offices.append(m)
        return m

    # ---- real agents ----
    def agent_cli(self, name, *args, **more):
        return self.cli("--dir", self.tmp / "agents" / name, *args, program="tiendo-agent", **more)

    def agent_json(self, name, *args, **more):
        return json.loads(self.agent_cli(name, *args, "--json", **more).stdout)

    def agent_init(self, name, unit, register=True):
        (self.tmp / "agents").mkdir(exist_ok=True)
        made = self.agent_json(name, "init", "--server-key", self.server_key, "--ingest", self.end["ingest"],
                               "--query", self.end["query"], "--clock", f"file:{self.clock}", "--retry", "20ms",
                               "--retry-max", "200ms", "--reply", "5s", "--ping", "500ms")
        if register:
            self.server_cli("agent", "add", "--unit", unit, "--role", "agent", "--key", made["public_key"])
        return made["public_key"]

    def agent_run(self, name):
        log = open(self.tmp / f"agent-{name}.log", "ab")
        p = subprocess.Popen([str(self.build / "tiendo-agent"), "--dir", str(self.tmp / "agents" / name), "run"],
                             stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=self.environment())
        self.processes.append(p)
        return p

    def agent_drained(self, name):
        until(f"agent {name} to have its receipts", lambda: self.agent_json(name, "status")["waiting"] == 0)

    # ---- the end ----
    def end_processes(self):
        for p in self.processes:
            if p.poll() is None:
                p.send_signal(signal.SIGCONT)
                p.terminate()
        for p in self.processes:
            try:
                p.wait(10)
            except subprocess.TimeoutExpired:
                p.kill()
                p.wait()

    def close(self):
        for o in self.offices:
            o.close()
        self.end_processes()
        self.context.destroy(0)
        logs = [p.read_text(errors="replace") for p in self.tmp.glob("*.log")]
        shutil.rmtree(self.tmp, ignore_errors=True)
        PORTS.give_back(self.ports.values())
        for text in logs:
            assert self.forgive_guard or "ackguard:" not in text, text[-2000:]
            assert "Sanitizer" not in text and "runtime error:" not in text, text[-4000:]
            assert "Assertion" not in text, text[-2000:]
