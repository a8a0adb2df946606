# SPDX-License-Identifier: Apache-2.0
"""Real subscribers that can be killed: the library's mirror (eye), and `tiendo watch`; both must end equal to the centre."""
import json
import subprocess
import time

import tiendo_pb2 as pb
from world import until

NOT_A_FIGURE = {"version", "generation", "at", "stale"}  # of a reading: where it stands, not what it is
PATHS = {"VN": "VN/", "40": "VN/40/", "412": "VN/40/412/", "413": "VN/40/413/"}


class Watcher:
    """A directory with a viewer's key of its own, a process, what it prints."""

    def __init__(self, world, name, unit):
        self.world, self.name, self.unit, self.dir = world, name, unit, world.tmp / name
        made = self.cli("init", "--server-key", world.server_key, "--query", world.end["query"], "--feed", world.end["feed"])
        world.server_json("agent", "add", "--unit", "VN", "--role", "viewer", "--key", made.stdout.strip())
        self.process, self.lives = None, 0
        self.start()

    def cli(self, *args, **more):
        return self.world.cli("--dir", self.dir, *args, program="tiendo", **more)

    def start(self):
        self.lives += 1
        self.out = self.world.tmp / f"{self.name}-{self.lives}.out"
        with open(self.out, "wb") as out, open(self.world.tmp / f"{self.name}.log", "ab") as log:
            self.process = subprocess.Popen(self.command(), stdin=subprocess.PIPE, stdout=out, stderr=log,
                                            env=self.world.environment())
        self.world.processes.append(self.process)
        return self

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        self.world.processes.remove(self.process)
        self.out.unlink()
        return self


class Eye(Watcher):
    def command(self):
        return [str(self.world.build / "fault/eye"), str(self.dir), self.unit]

    def shows(self):
        """{(path, plan): (version, sorted rollups)}, or None while it knows that it does not know."""
        at = self.out.stat().st_size
        self.process.stdin.write(b"?\n")
        self.process.stdin.flush()

        def answer():
            assert self.process.poll() is None, f"{self.name} ended by itself: {self.process.returncode}"
            text = self.out.read_bytes()[at:].decode()
            lines = text.splitlines()
            return lines if text.endswith("\n") and lines[-1].startswith("end ") else None
        grains, rows = {}, []
        lines = until(f"{self.name} to answer", answer)
        for line in lines[:-1]:
            word, *rest = line.split(" ")
            if word == "grain":
                rows = []
                grains[rest[0], int(rest[1])] = int(rest[2]), rows
            else:
                rows.append(bytes.fromhex(rest[0]))
        return None if lines[-1].startswith("end -") else grains


class Watch(Watcher):
    """Prints a line when a figure moves: the last line of each item is what it shows. It gives up when no door opens in its
    first three seconds (a person waits there), so it is waited for."""

    def start(self):
        log = self.world.tmp / f"{self.name}.log"
        before = log.read_text().count("đang theo dõi") if log.exists() else 0
        super().start()
        until(f"{self.name} to begin", lambda: self.process.poll() is not None or log.read_text().count("đang theo dõi") > before)
        return self

    def command(self):
        return [str(self.world.build / "tiendo"), "--dir", str(self.dir), "watch", self.unit, "--json"]

    def differs(self):
        now = {r["item"]: figure(r) for r in json.loads(self.cli("get", self.unit, "--json").stdout)}
        lines = self.out.read_text().split("\n")[:-1]
        shown = {r["item"]: figure(r) for r in map(json.loads, lines)}
        return {item: (f, now.get(item)) for item, f in shown.items() if f != now.get(item)}


def figure(reading):
    return {k: v for k, v in reading.items() if k not in NOT_A_FIGURE}


def said(rollups):
    """Rollups in a form that can be compared; those of nothing may be there or not."""
    made = [pb.Rollup.FromString(r) if isinstance(r, bytes) else r for r in rollups]
    return sorted(r.SerializeToString() for r in made if r != pb.Rollup(item=r.item, version=r.version))


def equal(world, eyes, watches):
    """Nothing is under way: each shows what a stranger who comes now is given, soon."""
    reader = world.reader(world.principal("VN", "viewer"))
    for eye in eyes:
        right = {k: (g.version, said(g.rollups)) for k, g in reader.grains(PATHS[eye.unit])[0].items()}
        assert right

        def same():
            shown = eye.shows()
            return shown is not None and {k: (v, said(rows)) for k, (v, rows) in shown.items()} == right
        until(f"{eye.name} to be equal to the centre", same)
    for watch in watches:
        differs = watch.differs()
        for _ in range(100):  # slowly: a key has 120 handshakes a minute
            if not differs:
                break
            time.sleep(0.7)
            differs = watch.differs()
        assert not differs, f"{watch.name} shows something else than the centre: {differs}"
