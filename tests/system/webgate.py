# SPDX-License-Identifier: Apache-2.0
"""Browsers without a browser: starts a real tiendo-web, logs in, asks, follows events; the standard library alone.

`Gate` is one gateway of a centre (a World, or the played example of `Land`); `Browser` has cookies; `Stream` is what one EventSource sees.
"""
import gzip
import http.client
import itertools
import json
import re
import shutil
import signal
import socket
import subprocess
import threading
import urllib.parse

from world import PATIENCE, ROOT, World, until

PASSWORD = "tien-do-2024"
READERS = 12  # keys: each may knock twice a second
EXAMPLE = ROOT / "examples/de-an-06"


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def text(self):
        return (gzip.decompress(self.body) if self.headers["Content-Encoding"] == "gzip" else self.body).decode()

    @property
    def json(self):
        assert self.headers["Content-Type"] == "application/json", (self.status, self.headers["Content-Type"], self.body[:200])
        return json.loads(self.text)

    @property
    def error(self):
        """The code of an error; its sentences are there in both languages."""
        e = self.json["error"]
        assert set(e) == {"code", "vi", "en"} and e["vi"] and e["en"] and e["vi"] != e["en"], e
        return e["code"]


class Stream:
    """text/event-stream as the HTML standard reads it. What came is in `events`, the newest last."""

    def __init__(self, connection, target, headers):
        self.events, self.pings, self.retry, self.ended = [], 0, None, False
        self.connection = connection
        self.connection.request("GET", target, headers=headers)
        self.answer = self.connection.getresponse()
        self.status, self.headers = self.answer.status, self.answer.headers
        self.connection.sock.settimeout(None) if self.connection.sock else None
        self.socket = self.answer.fp.raw._sock
        self.socket.settimeout(None)
        if self.status == 200:
            assert self.headers["Content-Type"] == "text/event-stream; charset=utf-8"
            self.thread = threading.Thread(target=self.read, daemon=True)
            self.thread.start()

    def read(self):
        one = {}
        try:
            while line := self.answer.readline():
                assert line.endswith(b"\n"), line
                self.line(line.decode().rstrip("\n"), one)
        except (OSError, ValueError, AttributeError, http.client.HTTPException):
            pass  # closed meanwhile: http.client takes its own file away under itself
        self.ended = True

    def line(self, line, one):
        if line.startswith(":"):
            pass
        elif not line:
            if one.get("event") == "ping":
                assert one == {"event": "ping", "data": "{}"}, one
                self.pings += 1
            elif "data" in one:
                self.events.append({"event": "message", "id": None, **one, "data": json.loads(one["data"])})
            one.clear()
        else:
            name, _, value = line.partition(": ")
            if name == "retry":
                self.retry = int(value)
                return
            assert name in ("event", "id", "data") and name not in one, line
            one[name] = value

    def of(self, kind):
        return [e for e in list(self.events) if e["event"] == kind]

    def until(self, what, condition):
        return until(what, lambda: condition(list(self.events)))

    def grain(self, version, unit=None, plan=None):
        """The first grain event of at least that version."""
        return self.until(f"a grain of version {version}", lambda events: next(
            (e for e in events if e["event"] == "grain" and e["data"]["version"] >= version and unit in (None, e["data"]["unit"])
             and plan in (None, e["data"]["plan"])), None))

    @property
    def last(self):
        return [e["id"] for e in list(self.events) if e["id"]][-1]

    def close(self):
        try:
            self.socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.connection.close()


