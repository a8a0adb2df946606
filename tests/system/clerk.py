# SPDX-License-Identifier: Apache-2.0
"""An office with a real tiendo-agent, and a clerk who remembers what its commands said.

Each row bears a note of its own, so a test can ask what became of it: `delivered` compares what `report` and `import` promised with
what the centre has on disk, and the office's receipts with the centre's dump.
"""
import csv
import io
import itertools
import json
import shutil
import signal
from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor

import lmdb

from journal import b2
from world import PATIENCE, until


class Clerk:
    def __init__(self, world, name, unit, register=True, **conf):
        self.world, self.name, self.unit = world, name, unit
        self.dir = world.tmp / "agents" / name
        self.key = world.agent_init(name, unit, register=False)
        self.conf(**conf)
        self.principal = self.register() if register else None
        self.promised = []  # notes in the order of their queueing
        self.numbers = itertools.count(1)
        self.process = None

    def register(self):
        return self.world.server_json("agent", "add", "--unit", self.unit, "--key", self.key)["principal"]

    def conf(self, **values):
        """Changes lines of agent.conf."""
        path = self.dir / "agent.conf"
        lines = path.read_text().splitlines()
        for i, line in enumerate(lines):
            key = line.split("=")[0].strip()
            if key in values:
                lines[i] = f"{key} = {values[key]}"
        path.write_text("\n".join(lines) + "\n")

    # ---- commands ----
    def cli(self, *args, ok=(0,), lang="vi"):
        return self.world.cli("--dir", self.dir, *args, "--lang", lang, ok=ok, program="tiendo-agent")

    def json(self, *args, **more):
        return json.loads(self.cli(*args, "--json", **more).stdout)

    def together(self, *commands):
        """Several commands at once (each may wait for a centre that is away); gives what they did, in the order given."""
        with ThreadPoolExecutor(len(commands)) as pool:
            return list(pool.map(lambda c: self.cli(*c[0], **c[1]), commands))

    def meta(self, name, change):
        """Rewrites a record of the spool's table "meta" behind the agent's back."""
        env = lmdb.open(str(self.dir / "spool"), max_dbs=16)
        with env.begin(write=True, db=env.open_db(b"meta")) as txn:
            old = txn.get(name)
            new = change(old)
            assert old and txn.put(name, new)
        env.close()

    def forge(self, name, change):
        """The same with the check that belongs to it: eight bytes of a hash over record and key (agent/spool_inner.h)."""
        def checked(old):
            record = change(old[:-8])
            return record + b2(b2(record) + name)[:8]

        self.meta(name, checked)

    def status(self):
        return self.json("status")

    def note(self):
        return f"{self.name} {next(self.numbers)}"

    def report(self, item, *args):
        """Queues one; gives what the command said."""
        note = self.note()
        said = self.json("report", item, *args, "--note", note)
        assert said["queued"]["rows"] == 1
        self.promised.append(note)
        return said

    def rows(self, rows, name="reports.csv", notes=None):
        """Writes rows (dicts) as a CSV file, each with a note; gives its path and the notes."""
        notes = notes or [self.note() for _ in rows]
        columns = list(dict.fromkeys(k for r in rows for k in r)) + ["note"]
        out = io.StringIO()
        writer = csv.DictWriter(out, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(r | {"note": n} for r, n in zip(rows, notes))
        path = self.dir / name
        path.write_text(out.getvalue(), encoding="utf-8")
        return path, notes

    def file(self, rows):
        """Queues rows by `import`; gives what the command said."""
        path, notes = self.rows(rows)
        said = self.json("import", path)
        assert said["queued"]["rows"] == len(rows) == said["queued"]["to"] - said["queued"]["from"] + 1
        self.promised += notes
        return said

    # ---- the daemon ----
    def run(self):
        self.process = self.world.agent_run(self.name)
        until(f"{self.name} to run", lambda: self.process.poll() is not None or self.status()["running"])
        assert self.process.poll() is None, self.log()
        return self

    def stop(self, how=signal.SIGTERM):
        p, self.process = self.process, None
        p.send_signal(how)
        return p.wait(PATIENCE)

    def kill(self):
        return self.stop(signal.SIGKILL)

    def log(self):
        return (self.world.tmp / f"agent-{self.name}.log").read_text()

    def knows(self):
        """Runs until the catalogue in force at the centre is here."""
        newest = max(e["entry"] for e in self.world.dump() if e["kind"] == "catalogue")
        until(f"{self.name} to have the catalogue", lambda: self.status()["catalogue_entry"] == newest)
        return self

    def drained(self):
        until(f"{self.name} to have all outcomes", lambda: self.status()["waiting"] == 0)
        return self

    def copy(self, to):
        """The directory as it is now, beside it; the daemon must not run."""
        assert self.process is None
        path = self.dir.with_name(to)
        shutil.copytree(self.dir, path)
        return path

    def put_back(self, path):
        shutil.rmtree(self.dir)
        shutil.copytree(path, self.dir)


def twin(clerk, name):
    """Another office made by copying the directory of the first: same key, same spool."""
    other = object.__new__(Clerk)
    other.__dict__.update(clerk.__dict__, name=name, dir=clerk.copy(name), promised=[], process=None)
    return other


def taken(world):
    """[(principal, entry, index, received_ms, item of the dump)] in the order of the journal."""
    return [(e["principal"], e["entry"], t["index"], e["received_ms"], t)
            for e in world.dump() if e["kind"] == "batch" for t in e["taken"]]


def notes_of(world, principal):
    return [t["update"].get("note", "") for p, _, _, _, t in taken(world) if p == principal]


def delivered(world, *clerks):
    """What was promised is on disk once, nothing else is, each office's in its order; receipts are those of the dump."""
    on_disk, promised = defaultdict(list), defaultdict(list)
    for principal, _, _, _, t in taken(world):
        on_disk[principal].append(t["update"]["note"])
    for c in clerks:
        promised[c.principal] += c.promised
    for principal, notes in promised.items():
        assert Counter(on_disk[principal]) == Counter(notes)
    for c in clerks:
        mine = set(c.promised)
        assert [n for n in on_disk[c.principal] if n in mine] == c.promised, "not in the order of queueing"
        receipts(world, c)


def receipts(world, clerk, gone=()):
    """Every receipt the office holds is what the centre's dump says. Gives {(epoch, seq): receipt}."""
    places = {(p, e, i): (received, t) for p, e, i, received, t in taken(world)}
    held = clerk.json("receipts", "--limit", "0")["receipts"]
    for r in held:
        if r["entry"] in gone:
            continue
        received, t = places[clerk.principal, r["entry"], r["index"]]
        u = t["update"]
        assert (r["seq"], r["blob_hash"], r["received_ms"], r["unit"], r["item"], r["as_of"]) == (
            t["seq"], t["blob_hash"], received, u["unit"], u["item"], u["as_of"]), r
        assert r["receipt"] == f"{r['incarnation'][:8]}-{r['entry']}-{r['index']}"
    assert len({(r["epoch"], r["seq"]) for r in held}) == len(held)
    return {(r["epoch"], r["seq"]): r for r in held}
