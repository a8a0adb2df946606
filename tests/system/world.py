# SPDX-License-Identifier: Apache-2.0
"""A small world for the system tests: a real server (under ackguard), real agents, the independent client.

Nothing here sleeps to wait: `until` asks again until an event has happened, and fails loudly when it does not.
"""
import json
import os
import random
import shutil
import signal
import socket
import subprocess
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
ITEMS = """code,parent,owner,kind,name,name_en,doc_no,doc_date,issuer,basis,flags,sector,class,lead,coop,person,product,product_unit,start,due,answer,reporters,schedule,measure,aggregate,num_def,den_def,uom,target,maximum,direction,bounded,weight,opened,closed,source
KH,,40,plan,Kế hoạch,,1/KH-UBND,2022-01-01,UBND tỉnh,,,,,,,,,,,,,,,,,,,,,,,,,,,
KH.G,KH,,group,Nhóm,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,
KH.T1,KH.G,,task,Việc một,,,,,,trong_tam,,,412,,Trưởng phòng,Báo cáo,văn bản,2023-01-01,2023-12-31,lead,,,,,,,,,,,,,,,
KH.T2,KH.G,,task,Việc chung,,,,,,,,,40,,Trưởng phòng,Kế hoạch,văn bản,2023-01-01,2023-05-15,all,kind:district@40,,,,,,,,,,,,,,
KH.R,KH,,ratio,Tỷ lệ,,,,,,,,,40,,Trưởng phòng,Hồ sơ,hồ sơ,2023-01-01,2024-12-31,all,kind:commune@412|413,,stock,sum,tử số,mẫu số,,50%,,higher,yes,,,,
KH.C,KH,,count,Số lượng,,,,,,,,,40,,Trưởng phòng,Dịch vụ,dịch vụ,2023-01-01,2024-12-31,all,kind:district@40,,flow,sum,,,dịch vụ,100,,higher,,2,,,
KH.P,KH,,points,Điểm,,,,,,,,,412,,Trưởng phòng,Điểm,điểm,2023-01-01,2024-12-31,lead,,,stock,own,,,,,"18,00",higher,,,,,
KH.OLD,KH,,task,Việc đã đóng,,,,,,,,,412,,Trưởng phòng,Báo cáo,văn bản,2022-01-01,2022-12-31,lead,,,,,,,,,,,,,2023-01-01,
"""


def until(what, condition, patience=PATIENCE):
    """Asks until it is true; gives what it gave."""
    deadline = time.monotonic() + patience
    while True:
        value = condition()
        if value:
            return value
        assert time.monotonic() < deadline, f"waited {patience} s in vain: {what}"
        time.sleep(0.005)


def free_port():
    for port in random.sample(range(20000, 32000), 200):
        with socket.socket() as s:
            try:
                s.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue
    raise AssertionError("no free port")


class World:
    """A store directory, and everything started for it; `close` ends all of it."""

    def __init__(self, tmp, build, variant, guard, units=UNITS, items=ITEMS, more=None, today="2024-04-02", init=()):
        self.tmp, self.build, self.variant, self.guard = Path(tmp), Path(build), variant, guard
        self.clock = self.tmp / "clock"
        self.set_clock(today)
        self.context = zmq.Context()
        self.processes, self.offices = [], []
        self.principals = {}
        self.server_process = None
        self.dir = self.tmp / "server"
        self.ports = {n: free_port() for n in ("ingest", "feed", "query", "health")}
        self.end = {n: f"tcp://127.0.0.1:{p}" for n, p in self.ports.items()}
        made = self.server_json("init", "--name", "Thử", "--clock", f"file:{self.clock}", "--ingest", self.end["ingest"],
                                "--feed", self.end["feed"], "--query", self.end["query"],
                                "--health", str(self.ports["health"]), *init)
        self.server_key = made["public_key"]
        self.catalogue = self.tmp / "catalogue"
        self.write_catalogue(units=units, items=items, **(more or {}))
        self.server_cli("catalogue", "load", self.catalogue)

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
        env = dict(os.environ, LC_ALL="C.UTF-8", ASAN_OPTIONS="verify_asan_link_order=0:detect_leaks=0")
        env.pop("LD_PRELOAD", None)
        if guarded and self.guard:
            env["LD_PRELOAD"] = str(self.guard)
        return env

    def cli(self, *args, ok=(0,), program="tiendo-server", env=None):
        done = subprocess.run([str(self.build / program), *map(str, args)], capture_output=True, text=True,
                              timeout=PATIENCE, env=env or self.environment())
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
        made = self.server_json("agent", "add", unit, "--role", role, "--key", keys[0].decode())
        self.principals[keys[0]] = made
        return keys

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
                               "--query", self.end["query"], "--clock", f"file:{self.clock}", "--retry-max", "1")
        if register:
            self.server_cli("agent", "add", unit, "--role", "agent", "--key", made["public_key"])
        return made["public_key"]

    def agent_run(self, name):
        log = open(self.tmp / f"agent-{name}.log", "ab")
        p = subprocess.Popen([str(self.build / "tiendo-agent"), "--dir", str(self.tmp / "agents" / name), "run"],
                             stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=self.environment())
        self.processes.append(p)
        return p

    def agent_drained(self, name):
        until(f"agent {name} to have its receipts", lambda: self.agent_json(name, "status")["queued"] == 0)

    # ---- the end ----
    def close(self):
        for o in self.offices:
            o.close()
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
        self.context.destroy(0)
        text = self.log() if (self.tmp / "server.log").exists() else ""
        shutil.rmtree(self.tmp, ignore_errors=True)
        assert "ackguard:" not in text, text[-2000:]
        assert "ERROR: AddressSanitizer" not in text and "runtime error:" not in text, text[-4000:]
