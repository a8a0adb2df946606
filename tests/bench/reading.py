# SPDX-License-Identifier: Apache-2.0
"""How long a page of each reading command takes at national size: from the question's last byte to the answer's."""
import subprocess
import sys
import time
from pathlib import Path

import zmq

from centre import spread

ROOT = Path(__file__).resolve().parent.parent.parent
PATIENCE_MS = 20000
PAGES = 200  # of one question at most


def messages():
    """tiendo.proto for Python, made by the build."""
    subprocess.run([ROOT / "tools/pyproto.sh"], cwd=ROOT, check=True)
    sys.path.insert(0, str(ROOT / "build/gen/python"))
    import tiendo_pb2
    return tiendo_pb2


def viewer(world):
    """The keys of the first viewer in a world file."""
    with open(world, encoding="utf-8") as f:
        return next(line.split("\t")[1:3] for line in f if line.startswith("viewer\t"))


class Reader:
    def __init__(self, endpoint, server_key, keys):
        self.pb = messages()
        self.context = zmq.Context()
        self.socket = self.context.socket(zmq.DEALER)
        self.socket.setsockopt(zmq.LINGER, 0)
        for option, value in ((zmq.CURVE_SERVERKEY, server_key), (zmq.CURVE_PUBLICKEY, keys[0]),
                              (zmq.CURVE_SECRETKEY, keys[1].strip())):
            self.socket.setsockopt(option, value.encode())
        self.socket.connect(endpoint)
        self.id = 0

    def close(self):
        self.socket.close(0)
        self.context.term()

    def page(self, kind, fields, cursor):
        self.id += 1
        q = self.pb.Query(id=self.id)
        getattr(q, kind).SetInParent()
        for name, value in fields.items():
            setattr(getattr(q, kind), name, value)
        getattr(q, kind).cursor = cursor
        frames = [b"\x01\x10", q.SerializeToString()]
        began = time.monotonic()
        self.socket.send_multipart(frames)
        if not self.socket.poll(PATIENCE_MS):
            raise SystemExit(f"no answer to {kind}")
        body = self.socket.recv_multipart()[1]
        ms = (time.monotonic() - began) * 1000
        reply = self.pb.Reply()
        reply.ParseFromString(body)
        return ms, len(body), reply

    def ask(self, kind, **fields):
        """Every page of a question: milliseconds each, and how many bytes there were."""
        times, size, cursor = [], 0, b""
        while len(times) < PAGES:
            ms, n, reply = self.page(kind, fields, cursor)
            if reply.HasField("failure"):
                if reply.failure.retry_ms:
                    time.sleep(reply.failure.retry_ms / 1000)
                    continue
                raise SystemExit(f"{kind}: {reply.failure.text}")
            times.append(ms)
            size += n
            cursor = reply.cursor
            if not cursor:
                break
        return dict(pages=len(times), bytes=size, page_ms=spread(times))


def questions(period):
    """What a leader of the country asks: everything, everywhere."""
    return {"timeliness": dict(unit="VN"), "slots": dict(unit="VN", period=period), "silent": dict(unit="VN"), "period_figures": dict(unit="VN", item="QG", period=period),
            "series": dict(unit="VN", item="QG"), "suspicious": dict(unit="VN"), "obstacles": dict(unit="VN"),
            "findings": dict(unit="VN"), "requests": dict(unit="VN"), "exceptions": dict(unit="VN")}
