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
from harness import CALLS, MEMORY, Fault

ENV = {k: v for k, v in os.environ.items() if k != "LD_PRELOAD"} | {
    "LC_ALL": "C.UTF-8", "ASAN_OPTIONS": "detect_leaks=1:verify_asan_link_order=0:allocator_may_return_null=1"}


def chosen(trace, cls, dice, share, seen):
    """Faults for a traced run. All of them for share 1; otherwise every new site once, and that share of the rest."""
    faults, at = [], {}
    for n, (site, call, choices) in enumerate(trace):
        k = at[site] = at.get(site, -1) + 1
        if share == 1:
            faults += [Fault(cls, n, pick, ever) for pick in range(choices) for ever in (False, True)]
        elif site not in seen:
            # by its site: where threads run, another call may be number n the next time
            faults.append(Fault(cls, k, dice.randrange(choices), dice.random() < 0.4, site))
        else:
            faults += [Fault(cls, n, pick, dice.random() < 0.4) for pick in range(choices) if dice.random() < share]
        seen.add(site)
    return faults


class Run:
    def __init__(self, build, variant, form):
        import judge
        self.build, self.variant, self.form = build, variant, form
        self.seed = int(os.environ.get("SEED") or random.SystemRandom().getrandbits(32))
        self.only = [x for x in os.environ.get("ONLY", "").split(",") if x]
        self.dice = random.Random(self.seed)
        self.share = 1 if form == "soak" else float(os.environ.get("SHARE", "0.01"))
        self.verdict = judge.Verdict()
        self.began = time.monotonic()
        self.scenarios, self.mutant = {}, {}
        self.seen = set()  # sites that were failed once: the quick form does not need each in every scenario

    def kits(self):
        import commands
        import gateway
        import offices
        import servers
        for c in commands.table(f"file:{self.places.world.clock}"):
            yield commands.Commands(c, self.places, self.verdict)
        for marked in (False, True):
            yield servers.Servers(self.places, self.verdict, marked)
        self.places.world.start()
        for c in offices.table():
            yield offices.OfficeCommands(c, self.places, self.verdict)
        yield offices.Daemon(self.places, self.verdict)
        yield offices.Watch(self.places, self.verdict)
        yield gateway.Gateway(self.places, self.verdict)

    def scenario(self, kit):
        import workers
        traced = kit.trace(self.workers[0])
        begin, done = time.monotonic(), []
        faults = [f for cls in (MEMORY, CALLS) for f in chosen(traced[cls], cls, self.dice, self.share, self.seen)]
        if self.form != "soak" and self.variant != "release":
            faults = self.dice.sample(faults, (len(faults) + 7) // 8)  # a sanitizer takes ten times as long
        workers.Pool(self.workers).all([lambda w, f=f: done.append(kit.run(w, f)) for f in faults])
        self.scenarios[kit.name] = sum(done)
        print(f"{kit.name}: {len(traced[0])} allocations, {len(traced[1])} calls, {sum(done)} faults of {len(faults)} chosen in "
              f"{time.monotonic() - begin:.1f} s; {self.verdict.kinds['unexpected']} unexpected so far", flush=True)

    def mutants(self, kits):
        """Each with the faults of its scenario, in random order, until it is seen."""
        import extras
        names = [n for n in extras.MUTANTS if self.form == "soak" or n in extras.QUICK]
        for name in names:
            *_, scenario, cls = extras.MUTANTS[name]
            kit = next(k for k in kits if k.name == scenario)
            faults = [f for f in chosen(kit.trace(self.workers[0])[cls], cls, self.dice, 1, set())]
            self.dice.shuffle(faults)
            n = extras.caught(extras.make_mutant(self.build, name), self.workers[0], kit, faults, ENV)
            print(f"mutant, {name}: " + (f"seen after {n} faults" if n else f"NOT SEEN by {len(faults)} faults"), flush=True)
            self.mutant[name] = n
        self.verdict.kinds["unexpected"] += sum(not n for n in self.mutant.values())

    def full(self, kits):
        import extras
        if not self.only or any(o in extras.Full.name for o in self.only):
            n = extras.Full([k for k in kits if hasattr(k, "place_for")], self.verdict).play(self.workers[0])
            print(f"{extras.Full.name}: {n} commands; {self.verdict.kinds['unexpected']} unexpected so far", flush=True)

    def play(self):
        self.tmp = places.scratch(self.build)
        places.libraries(self.tmp)
        import workers
        self.workers, self.places = [], None
        try:
            many = (40, 60) if self.form == "soak" else (4, 12)
            self.places = places.Places(self.build, self.tmp, *many)
            patient = 4 if self.variant != "release" else 1
            for i in range(int(os.environ.get("WORKERS", "4"))):
                self.workers.append(workers.Worker(i, self.build, self.tmp, ENV, patient))
            kits = []
            for kit in self.kits():
                kits.append(kit)
                if not self.only or any(o in kit.name for o in self.only):
                    self.scenario(kit)
            self.full(kits)
            if not self.only or "mutants" in self.only:
                self.mutants(kits)
        except AssertionError:
            self.close()
            raise
        finally:
            for w in self.workers:
                w.close()
            if self.places:
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
        out = {"piece": "nth", "form": self.form, "variant": self.variant, "seed": self.seed, "scenarios": len(self.scenarios), "sites_seen": len(self.seen),
               "faults": v.injected, "sites": len(v.sites), **{k.replace(" ", "_"): n for k, n in sorted(v.kinds.items())},
               "mutants": len(self.mutant), "mutants_seen": sum(bool(n) for n in self.mutant.values()),
               "unexpected": v.kinds["unexpected"], "slowest_s": round(v.slow[-1][0], 2) if v.slow else 0,
               "seconds": round(time.monotonic() - self.began, 1)}
        (self.build / "reliability").mkdir(exist_ok=True)
        (self.build / "reliability/nth.json").write_text(json.dumps(out) + "\n")
        print("slowest:", "; ".join(f"{s:.1f} s {hit}" for s, hit, _ in reversed(v.slow)))
        if os.environ.get("SLOW"):
            for s, hit, r in v.slow:
                print("SLOW", round(s, 1), hit, self.lines(r), r.status, r.err[-1500:])
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