class Browser:
    def __init__(self, port, **headers):
        self.port, self.headers, self.cookies, self.streams = port, {k.replace("_", "-"): v for k, v in headers.items()}, {}, []
        self.csrf = None

    def sent(self, headers):
        cookie = {"Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())} if self.cookies else {}
        return {**cookie, **self.headers, **headers}

    def connect(self):
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)

    def ask(self, method, target, body=None, **headers):
        connection = self.connect()
        connection.request(method, target, body, self.sent({k.replace("_", "-"): v for k, v in headers.items()}))
        r = connection.getresponse()
        answer = Answer(r.status, r.headers, r.read())
        connection.close()
        for line in r.headers.get_all("Set-Cookie", []):
            name, value = line.split(";")[0].split("=", 1)
            if value:
                self.cookies[name] = value
            else:
                self.cookies.pop(name, None)
        return answer

    @staticmethod
    def target(path, args):
        args = {k.rstrip("_"): v for k, v in args.items() if v is not None}
        return f"/api/v1/{path}" + (f"?{urllib.parse.urlencode(args)}" if args else "")

    def get(self, path, **args):
        """`from` is a word of Python: give from_."""
        return self.ask("GET", self.target(path, args))

    def json(self, path, **args):
        answer = self.get(path, **args)
        assert answer.status == 200, (path, args, answer.status, answer.body[:300])
        return answer.json

    def login(self, user, password=PASSWORD, **headers):
        return self.ask("POST", "/api/v1/login", json.dumps({"user": user, "password": password}),
                        **{"Content-Type": "application/json", "X-Tiendo": "1", **headers})

    def enter(self, user, password=PASSWORD):
        answer = self.login(user, password)
        assert answer.status == 200, answer.body
        self.csrf = answer.json["csrf"]
        return self

    def logout(self, csrf=None):
        return self.ask("POST", "/api/v1/logout", X_CSRF=csrf or self.csrf or "")

    def follow(self, unit, last=None, status=200, **args):
        headers = {"Accept": "text/event-stream", **({"Last-Event-ID": last} if last else {})}
        stream = Stream(self.connect(), self.target("events", {"unit": unit, **args}), self.sent(headers))
        self.streams.append(stream)
        assert stream.status == status, (stream.status, stream.answer.read(300))
        if status == 200:
            stream.until("hello", lambda events: events)
        return stream

    def close(self):
        for s in self.streams:
            s.close()


class Gate:
    """One tiendo-web. `users` = {name: (role, unit, may read text)}; others are lines of web.conf."""

    def __init__(self, centre, name="web", role="operator", key_unit="VN", users=None, start=True, **conf):
        self.centre, self.dir, self.browsers = centre, centre.tmp / name, []
        self.log_path = centre.tmp / f"{name}.log"
        made = self.cli("init", "--server-key", centre.server_key, "--query", centre.end["query"], "--feed", centre.end["feed"], "--port", 0)
        centre.server_cli("agent", "add", "--unit", key_unit, "--role", role, "--key", made.stdout.strip())
        self.conf(**conf)
        for user, (its, unit, text) in (users or {}).items():
            self.user("add", user, "--role", its, "--unit", unit, *(["--text"] if text else []))
        self.process = None
        if start:
            self.start()

    def cli(self, *args, **more):
        return self.centre.cli("--dir", self.dir, *args, program="tiendo-web", **more)

    def user(self, *words, password=PASSWORD):
        done = subprocess.run([str(self.centre.build / "tiendo-web"), "--dir", str(self.dir), "user", *words], input=f"{password}\n", text=True,
                              capture_output=True, env=self.centre.environment())
        assert done.returncode == 0, done.stderr

    def conf(self, **values):
        path = self.dir / "web.conf"
        text = path.read_text()
        for key, value in values.items():
            text, n = re.subn(rf"^{key} =.*$", f"{key} = {value}", text, flags=re.M)
            assert n == 1, key
        path.write_text(text)

    def start(self, whole=True):
        before = len(self.log())
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen([str(self.centre.build / "tiendo-web"), "--dir", str(self.dir), "run"], stdin=subprocess.DEVNULL,
                                            stdout=log, stderr=log, env=self.centre.environment())
        self.centre.processes.append(self.process)

        def said(pattern):
            assert self.process.poll() is None, self.log()
            return re.search(pattern, self.log()[before:])

        self.port = int(until("the address", lambda: said(r"http://[0-9.]+:(\d+)/"))[1])
        if whole:
            try:
                until("its figures", lambda: said(r"grains of .* are here"))
            except AssertionError as e:
                raise AssertionError(f"{e}\n{self.log()[before:]}") from e
        return self

    def stop(self, how=signal.SIGTERM):
        self.process.send_signal(how)
        return self.process.wait(PATIENCE)

    def log(self):
        return self.log_path.read_text(errors="replace") if self.log_path.exists() else ""

    def settle(self):
        """Users have been changed: it has seen so."""
        n = self.log().count("sessions ended")
        self.process.send_signal(signal.SIGHUP)
        until("the users to be read anew", lambda: self.log().count("sessions ended") > n)

    def browser(self, user=None, **headers):
        b = Browser(self.port, **headers)
        self.browsers.append(b)
        return b.enter(user) if user else b

    def close(self):
        for b in self.browsers:
            b.close()


