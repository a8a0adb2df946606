# SPDX-License-Identifier: Apache-2.0
"""What the programs in tests/fault share: arguments, seed, worlds, counting, figures.

A piece is called as `run BUILD VARIANT quick|soak`. It is a list of checks; each makes what it needs with `world`, which is
ended and removed after it, whatever happened. SEED=n repeats a run, ONLY=word runs the checks whose name holds the word.
"""
import atexit
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.dont_write_bytecode = True
sys.stdout.reconfigure(line_buffering=True)


def _generated():
    """The generated protobuf modules of this run alone: tests that run beside it write their own."""
    where = tempfile.mkdtemp(prefix="tiendo-pb-")
    atexit.register(shutil.rmtree, where, ignore_errors=True)
    subprocess.run(["protoc", f"--python_out={where}", f"-I{ROOT / 'proto'}", ROOT / "proto/tiendo.proto",
                    ROOT / "proto/journal.proto"], check=True)
    return where


if sys.argv[-1] == "soak":
    os.environ.setdefault("PATIENCE", "600")  # it runs beside everything else, niced, for hours
sys.path[:0] = [_generated(), str(ROOT / "tests/system"), str(ROOT / "tests/fault")]

from world import World  # noqa: E402


class Skipped(Exception):
    """Raised by a check that this machine does not permit; it is said, and counted as neither."""


class Piece:
    def __init__(self, name):
        if len(sys.argv) != 4 or sys.argv[3] not in ("quick", "soak"):
            sys.exit(f"usage: {sys.argv[0]} BUILD VARIANT quick|soak")
        self.name, self.build, self.variant = name, Path(sys.argv[1]).resolve(), sys.argv[2]
        self.soak = sys.argv[3] == "soak"
        self.seed = int(os.environ.get("SEED") or random.SystemRandom().getrandbits(32))
        self.dice = random.Random(self.seed)
        self.began = time.monotonic()
        self.passed = self.failed = self.skipped = 0
        self.figures = {}
        self.worlds = []
        (self.build / "tmp").mkdir(parents=True, exist_ok=True)
        self.tmp = Path(tempfile.mkdtemp(prefix=f"{name}-", dir=self.build / "tmp"))
        self.guard = self._guard()
        for s in (signal.SIGTERM, signal.SIGINT):  # whoever ends this program ends what it has started
            signal.signal(s, lambda number, _: sys.exit(128 + number))
        print(f"{name}: SEED={self.seed} {self.build.name} {sys.argv[3]}")

    def _guard(self):
        out = self.tmp / "ackguard.so"
        subprocess.run(["gcc", "-shared", "-fPIC", "-O1", "-o", out, ROOT / "tests/system/ackguard.c", "-ldl"], check=True)
        return out

    def choose(self, quick, soak):
        """A number for this form; a sanitizer build takes a third of the quick one."""
        if self.soak:
            return soak
        return max(1, quick // 3) if self.variant == "asan" else quick

    def say(self, text):
        print(f"  {time.monotonic() - self.began:6.1f} s  {text}")

    def world(self, **more):
        start = more.pop("start", True)
        for left in range(3, -1, -1):
            w = World(tempfile.mkdtemp(dir=self.tmp), self.build, self.variant, self.guard, **more)
            self.worlds.append(w)
            try:
                if start:
                    w.start()
                return w
            except AssertionError:  # other tests look for free ports at the same time
                if not left or "Address already in use" not in w.log():
                    raise

    def close(self):
        """Ends every world; what their logs hold against us is raised at the end."""
        trouble = None
        while self.worlds:
            try:
                self.worlds.pop().close()
            except Exception as e:  # noqa: BLE001
                trouble = e
        if trouble:
            raise trouble

    def check(self, what, function):
        """Runs it; True when it passed."""
        if os.environ.get("ONLY", "") not in what:
            return False
        began = time.monotonic()
        try:
            try:
                said = function()
            except BaseException:
                self._logs()
                raise
            finally:
                self.close()
            self.passed += 1
            self.say(f"ok      {what} ({time.monotonic() - began:.1f} s){f': {said}' if said else ''}")
            return True
        except Skipped as e:
            self.skipped += 1
            self.say(f"skipped {what}: {e}")
        except SystemExit:
            shutil.rmtree(self.tmp, ignore_errors=True)
            raise
        except BaseException:  # noqa: BLE001
            self.failed += 1
            self.say(f"FAILED  {what} (SEED={self.seed})")
            traceback.print_exc(file=sys.stdout)
        return False

    def _logs(self):
        for w in self.worlds:
            for log in sorted(w.tmp.glob("*.log")):
                print(f"--- the end of {log.name}")
                print(log.read_text(errors="replace")[-1500:])

    def end(self):
        """Writes the figures, prints the closing line, ends the program."""
        shutil.rmtree(self.tmp, ignore_errors=True)
        figures = {"piece": self.name, "variant": self.variant, "form": sys.argv[3], "seed": self.seed,
                   "seconds": round(time.monotonic() - self.began, 1), "checks_passed": self.passed,
                   "checks_failed": self.failed, "checks_skipped": self.skipped, **self.figures}
        out = self.build / "reliability"
        out.mkdir(parents=True, exist_ok=True)
        (out / f"{self.name}.json").write_text(json.dumps(figures, ensure_ascii=False) + "\n")
        print(json.dumps(figures, ensure_ascii=False))
        print(f"{self.passed} passed, {self.failed} failed")
        sys.exit(self.failed != 0)


def median(values):
    values = sorted(values)
    return values[len(values) // 2] if values else 0


def percentile(values, p):
    values = sorted(values)
    return values[min(len(values) - 1, int(len(values) * p / 100))] if values else 0
