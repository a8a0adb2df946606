# SPDX-License-Identifier: Apache-2.0
"""The lives of a centre: the incarnations of its journal, a second copy of it, and whose a receipt is."""
import signal
import subprocess
from collections import Counter

import journal_pb2 as jp
import tiendo_pb2 as pb
from journal import b2, read
from world import PATIENCE, free_port, until


def history(entries):
    """Every incarnation the journal has had."""
    for e in entries:
        if e.kind == "genesis":
            yield jp.GenesisBody.FromString(e.body).incarnation
        elif e.kind == "incarnation":
            yield jp.IncarnationBody.FromString(e.body).incarnation


class Second:
    """A copy of the store, started beside the first one: the same keys, another directory and other ports."""

    def __init__(self, world, copy):
        self.world, self.dir = world, copy
        self.ports = {n: free_port() for n in ("ingest", "feed", "query", "health")}
        conf = copy / "tiendo.conf"
        lines = [x for x in conf.read_text().splitlines() if not x.split("=")[0].strip(" #").startswith("port_")]
        conf.write_text("\n".join([*lines, *(f"port_{n} = {p}" for n, p in self.ports.items())]) + "\n")
        self.process = None

    def start(self):
        log = open(self.world.tmp / "second.log", "ab")
        self.process = subprocess.Popen([str(self.world.build / "tiendo-server"), "--dir", str(self.dir), "run"],
                                        stdout=log, stderr=log, env=self.world.environment(guarded=True))
        self.world.processes.append(self.process)
        until("the second one", lambda: self.process.poll() is not None or (self.dir / "endpoints").exists())
        assert self.process.poll() is None

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(PATIENCE) == 0


def places(directory):
    """{(incarnation, entry, index): (principal, seq, blob hash)} of a journal."""
    out, now = {}, b""
    for e in read(directory):
        if e.kind == "genesis":
            now = jp.GenesisBody.FromString(e.body).incarnation
        elif e.kind == "incarnation":
            now = jp.IncarnationBody.FromString(e.body).incarnation
        for index, blob in enumerate(e.blobs(), 1):
            out[now.hex(), e.number, index] = (e.header.principal, pb.Update.FromString(blob).seq, b2(blob).hex())
    return out


def true_receipts(p, *directories):
    """Every receipt that an office holds is of one of these journals: that update, at that place. Gives how many are of each."""
    held = [(c, r) for c in p.clerks for r in c.json("receipts", "--limit", "0")["receipts"]]
    journals, n = [places(d) for d in directories], Counter()  # read after the receipts: what is receipted is there
    for c, r in held:
        mine = (c.principal, r["seq"], r["blob_hash"])
        where = [i for i, j in enumerate(journals) if j.get((r["incarnation"], r["entry"], r["index"])) == mine]
        assert where, f"{c.name} holds a receipt that nobody gave: {r}"
        n[where[0]] += 1
    return n