class Land:
    """The example played to its end, its centre running: obstacles, findings, requests, groups, late and silent offices."""
    environment, cli, server_cli, server_json = World.environment, World.cli, World.server_cli, World.server_json
    end_processes = World.end_processes

    def __init__(self, build, tmp):
        self.build, self.tmp, self.guard, self.processes = build, tmp, None, []
        done = subprocess.run(["/usr/bin/python3", str(EXAMPLE / "demo.py"), str(build), "--quiet", "--out", str(tmp / "land")],
                              capture_output=True, text=True, timeout=600, env=self.environment())
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
        self.dir = tmp / "land" / "server"
        text = (tmp / "land" / "viewer" / "tiendo.conf").read_text()
        found = {k: re.search(rf"^{k} = (.*)$", text, re.M)[1] for k in ("query", "feed", "server_key")}
        self.end, self.server_key = {k: found[k] for k in ("query", "feed")}, found["server_key"]
        with open(tmp / "server.log", "wb") as log:
            self.server = subprocess.Popen([str(build / "tiendo-server"), "--dir", str(self.dir), "run"], stdin=subprocess.DEVNULL, stdout=log,
                                           stderr=log, env=self.environment())
        self.processes.append(self.server)
        until("the centre to be ready", lambda: "ready: entry" in (tmp / "server.log").read_text() or self.server.poll() is not None)
        assert self.server.poll() is None, (tmp / "server.log").read_text()
        self.readers = itertools.cycle([self.reader(tmp / f"reader-{n}") for n in range(READERS)])
        self.gates, self.times = [], {}

    def reader(self, path):
        made = self.cli("--dir", path, "init", "--server-key", self.server_key, "--query", self.end["query"], "--feed", self.end["feed"],
                        program="tiendo")
        self.server_cli("agent", "add", "--unit", "VN", "--role", "operator", "--key", made.stdout.strip())
        return path

    def ask(self, *args, **more):
        return self.cli("--dir", next(self.readers), *args, "--json", program="tiendo", **more)

    def tiendo(self, *args, **more):
        return json.loads(self.ask(*args, **more).stdout)

    def received(self):
        """When each entry came."""
        if not self.times:
            lines = self.server_cli("dump").stdout.splitlines()
            self.times = {e["entry"]: e["received_ms"] for e in map(json.loads, lines)}
        return self.times

    def gate(self, name, **more):
        self.gates.append(Gate(self, name, **more))
        return self.gates[-1]

    def close(self):
        for g in self.gates:
            g.close()
        self.end_processes()
        logs = [p.read_text(errors="replace") for p in self.tmp.glob("*.log")]
        shutil.rmtree(self.tmp, ignore_errors=True)
        for text in logs:
            assert "Sanitizer" not in text and "runtime error:" not in text and "Assertion" not in text, text[-4000:]
