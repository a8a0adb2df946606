# SPDX-License-Identifier: Apache-2.0
"""Several runs at a time: most of a run with a server is waiting. Each worker has its own programs, ports and directory."""
import queue
import shutil
import threading
import traceback

import places
import zmq
from harness import Control, Zygote

PROGRAMS = {"server": "tiendo-server", "agent": "tiendo-agent", "reader": "tiendo", "web": "tiendo-web"}


class Worker:
    def __init__(self, index, build, tmp, env, patient):
        import world
        self.index, self.tmp, self.patient = index, tmp / f"worker{index}", patient
        self.tmp.mkdir()
        self.zygotes = {word: Zygote(build / "nth" / program, self.tmp, env) for word, program in PROGRAMS.items()}
        # under a sanitizer every end looks for leaks, which takes long: not in runs without a fault
        self.calm = self.zygotes
        if "asan" in build.name:
            quiet = dict(env, ASAN_OPTIONS=env["ASAN_OPTIONS"].replace("detect_leaks=1", "detect_leaks=0"))
            self.calm = {word: Zygote(build / "nth" / program, self.tmp, quiet) for word, program in PROGRAMS.items()}
        self.control = Control(self.tmp / "control")
        self.ports = {n: world.free_port() for n in ("ingest", "feed", "query", "health")}
        self.web_port = world.free_port()
        self.end = {n: f"tcp://127.0.0.1:{p}" for n, p in self.ports.items()}
        self.context = zmq.Context()

    def fresh(self, source, name="copy"):
        """A new copy of a place that is kept."""
        self.remove(name)
        places.copy(source, self.tmp / name)
        return self.tmp / name

    def remove(self, name):
        shutil.rmtree(self.tmp / name, ignore_errors=True)
        return self.tmp / name

    def own_ports(self, directory):
        """This worker's in the settings of a copied store."""
        path = directory / "tiendo.conf"
        lines = [f"{name} = {self.ports[name[5:]]}" if (name := line.split(" ")[0]).startswith("port_") else line
                 for line in path.read_text().splitlines()]
        path.write_text("\n".join(lines) + "\n")

    def run(self, program, args, fault=None, seconds=60, record=False):
        """Without a fault it leaves the control block to whoever runs with one."""
        if fault or record:
            return self.zygotes[program].run(args, fault, self.control, seconds, record)
        return self.calm[program].run(args, seconds=seconds)

    def close(self):
        for z in {*self.zygotes.values(), *self.calm.values()}:
            z.close()
        self.context.destroy(0)


class Pool:
    """Tasks are functions of a worker."""

    def __init__(self, workers):
        self.workers, self.broken = workers, []

    def all(self, tasks):
        """Does them all; a mistake of the driver itself ends the run."""
        todo = queue.SimpleQueue()
        for task in tasks:
            todo.put(task)

        def work(worker):
            while not self.broken:
                try:
                    task = todo.get_nowait()
                except queue.Empty:
                    return
                try:
                    task(worker)
                except Exception:
                    self.broken.append(traceback.format_exc())
        threads = [threading.Thread(target=work, args=(w,)) for w in self.workers]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        if self.broken:
            raise SystemExit(self.broken[0])
