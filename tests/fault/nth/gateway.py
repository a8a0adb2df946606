# SPDX-License-Identifier: Apache-2.0
"""`tiendo-web run` under a fault, and browsers that ask it: an answer is the one it gives without any fault, an error that says so,
or a line that ends; never another answer. When the fault is gone it serves again by itself, or it has ended with a sentence."""
import http.client
import json
import re
import signal
import socket
import time
import zlib

import judge
from harness import CALLS, MEMORY
from offices import HEALED, STOP, Turns

QUICK = 2.5  # seconds under a fault: its start, and every question once
ASK_S = 1.0  # for one answer under a fault
CALM_S = 15.0  # ... without one, on a busy machine
STOP_S = 2.0
QUESTIONS = ["items", "board?unit=40", "tree?unit=40&plan=KH", "unit?unit=40", "figures?unit=40", "below?unit=40&item=KH.C", "search?q=vinh",
             "series?unit=40&item=KH.C", "timeliness?unit=40", "recent?unit=40", "session"]
# freshness, which moves, and the age of a figure, which is left out when the centre could not be asked for it
MOVES = ("state", "m", "changed_ms", "oldest", "csrf", "last_ms", "known_ms")
REFUSALS = (500, 503)


def still(value):
    """What must be the same each time."""
    if isinstance(value, dict):
        return {k: still(v) for k, v in value.items() if k not in MOVES}
    return [still(v) for v in value] if isinstance(value, list) else value


class Asked:
    """What one gateway said: answers by question; a wrong one is kept in words."""

    def __init__(self, port, truth):
        self.port, self.truth, self.wrong, self.patience = port, truth, None, ASK_S

    def one(self, what):
        """The answer, or None: refused, or cut."""
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=self.patience)
        try:
            line.request("GET", f"/api/v1/{what}", headers={"Accept-Encoding": "gzip"})
            answer = line.getresponse()
            body = answer.read()
            if answer.headers["Content-Encoding"] == "gzip":
                body = zlib.decompress(body, 31)
        except (OSError, http.client.HTTPException):
            return None
        finally:
            line.close()
        if answer.status in REFUSALS:
            return None
        try:
            found = still(json.loads(body))
        except ValueError:
            found = body[:200]
        if answer.status != 200 or (self.truth and found != self.truth[what]):
            self.wrong = self.wrong or f"{what}: {answer.status} {str(found)[:600]}"
            return None
        return found

    def hello(self):
        """The first event of a stream, whole."""
        text = b""
        try:
            with socket.create_connection(("127.0.0.1", self.port), self.patience) as s:
                s.settimeout(self.patience)
                s.sendall(b"GET /api/v1/events?unit=40 HTTP/1.1\r\nHost: localhost\r\n\r\n")
                while b"\n\n" not in text.partition(b"\r\n\r\n")[2]:
                    if not (more := s.recv(4096)):
                        return None
                    text += more
        except OSError:
            return None
        if b" 503 " in text[:20] or b" 500 " in text[:20]:
            return None
        data = re.search(rb"event: hello\r?\nid: [^\n]+\ndata: (.*)\n\n", text)
        try:
            return json.loads(data[1])["state"]["root"]["code"] == "40"
        except (TypeError, ValueError, KeyError):
            self.wrong = self.wrong or f"events: {text[:600]}"
            return None

    def all(self):
        """Every question once; the answers, or None when one of them was not given."""
        found = {what: self.one(what) for what in QUESTIONS}
        good = self.hello() and all(v is not None for v in found.values())
        return found if good and not self.wrong else None


class Gateway(Turns):
    name = "the gateway"

    def __init__(self, places, verdict):
        super().__init__(places, places.gateways)
        self.verdict, self.truth = verdict, None

    def until(self, child, asked, seconds):
        end = time.monotonic() + seconds
        while child.poll() is None and time.monotonic() < end and not asked.wrong:
            if found := asked.all():
                return found
            child.wait(0.02)
        return None

    def once(self, w, fault, record=False):
        """(answers under the fault, answers in the end, what it said, the result)"""
        directory = w.fresh(self.kept[self.take()])
        conf = directory / "web.conf"
        conf.write_text(re.sub(r"(?m)^port = .*$", f"port = {w.web_port}", conf.read_text()))
        w.control.arm(fault, record)
        child = w.zygotes["web"].start(["--dir", directory, "run"], w.control)
        asked = Asked(w.web_port, self.truth)
        good = healed = self.until(child, asked, HEALED if record else QUICK * w.patient)
        if not good and child.poll() is None and not asked.wrong:
            w.control.disarm()
            asked.patience = CALM_S
            healed = self.until(child, asked, HEALED * w.patient)
        child.kill(signal.SIGTERM)
        child.wait(STOP_S * w.patient)
        w.control.disarm()  # a signal that cannot be read is read when it can be
        return good, healed, asked, w.zygotes["web"].finish(child, STOP * w.patient, w.control)

    def trace(self, w):
        self.truth = None
        self.truth, _, _, _ = self.once(w, None)
        good, _, asked, r = self.once(w, None, record=True)
        assert self.truth and good and r.code == 0, f"the gateway does not work without any fault: {asked.wrong} {r.code} {r.err}"
        return w.control.traced(MEMORY), w.control.traced(CALLS)

    def run(self, w, fault):
        good, healed, asked, r = self.once(w, fault)
        if not r.hit:
            return False
        _, wrong = judge.of_command(r, None)
        wrong = wrong or (asked.wrong and f"a wrong answer: {asked.wrong}")
        if not wrong and not healed and r.code == 0:
            wrong = f"does not serve when the fault is gone: {r.err[-400:]}"
        if wrong:
            self.verdict.bad(self.name, fault, wrong, r)
        else:
            self.verdict.allowed("worked on" if good else "was not ready, and was again" if healed else
                                 "ended by a library, and recovered" if r.signal else "ended with a sentence, and recovered", r)
        return True
