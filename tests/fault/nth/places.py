# SPDX-License-Identifier: Apache-2.0
"""The stores and offices that every run gets a copy of: a centre that was killed with a checkpoint behind its journal,
and offices whose queue is not empty."""
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent.parent


def scratch(build):
    """A directory in memory when there is one: the runs are about what fails, not about the disk."""
    (build / "tmp").mkdir(parents=True, exist_ok=True)
    return Path(tempfile.mkdtemp(prefix="nth.", dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else build / "tmp"))


def libraries(tmp):
    """Makes what the system tests use importable here."""
    gen = tmp / "python"
    gen.mkdir()
    subprocess.run(["protoc", f"--python_out={gen}", f"-I{ROOT}/proto", f"{ROOT}/proto/tiendo.proto",
                    f"{ROOT}/proto/journal.proto"], check=True)
    sys.path[:0] = [str(gen), str(ROOT / "tests/system")]


def copy(source, dest):
    """A small tree; sockets are left out."""
    os.mkdir(dest, 0o700)
    with os.scandir(source) as entries:
        for e in entries:
            to = os.path.join(dest, e.name)
            if e.is_dir():
                copy(e.path, to)
            elif e.is_file():
                with open(e.path, "rb") as f, open(to, "wb", opener=lambda p, _: os.open(p, os.O_WRONLY | os.O_CREAT, 0o600)) as t:
                    t.write(f.read())


class Places:
    def __init__(self, build, tmp, offices, readers):
        import world as w
        self.tmp, self.build, self.until = tmp, build, w.until
        (tmp / "world").mkdir()
        self.world = world = w.World(tmp / "world", build, "", None)
        self._centre(world)
        self._offices(world, offices)
        self._readers(world, readers)
        self._gateways(world, readers)
        self.server_key, self.principals = world.server_key, world.principals
        world.kill()
        self.centre = self.keep(world.dir, "centre")
        world.server_cli("backup", tmp / "backed-up")
        self.backup = tmp / "backed-up"
        shutil.copytree(world.catalogue, tmp / "more")
        (tmp / "reports.csv").write_text("item,value,as_of,note\nKH.C,41,2024-04-01,một\nKH.C,42,2024-04-02,hai\n")
        with open(tmp / "more/items.csv", "a") as f:
            f.write(w.table(w.ITEM_COLUMNS, [w.item("KH.C2", "KH", "count", reporters="kind:district@40", measure="flow",
                                                    aggregate="sum", uom="việc", target="9", direction="higher")]).split("\n", 1)[1])

    def keep(self, directory, name):
        copy(directory, self.tmp / name)
        return self.tmp / name

    def _centre(self, world):
        import tiendo_pb2 as pb
        world.start()
        self.office_keys = world.principal("40")
        self.reader_keys = world.principal("40", "viewer")
        o = world.office(self.office_keys)
        self.epoch = o.epoch

        def some(first, n):
            return [o.update(s, "412", "KH.X" if s % 7 == 0 else "KH.C", 20240401, count=pb.Count(value=s), note="x" * (s % 3 * 300))
                    for s in range(first, first + n)]
        o.offer(1, some(1, 40))
        world.stop()  # keeps a checkpoint
        o.close()
        world.start()
        o = self.office = world.office(self.office_keys, epoch=self.epoch)
        o.offer(41, some(41, 40))
        o.offer(81, some(81, 5))
        self.outcomes, self.blobs = dict(o.outcomes), dict(o.blobs)

    def _offices(self, world, n):
        """Each knows the catalogue, has two receipts, and three reports that were not sent yet."""
        self.offices = []
        for i in range(n):
            name = f"office{i}"
            world.agent_init(name, "412")
            p = world.agent_run(name)

            def report(value):
                return world.agent_cli(name, "report", "KH.C", "--value", value, ok=None)
            self.until("the catalogue", lambda: report(7).returncode == 0)
            report(8)
            world.agent_drained(name)
            p.terminate()
            p.wait()
            for value in (10, 11, 12):
                assert report(value).returncode == 0
            self.offices.append(self.keep(world.tmp / "agents" / name, name))

    def _readers(self, world, n):
        self.readers = []
        for i in range(n):
            d = world.tmp / f"reader{i}"
            key = world.cli("--dir", d, "init", "--server-key", world.server_key, "--query", world.end["query"], "--feed",
                            world.end["feed"], program="tiendo").stdout.strip()
            world.server_cli("agent", "add", "--unit", "40", "--role", "viewer", "--key", key)
            self.readers.append(self.keep(d, f"reader{i}"))

    def _gateways(self, world, n):
        self.gateways = []
        for i in range(n):
            d = world.tmp / f"gateway{i}"
            key = world.cli("--dir", d, "init", "--server-key", world.server_key, "--query", world.end["query"], "--feed", world.end["feed"],
                            "--unit", "40", "--public", program="tiendo-web").stdout.strip()
            world.server_cli("agent", "add", "--unit", "40", "--role", "operator", "--key", key)
            text = (d / "web.conf").read_text()
            (d / "web.conf").write_text(text.replace("public_unit = VN", "public_unit = 40"))
            self.gateways.append(self.keep(d, f"gateway{i}"))

    def close(self):
        self.world.close()
