# SPDX-License-Identifier: Apache-2.0
"""Power cuts: records a run (drive.py), replays it in many states (replay.c), starts whole programs on some of them."""
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from client import NoAnswer
from drive import Recorded, drive
from mutants import MUTANTS, make_mutant
from world import ROOT

# states in all, by variant and size; a fifth of them are the offices', a twentieth the backup's
STATES = {("release", "quick"): 20000, ("release", "soak"): 500000, ("asan", "quick"): 2000, ("asan", "soak"): 40000}
STARTS = {"quick": {"server": 40, "backup": 10, "agent": 20}, "soak": {"server": 400, "backup": 100, "agent": 200}}
MACHINES = {"server": ("server", 0.75), "backup": ("backup", 0.05), "agents/vinh": ("agent", 0.12), "agents/chau": ("agent", 0.08)}
# what is broken -> the machine on which it must be found
LIES = {"sync": "server", "dsync": "server", "early": "server", "dirsync": "server", "filesync": "server"}


class Start:
    """A state by itself, and what must be found in it: started with the real programs, as after a cut."""

    def __init__(self, power, kind, path):
        made, head, at = path.with_suffix(".promise").read_text().split()
        self.power, self.kind, self.path, self.made, self.head, self.at = power, kind, path, made == "1", int(head), at

    def cli(self, program, *args):
        p = subprocess.run([self.power.build / program, "--dir", self.dir, *args], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                           stderr=subprocess.PIPE, encoding="utf-8", errors="replace", timeout=60)
        if p.returncode < 0 or p.returncode > 3 or "Sanitizer" in p.stderr or (p.returncode and not p.stderr + p.stdout):
            raise ValueError(f"{program} {' '.join(args)}: status {p.returncode}: {p.stderr}")
        return p

    def verdict(self):
        name = {"server": "server", "backup": "backup"}.get(self.kind)
        self.dir = self.path / name if name else next(iter(self.path.glob("agents/*")), self.path / "agents/none")
        try:
            return self.agent() if self.kind == "agent" else self.server()
        except (ValueError, OSError, subprocess.TimeoutExpired, KeyError) as e:
            return f"{self.path.name} (record {self.at}): {e}"

    def agent(self):
        """Where `init` had not said that it was done, it can be run again."""
        said = self.cli("tiendo-agent", "status", "--json")
        if said.returncode and self.made:
            raise ValueError(f"status: {said.stdout}")
        if said.returncode:
            again = self.cli("tiendo-agent", "init", "--server-key", self.power.server_key, "--json")
            said = self.cli("tiendo-agent", "status", "--json")
            if again.returncode or said.returncode:
                raise ValueError(f"init again: {again.stdout}{said.stdout}")
        json.loads(said.stdout)
        return "started" if self.made else "not made yet"

    def server(self):
        conf = self.dir / "tiendo.conf"
        if conf.exists():
            conf.write_text(re.sub(r"(?m)^(port_\w+) = \d+$", r"\1 = 0", conf.read_text()))
        (self.dir / "endpoints").unlink(missing_ok=True)
        log = open(self.path.with_suffix(".log"), "wb")
        p = subprocess.Popen([self.power.build / "tiendo-server", "--dir", self.dir, "run"], stdin=subprocess.DEVNULL, stdout=log,
                             stderr=log)
        while p.poll() is None and not self.up(p.pid):
            time.sleep(0.005)
        if p.poll() is not None:
            words = self.path.with_suffix(".log").read_text()
            if self.made or p.returncode != 3 or not words:
                raise ValueError(f"run: status {p.returncode}: {words}")
            if self.kind == "server":
                again = self.cli("tiendo-server", "init")
                said = self.cli("tiendo-server", "verify")
                if again.returncode or said.returncode:
                    raise ValueError(f"after {words} init again: {again.stderr}{said.stderr}")
            return "not made yet"
        try:
            entry = json.loads(self.cli("tiendo-server", "status", "--json").stdout)["details"]["entry"]
            if entry < self.head:
                raise ValueError(f"entry {self.head} was promised, the head is {entry}")
        finally:
            p.terminate()
        if p.wait(60):
            raise ValueError(f"run ended with {p.returncode}")
        good = json.loads(self.cli("tiendo-server", "verify", "--json").stdout)
        if not good["good"]:
            raise ValueError(f"verify: {good}")
        return "started" if self.made else "not made yet"

    def up(self, pid):
        try:
            return f"pid = {pid}\n" in (self.dir / "endpoints").read_text()
        except OSError:
            return False


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

    def record(self, build=None, name="power"):
        tmp = self.work / f"run-{name}"
        tmp.mkdir()
        world = None
        try:
            world = Recorded(tmp, build or self.build, self.variant, self.tools / "recorder.so", self.work / f"{name}.log", self.seed,
                             strict=not build)
            self.server_key = world.server_key
            drive(world)
        finally:
            if world:
                for o in world.offices:
                    o.close()
                world.end_processes()
                world.context.destroy(0)

    def replay(self, machine, states, *more, log="power", tools=None):
        p = subprocess.Popen([(tools or self.tools) / "replay", "--machine", machine, "--kind", MACHINES[machine][0], "--work",
                              self.work / f"disk-{machine.rpartition('/')[2]}", "--states", str(states), "--seed", str(self.seed),
                              *map(str, more), self.work / f"{log}.log"], stdout=subprocess.PIPE, encoding="utf-8", errors="replace")
        lines = []
        for line in p.stdout:
            if line.startswith(machine):
                print(line.strip(), flush=True)  # how far it is
            else:
                lines.append(line.strip())
        status = p.wait()
        try:
            return status, json.loads(lines[-1]), lines[:-1]
        except (IndexError, ValueError):
            raise SystemExit(f"replay {machine} ended with {status}")

    def cut_everywhere(self):
        for machine, (kind, share) in MACHINES.items():
            start = time.monotonic()
            copies = self.work / f"copies-{machine.rpartition('/')[2]}"
            copies.mkdir()
            status, figures, lines = self.replay(machine, int(self.states * share), "--whole", 4 if kind == "backup" else 16, "--copies", copies,
                                                 "--copy", STARTS[self.size][kind])
            figures["seconds"] = round(time.monotonic() - start, 1)
            self.figures[machine] = figures
            for line in lines:
                print(line)
            self.verdict(status == 0, f"{machine}: {figures['states']} states of {figures['records']} records in {figures['seconds']} s, "
                         f"{figures['found']} found")

    def some(self, directory, n):
        """Those that were made, and as many of those that were not yet."""
        all_of = sorted(directory.glob("*.promise"))
        made = [p for p in all_of if p.read_text().startswith("1")]
        return made + random.Random(self.seed).sample(rest := sorted(set(all_of) - set(made)), min(n, len(rest)))

    def starts(self):
        """The real programs, on some of the states."""
        start, good, unmade = time.monotonic(), 0, 0
        jobs = [(kind, p.with_suffix("")) for machine, (kind, _) in MACHINES.items()
                for p in self.some(self.work / f"copies-{machine.rpartition('/')[2]}", STARTS[self.size][kind])]
        with ThreadPoolExecutor(2) as pool:
            for result in pool.map(lambda job: Start(self, *job).verdict(), jobs):
                good += result in ("started", "not made yet")
                unmade += result == "not made yet"
                if result not in ("started", "not made yet"):
                    print(f"FOUND: {result}", flush=True)
        self.figures["starts"], self.figures["starts_not_made_yet"] = len(jobs), unmade
        self.verdict(good == len(jobs) > 0, f"whole programs: {len(jobs)} starts, {unmade} of them where nothing was made yet, "
                     f"{len(jobs) - good} found, in {time.monotonic() - start:.1f} s")

    def lies(self):
        """A disk that forgets, or acks that leave too early: what must be found."""
        for lie, machine in LIES.items():
            status, figures, lines = self.replay(machine, max(self.states // 10, 1000), "--lie", lie, "--first")
            self.figures[f"lie_{lie}"] = figures["states"]
            self.verdict(status == 1, f"a disk that lies ({lie}): found after {figures['states']} states: {lines[0][:160] if lines else ''}")

    def survey(self):
        """What is found when a disk lies all the time, or tears a sector: nothing can be asked of it, it is only counted."""
        for lie in ("sync", "dsync", "sector"):
            _, f, _ = self.replay("server", max(self.states // 20, 1000), "--lie", lie, "--survey")
            self.figures[f"survey_{lie}"] = {k: f[k] for k in ("states", "found", "lost", "signals")}
            print(f"survey of a disk that lies ({lie}): {f['states']} states: {f['states'] - f['found']} hold all, "
                  f"{f['found'] - f['lost'] - f['signals']} say what is wrong, {f['lost']} are older and whole, "
                  f"{f['signals']} end a program", flush=True)

    def mutants(self):
        """Real programs with a mistake in each, recorded anew."""
        for i, name in enumerate(MUTANTS):
            built = make_mutant(self.build, self.work / f"mutant-{i}", name)
            try:
                self.record(built, f"mutant{i}")
            except (AssertionError, NoAnswer) as e:  # it answers wrongly too; the cuts must find it by what went before
                print(f"the run with {name} ended early: {str(e)[:100]}")
            found = None
            for machine in MACHINES:
                status, figures, lines = self.replay(machine, 10000, "--first", log=f"mutant{i}", tools=built)
                if status:
                    found = f"{machine}, after {figures['states']} states: {lines[0][:200]}"
                    break
            self.figures[f"mutant {name}"] = bool(found)
            self.verdict(found is not None, f"{name}: {found}")

    def report(self, seconds):
        total = {k: sum(self.figures[m].get(k, 0) for m in MACHINES if m in self.figures)
                 for k in self.figures["server"] if k not in ("machine", "records", "places")}
        total |= {"records": self.figures["server"]["records"], "seed": self.seed, "seconds": round(seconds, 1),
                  "size": self.size, "variant": self.variant}
        total |= {f"{m.replace('agents/', '')}_states": self.figures[m]["states"] for m in MACHINES if m in self.figures}
        total |= {k: v for k, v in self.figures.items() if k.startswith(("lie_", "starts", "survey_", "mutant "))}
        self.out.mkdir(parents=True, exist_ok=True)
        (self.out / "power.json").write_text(json.dumps(total, indent=1) + "\n")

    def keep_found(self):
        """The log and the first states that were wrong, to be looked at with the programs themselves."""
        kept = self.out / "power-found"
        shutil.rmtree(kept, ignore_errors=True)
        kept.mkdir(parents=True)
        for p in (self.work / "power.log", *self.work.glob("*-found-*")):
            (shutil.copytree if p.is_dir() else shutil.copy)(p, kept / p.name)
        print(f"kept in {kept}")

    def run(self):
        start = time.monotonic()
        print(f"SEED={self.seed}", flush=True)
        try:
            self.record()
            print(f"recorded in {time.monotonic() - start:.1f} s: {(self.work / 'power.log').stat().st_size // 1024} KiB", flush=True)
            self.cut_everywhere()
            self.starts()
            self.lies()
            if self.size == "soak":
                self.survey()
                self.mutants()
            self.report(time.monotonic() - start)
            if self.failed:
                self.keep_found()
        finally:
            if os.environ.get("KEEP"):  # all of it
                print(self.work)
            else:
                shutil.rmtree(self.work, ignore_errors=True)
        print(f"{self.passed} passed, {self.failed} failed")
        return self.failed == 0


if __name__ == "__main__":
    sys.exit(0 if Power(*sys.argv[1:4]).run() else 1)
