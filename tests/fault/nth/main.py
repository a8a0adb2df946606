# SPDX-License-Identifier: Apache-2.0
"""The Nth call fails: every allocation of ours and every system call of the storage and network path, once and for ever,
N = 0, 1, 2 ... until the scenario passes without the fault being reached. See docs/RELIABILITY.md."""
import json
import os
import random
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import places
from harness import CALLS, CLASSES, MEMORY, Control, Fault, Zygote

ENV = {k: v for k, v in os.environ.items() if k != "LD_PRELOAD"} | {
    "LC_ALL": "C.UTF-8", "ASAN_OPTIONS": "detect_leaks=1:verify_asan_link_order=0:allocator_may_return_null=1"}


def chosen(trace, cls, dice, share, seen):
    """Faults for a traced run. All of them for share 1; otherwise every site once, and that share of the rest."""
    faults = []
    for n, (site, call, choices) in enumerate(trace):
        new = (site, call) not in seen
        seen.add((site, call))
        picks = range(choices)
        if share < 1:
            picks = [dice.randrange(choices)] if new else [p for p in picks if dice.random() < share]
        for pick in picks:
            for ever in (False, True) if share == 1 else [dice.random() < 0.4]:
                faults.append(Fault(cls, n, pick, ever))
    return faults


class Run:
    def __init__(self, build, variant, form):
        import judge
        self.build, self.variant, self.form = build, variant, form
        self.seed = int(os.environ.get("SEED") or random.SystemRandom().getrandbits(32))
        self.only = os.environ.get("ONLY", "").split(",") if os.environ.get("ONLY") else []
        self.dice = random.Random(self.seed)
        self.verdict = judge.Verdict()
        self.began = time.monotonic()
        self.scenarios = {}
        self.seen = set()  # sites that were failed once: the quick form does not need each in every command

    def wanted(self, name):
        return not self.only or any(o in name for o in self.only)

    def commands(self):
        import commands
        kit = commands.Commands(self.zygotes, self.places, self.control, self.verdict)
        for c in kit.list:
            if not self.wanted(c.name):
                continue
            clean = kit.try_clean(c)
            begin, n = time.monotonic(), 0
            for cls in (MEMORY, CALLS):
                for fault in chosen(clean.traced[cls], cls, self.dice, self.share, self.seen):
                    n += kit.run(c, fault)
            self.report(c.name, n, clean.traced, begin)

    def report(self, name, n, traced, begin):
        took = time.monotonic() - begin
        self.scenarios[name] = n
        print(f"{name}: {len(traced[0])} allocations and {len(traced[1])} calls, {n} faults in {took:.1f} s, "
              f"{self.verdict.kinds['unexpected']} unexpected so far", flush=True)

    def play(self):
        import places as p
        self.share = 1 if self.form == "soak" else float(os.environ.get("SHARE", "0.02"))
        self.tmp = p.scratch(self.build)
        p.libraries(self.tmp)
        self.zygotes = {}
        self.places = p.Places(self.build, self.tmp, 3)
        try:
            for word, program in (("server", "tiendo-server"), ("agent", "tiendo-agent"), ("reader", "tiendo")):
                self.zygotes[word] = Zygote(self.build / "nth" / program, self.tmp, ENV)
            self.control = Control(self.tmp / "control")
            self.commands()
        finally:
            for z in self.zygotes.values():
                z.close()
            self.places.close()
            shutil.rmtree(self.tmp, ignore_errors=True)

    def close(self):
        v = self.verdict
        alike = {}
        for (scenario, what, hit, stack), cases in v.unexpected.items():
            said = re.sub(r"/\S*/(copy|world)", "DIR", " ".join(cases[0][1].split()))
            alike.setdefault((scenario, re.sub(r"\d+|'.*", "#", said)[:120]), []).append((said, hit, cases))
        for (scenario, _), found in sorted(alike.items(), key=lambda x: -len(x[1])):
            said, hit, cases = found[0]
            print(f"UNEXPECTED {scenario}: {said[:500]}\n  {sum(len(f[2]) for f in found)} times, in {len(found)} places: "
                  + "; ".join(f"[{c[0][0]}] {h} {self.lines(c[0][2])}" for _, h, c in found[:int(os.environ.get("SHOW", "3"))]))
        out = {"piece": "nth", "form": self.form, "variant": self.variant, "seed": self.seed, "scenarios": len(self.scenarios),
               "faults": v.injected, "sites": len(v.sites), **{k.replace(" ", "_"): n for k, n in sorted(v.kinds.items())},
               "unexpected": v.kinds["unexpected"], "slowest_s": round(v.slowest, 2),
               "seconds": round(time.monotonic() - self.began, 1)}
        (self.build / "reliability").mkdir(exist_ok=True)
        (self.build / "reliability/nth.json").write_text(json.dumps(out) + "\n")
        print(json.dumps(out))
        print(f"{v.injected - v.kinds['unexpected']} passed, {v.kinds['unexpected']} failed")
        return 1 if v.kinds["unexpected"] or not v.injected else 0

    def lines(self, result):
        """The hit, from the call outwards, as far as it is ours."""
        if not result.stack:
            return ""
        done = subprocess.run(["addr2line", "-fse", self.build / "nth" / result.program, *result.stack], capture_output=True, text=True)
        words = done.stdout.split("\n")
        return " < ".join(at.split(" ")[0] for at in words[1:13:2] if "calls.c" not in at and "zygote.c" not in at)


if __name__ == "__main__":
    build = Path(sys.argv[1]).resolve()
    run = Run(build, sys.argv[2], sys.argv[3])
    print(f"SEED={run.seed}", flush=True)
    run.play()
    sys.exit(run.close())
