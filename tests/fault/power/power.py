# SPDX-License-Identifier: Apache-2.0
"""Power cuts: records a run (drive.py), replays it in many states (replay.c), starts whole programs on some of them."""
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from drive import Recorded, drive
from world import ROOT

# states in all, by variant and size; a fifth of them are the offices', a twentieth the backup's
STATES = {("release", "quick"): 20000, ("release", "soak"): 500000, ("asan", "quick"): 2000, ("asan", "soak"): 40000}
STARTS = {"quick": 50, "soak": 500}
MACHINES = {"server": ("server", 0.75), "backup": ("backup", 0.05), "agents/vinh": ("agent", 0.12), "agents/chau": ("agent", 0.08)}
# what is broken -> the machine on which it must be found
LIES = {"sync": "server", "dsync": "server", "early": "server", "dirsync": "server", "filesync": "server"}


class Power:
    def __init__(self, build, variant, size):
        self.build, self.variant, self.size = (ROOT / build).resolve(), variant, size
        self.seed = int(os.environ.get("SEED") or random.SystemRandom().getrandbits(32))
        self.states = int(os.environ.get("STATES") or STATES[variant if variant == "asan" else "release", size])
        self.tools = self.build / "fault" / "power"
        self.out = self.build / "reliability"
        self.work = Path(tempfile.mkdtemp(prefix="tiendo-power-", dir=os.environ.get("POWER_DIR") or
                                          ("/dev/shm" if os.access("/dev/shm", os.W_OK) else self.out)))
        self.passed, self.failed, self.figures = 0, 0, {}

    def verdict(self, good, words):
        self.passed += good
        self.failed += not good
        print(("ok    " if good else "WRONG ") + words, flush=True)

    def record(self):
        tmp = self.work / "run"
        tmp.mkdir()
        world = None
        try:
            world = Recorded(tmp, self.build, self.variant, self.tools / "recorder.so", self.work / "power.log", self.seed)
            drive(world)
        finally:
            if world:
                for o in world.offices:
                    o.close()
                world.end_processes()
                world.context.destroy(0)

    def replay(self, machine, states, *more):
        p = subprocess.run([self.tools / "replay", "--machine", machine, "--kind", MACHINES[machine][0], "--work",
                            self.work / f"disk-{machine.rpartition('/')[2]}",
                            "--states", str(states), "--seed", str(self.seed), *map(str, more), self.work / "power.log"],
                           stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        lines = p.stdout.splitlines()
        try:
            return p.returncode, json.loads(lines[-1]), lines[:-1]
        except (IndexError, ValueError):
            raise SystemExit(f"replay {machine} ended with {p.returncode}:\n{p.stdout[-3000:]}{p.stderr[-3000:]}")

    def cut_everywhere(self):
        for machine, (kind, share) in MACHINES.items():
            start = time.monotonic()
            copies = ["--copies", self.work / "copies", "--copy", STARTS[self.size]] if machine == "server" else []
            (self.work / "copies").mkdir(exist_ok=True)
            status, figures, lines = self.replay(machine, int(self.states * share), "--whole", 16, *copies)
            figures["seconds"] = round(time.monotonic() - start, 1)
            self.figures[machine] = figures
            print("\n".join(lines))
            self.verdict(status == 0, f"{machine}: {figures['states']} states of {figures['records']} records in {figures['seconds']} s, "
                         f"{figures['found']} found")

    def lies(self):
        """A disk that forgets, or acks that leave too early: what must be found."""
        for lie, machine in LIES.items():
            status, figures, lines = self.replay(machine, max(self.states // 10, 1000), "--lie", lie)
            self.figures[f"lie_{lie}"] = figures["states"]
            self.verdict(status == 1, f"a disk that lies ({lie}): found after {figures['states']} states: {lines[0][:160] if lines else ''}")

    def report(self, seconds):
        total = {k: sum(self.figures[m].get(k, 0) for m in MACHINES if m in self.figures)
                 for k in self.figures["server"] if k not in ("machine", "records", "places")}
        total |= {"records": self.figures["server"]["records"], "seed": self.seed, "seconds": round(seconds, 1),
                  "size": self.size, "variant": self.variant}
        total |= {f"{m.replace('agents/', '')}_states": self.figures[m]["states"] for m in MACHINES if m in self.figures}
        total |= {k: v for k, v in self.figures.items() if k.startswith("lie_")}
        self.out.mkdir(parents=True, exist_ok=True)
        (self.out / "power.json").write_text(json.dumps(total, indent=1) + "\n")

    def run(self):
        start = time.monotonic()
        print(f"SEED={self.seed}", flush=True)
        try:
            self.record()
            print(f"recorded in {time.monotonic() - start:.1f} s: {(self.work / 'power.log').stat().st_size // 1024} KiB", flush=True)
            self.cut_everywhere()
            self.lies()
            self.report(time.monotonic() - start)
        finally:
            if os.environ.get("KEEP"):
                print(self.work)
            else:
                shutil.rmtree(self.work, ignore_errors=True)
        print(f"{self.passed} passed, {self.failed} failed")
        return self.failed == 0


if __name__ == "__main__":
    sys.exit(0 if Power(*sys.argv[1:4]).run() else 1)
